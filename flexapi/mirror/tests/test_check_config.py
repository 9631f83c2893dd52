"""POST /api/config/check: what is to be said of a text before it is saved."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import Permission
from django.db import connections

from flexapi.mirror import mirror
from flexapi.mirror.checking.check import check_config
from flexapi.mirror.models import ConfigRevision

pytestmark = pytest.mark.django_db
YAML = "application/yaml"


@pytest.fixture
def check(config, api, editor):
    """`check(text)`: what is said of it, to an editor."""
    client = api(editor)

    def post(text, task=None, client=client):
        answer = client.post(
            f"/api/config/check{f'?task={task}' if task else ''}", text, content_type=YAML
        )
        assert answer.status_code == 200, answer.content
        return answer.json()["object"]

    return post


def complaints(found):
    return [(one["line"], one["column"], one["path"], one["message"]) for one in found]


class TestConfig:
    def test_complaints_have_their_places_in_the_text(self, check):
        found = check(
            "# One typo, one wrong value, one bad regular expression.\n"
            "tasks:\n  tv:\n    mock: []\n    acept_all: yes\n"
            "  films:\n    rss: {url: 5}\n"
            "  more:\n    regexp:\n      accept:\n        - '('\n"
            "no_section: 1\n"
        )

        assert found["problem"] is None
        assert found["complete"] is True
        places = complaints(found["complaints"])
        assert [place[:3] for place in places] == [
            (5, 5, ["tasks", "tv"]),
            (7, 11, ["tasks", "films", "rss", "url"]),
            (11, 9, ["tasks", "more", "regexp", "accept", 0]),
            (12, 1, []),
        ]
        assert places[0][3].startswith("The key `acept_all` is not valid here.")

    def test_the_current_config_is_found_good_and_json_is_taken_too(self, config, api, editor):
        answer = api(editor).post("/api/config/check", {"text": config.read_text()})

        assert answer.json()["object"] == {
            "problem": None,
            "complaints": [],
            "warnings": [],
            "complete": True,
        }

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("tasks:\n  tv:\n\tmock: []\n", 3, "cannot start any token"),
            ("tasks: {}\nvariables: {a: &a [*a]}\n", 2, "contains itself"),
            ("- tasks\n", 1, "must be a mapping"),
            ("tasks: {a: 2024-13-45}\n", 1, "no valid value"),
        ],
    )
    def test_a_text_that_cannot_be_read_is_a_problem_with_its_line(self, check, text, line, words):
        found = check(text)

        assert (found["problem"]["line"], found["complaints"]) == (line, [])
        assert words in found["problem"]["message"]

    def test_an_empty_one_is_checked_as_well(self, config, api, editor):
        answer = api(editor).post("/api/config/check", "", content_type="application/yaml")
        assert answer.status_code == 200
        (complaint,) = answer.json()["object"]["complaints"]
        assert complaint["message"] == "'tasks' is a required property"

    def test_it_warns_of_what_looks_right(self, check):
        found = check(
            "tasks:\n  tv:\n    mock: []\n    mock: [{title: a}]\n"
            "    exec: echo {{title}}\n    include: no-such.yml\n"
            "web_server: yes\n"
        )

        assert [(one["code"], one["line"], one["lines"]) for one in found["warnings"]] == [
            ("twice", 4, [3, 4]),
            ("exec_unescaped", 5, []),
            ("file_missing", 6, []),
            ("not_run", 7, []),
        ]

    def test_templates_includes_and_variables_count_as_in_a_run(self, config, check, flexget):
        for folder in (config, flexget.config):
            folder.with_name("bad.yml").write_text("no_such_plugin: 1\n")
            folder.with_name("vars.yml").write_text("size: big\n")
        found = check(
            "variables: vars.yml\n"
            "templates:\n  hd:\n    rss: {url: 'http://localhost/'}\n"
            "tasks:\n"
            "  one:\n    quality: '{? size ?}'\n"
            "  two:\n    template: nowhere\n"
            "  three:\n    template: hd\n    rss: http://localhost/\n"
            "  four:\n    include: bad.yml\n"
        )

        said = {one["line"]: one["message"] for one in found["complaints"]}
        assert sorted(said) == [7, 9, 10, 13]
        assert "big" in said[7]
        assert "no template 'nowhere'" in said[9]
        assert "template hd can't be merged" in said[10]
        assert "Invalid config in included file" in said[13]

    def test_variables_that_are_missing_keep_nothing_else_from_being_checked(self, check):
        found = check("tasks:\n  tv:\n    bad: 1\nvariables: gone.yml\n")

        assert [one["line"] for one in found["complaints"]] == [3, 4]

    @pytest.mark.parametrize(
        "text", ["templates: 5\n", "variables: 5\n", "templates: {a: {include: [5]}}\n"]
    )
    def test_what_flexget_stumbles_over_is_a_complaint(self, check, text):
        assert check(f"{text}tasks: {{tv: {{template: a, mock: []}}}}\n")["complaints"]

    def test_nothing_is_stored(self, config, check, flexget):
        """Not even the variables of a file, which FlexGet's own check puts into its database."""
        config.with_name("vars.yml").write_text("name: checked\n")
        flexget.config.with_name("vars.yml").write_text("name: checked\n")
        revisions = ConfigRevision.objects.count()
        before = config.read_text()

        assert check("variables: vars.yml\ntasks: {}\n")["complaints"] == []

        assert (config.read_text(), ConfigRevision.objects.count() - revisions) == (before, 1)
        database = flexget.config.with_name("db-config.sqlite")
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute("SELECT variables FROM variables").fetchall()
        assert "checked" not in str(rows)

    def test_it_does_not_wait_for_a_writer(self, config, check, flexget):
        mirror.refresh()
        text = config.read_text()
        with ThreadPoolExecutor() as other, mirror.locked():
            checked = other.submit(check_config, text, masked=False).result(5)
            other.submit(connections.close_all).result()

        assert checked.complaints == []

    def test_a_config_beyond_what_an_edit_may_make_is_a_problem(self, check, monkeypatch):
        monkeypatch.setattr("flexapi.mirror.edits.limits.MOST_TASKS", 4)

        found = check("tasks: {a: {}, b: {}, c: {}, d: {}, e: {}}\n")

        assert "5 tasks" in found["problem"]["message"]


