"""What an edit did to shared values is said in the answer and kept with the revision."""

import pytest

from flexapi.mirror.models import ConfigRevision
from flexapi.mirror.status import config_status

pytestmark = pytest.mark.django_db

SHARED = """\
tasks:
  tv: &tv
    mock: []
    priority: 1
  movies: *tv
  anime:
    <<: *tv
    accept_all: yes
"""
TWICE = """\
tasks:
  old:
    mock: []
schedules: no
tasks:
  tv:
    mock: []
"""


def test_an_edit_through_an_alias_is_told_of(config, api, editor):
    config.write_text(SHARED)

    answer = api(editor).patch("/api/tasks/movies", {"config": {"priority": 2}})

    assert answer.status_code == 200, answer.content
    assert answer.json()["object"]["config"]["priority"] == 2
    assert answer.json()["notes"] == [
        "tasks.movies was the alias *tv (line 5). It is a copy now, with this edit; later changes of"
        " &tv (line 2) no longer reach it."
    ]
    assert ConfigRevision.objects.latest("pk").notes == answer.json()["notes"]
    listed = api(editor).get("/api/config_revisions").json()["items"]
    assert listed[0]["notes"] == answer.json()["notes"]
    assert listed[1]["notes"] == []


def test_a_merged_key_is_deleted_and_that_is_told_of(config, api, editor):
    config.write_text(SHARED)
    answer = api(editor).patch("/api/tasks/anime", {"config": {"priority": None}})
    assert answer.status_code == 200, answer.content
    assert answer.json()["notes"][0].startswith("The `<<` in line 7 is gone")
    assert config.read_text() == SHARED.replace("<<: *tv", "mock: []")


def test_the_next_edit_does_not_repeat_it(config, api, editor):
    config.write_text(SHARED)
    client = api(editor)
    assert "notes" in client.patch("/api/tasks/movies", {"config": {"priority": 2}}).json()
    assert "notes" not in client.patch("/api/tasks/movies", {"config": {"priority": 3}}).json()
    assert ConfigRevision.objects.latest("pk").notes == []


def test_a_section_is_told_of_as_well(config, api, editor):
    config.write_text("templates:\n  a: &a {accept_all: yes}\n  b: *a\ntasks: {}\n")
    wanted = {"a": {"accept_all": True}, "b": {"accept_all": False}}
    answer = api(editor).put("/api/config/templates", {"config": wanted})
    assert answer.status_code == 200, answer.content
    assert answer.json()["notes"][0].startswith("templates.b was the alias *a (line 3)")


class TestKeysThatStandTwice:
    def test_the_server_warns_of_them_with_both_lines(self, config):
        config.write_text(TWICE)
        assert config_status()["warnings"] == [
            {
                "code": "twice",
                "attr": "tasks",
                "detail": "tasks stands twice: FlexGet reads line 5 and ignores line 1. Join them, or"
                " delete or rename one",
                "lines": [1, 5],
            }
        ]
        config.write_text(TWICE.replace("schedules: no\ntasks:\n", ""))
        assert config_status()["warnings"] == []

    @pytest.mark.parametrize("verb", ["patch", "put", "delete"])
    def test_an_edit_of_the_ignored_one_is_refused(self, config, api, editor, verb):
        config.write_text(TWICE)
        client = api(editor)
        assert client.get("/api/tasks/old").status_code == 404

        answer = getattr(client, verb)("/api/tasks/old", {"config": {"mock": [{"title": "a"}]}})

        assert answer.status_code == 409, answer.content
        assert "reads line 5 and ignores line 1" in answer.json()["errors"][0]["detail"]
        assert config.read_text() == TWICE

    def test_what_stands_nowhere_is_still_unknown(self, config, api, editor):
        config.write_text(TWICE)
        assert api(editor).delete("/api/tasks/none").status_code == 404


@pytest.mark.parametrize("tasks", ["[tv]", "soon", "\n- tv:\n    mock: []", "5"])
def test_tasks_of_another_kind_are_left_alone(config, api, editor, tasks):
    text = f"# mine\ntasks: {tasks}\n"
    config.write_text(text)

    answer = api(editor).post("/api/tasks", {"name": "new", "config": {"mock": []}})

    assert answer.status_code == 409, answer.content
    assert "(line 2" in answer.json()["errors"][0]["detail"]
    assert config.read_text() == text


def test_a_tab_that_flexget_refuses_is_not_stored(config, api, editor):
    before = config.read_text()
    answer = api(editor).put("/api/tasks/tv", "tv:\n  mock:\t[]\n", content_type="application/yaml")
    assert answer.status_code == 400, answer.content
    assert "line 2" in answer.json()["errors"][0]["detail"]
    assert config.read_text() == before