class TestTask:
    def test_places_are_in_the_text_of_the_task(self, check):
        found = check("# Mine.\ntv:\n  mock: []\n  acept_all: yes\n  exec: echo {{title}}\n", "tv")

        assert [one[:3] for one in complaints(found["complaints"])] == [(4, 3, ["tasks", "tv"])]
        assert [(one["code"], one["line"]) for one in found["warnings"]] == [("exec_unescaped", 5)]

    def test_it_may_be_new_renamed_or_disabled(self, check):
        for task, key in (("new", "new"), ("tv", "shows"), ("off", "_off")):
            found = check(f"{key}:\n  mock: []\n  nothing: 1\n", task)
            assert [(one["line"], one["path"]) for one in found["complaints"]] == [
                (3, ["tasks", key])
            ]

    def test_it_uses_what_the_config_has(self, config, check):
        config.write_text(
            "variables: {size: big}\ntemplates: {hd: {rss: {url: 'http://localhost/'}}}\n"
            "x: &mine {accept_all: maybe}\ntasks:\n  tv: {mock: []}\n  bad: {nothing: 1}\n"
        )
        found = check("tv:\n  quality: '{? size ?}'\n  <<: *mine\n", "tv")
        assert found["problem"] is None
        assert [(one["line"], one["path"][-1]) for one in found["complaints"]] == [
            # The anchor is elsewhere in the config.
            (1, "accept_all"),
            (2, "quality"),
        ]
        found = check("tv:\n  template: hd\n  rss: http://localhost/\n", "tv")
        assert [one["line"] for one in found["complaints"]] == [1]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("tv: {}\nother: {}\n", "one entry"),
            ("movies: {}\n", "already"),
            ("tv: {mock: *nowhere}\n", "no anchor"),
            ("tv: [\n", "expected"),
        ],
    )
    def test_what_could_not_stand_there_is_a_problem(self, check, text, words):
        assert words in check(text, "tv")["problem"]["message"]


class TestWho:
    def test_only_who_may_edit_tasks(self, config, api, operator, editor):
        assert api(operator).post("/api/config/check", {"text": "a"}).status_code == 403

    def test_masks_are_taken_for_what_they_hide_and_nothing_is_told(self, config, api, make_user):
        half = make_user("half")
        half.user_permissions.set(
            Permission.objects.filter(
                codename__in=["view_task", "change_task", "view_configsection"]
            )
        )
        config.write_text(
            "variables: {pw: hunter2}\ntasks:\n  movies:\n    trakt_list: {pin: hunter2, bad: 1}\n"
            "    quality: '{? pw ?}'\n"
        )
        client = api(half)
        text = client.get("/api/config", headers={"accept": YAML}).content.decode()
        assert "hunter2" not in text
        answer = client.post("/api/config/check", text, content_type=YAML)
        found = answer.json()["object"]

        assert len(found["complaints"]) >= 2
        assert "hunter2" not in answer.content.decode()

    def test_a_mask_that_stands_for_nothing_is_a_complaint(self, check):
        found = check("tasks:\n  tv:\n    rss: 'http://x/?passkey=********'\n")

        assert [one["line"] for one in found["complaints"]] == [3]

    def test_bodies_are_bounded_and_checked(self, config, api, editor, settings):
        client = api(editor)
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        assert client.post("/api/config/check", "a" * 1001, content_type=YAML).status_code == 413
        assert client.post("/api/config/check", {"text": 1.5}).status_code == 200
        assert client.post("/api/config/check", {}).status_code == 400


def test_a_config_of_200_tasks_takes_no_time_once_it_is_known(config, check):
    tasks: dict[str, Any] = {
        f"task {number}": {
            "rss": f"https://feeds.example/{number}",
            "series": [f"Show {number}"],
            "quality": "720p hdtv",
        }
        for number in range(200)
    }
    began = time.monotonic()
    check(yaml.safe_dump({"tasks": tasks}))
    first = time.monotonic() - began
    tasks["task 7"]["acept_all"] = True
    text = yaml.safe_dump({"tasks": tasks})
    began = time.monotonic()
    found = check(text)

    # 60 ms where nothing else runs.
    assert time.monotonic() - began < max(1, first / 2)
    assert len(found["complaints"]) == 1
