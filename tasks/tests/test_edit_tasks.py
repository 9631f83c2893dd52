"""POST, PUT, PATCH and DELETE of /api/tasks: each test looks at the file on disk."""

import pytest
import yaml

from flexapi.mirror.edits import validation
from flexapi.mirror.models import ConfigRevision

pytestmark = pytest.mark.django_db


def tasks(config):
    return yaml.safe_load(config.read_text())["tasks"]


class TestCreate:
    def test_it_adds_the_task_at_the_end(self, config, changed_lines, api, editor):
        answer = api(editor).post("/api/tasks", {"name": "new", "config": {"mock": []}})

        assert answer.status_code == 201
        assert answer["Location"] == "http://testserver/api/tasks/new"
        assert answer.json()["object"]["position"] == 3
        assert changed_lines() == ([], ["  new:", "    mock: []"])
        revision = ConfigRevision.objects.latest("pk")
        assert (revision.origin, revision.author, revision.written) == ("api", editor, True)

    def test_a_taken_name_is_a_409(self, config, changed_lines, api, editor):
        for name in ("tv", "_off"):
            answer = api(editor).post("/api/tasks", {"name": name, "config": {"mock": []}})

            assert answer.status_code == 409
        assert changed_lines() == ([], [])

    def test_a_name_can_be_anything_that_can_be_seen(self, config, api, editor):
        for name in ("a/b", "50 %", "ü.x", "yes", "12", "#1: x", "'", "[a]"):
            answer = api(editor).post("/api/tasks", {"name": name, "config": {"mock": []}})

            assert answer.status_code == 201
            assert tasks(config)[name] == {"mock": []}
            assert (
                api(editor)
                .get(answer["Location"].removeprefix("http://testserver"))
                .json()["object"]["name"]
                == name
            )

    @pytest.mark.parametrize("name", ["", "_", " x", "a\nb", "x" * 501, 5, None, ["a"]])
    def test_other_names_are_refused(self, config, changed_lines, api, editor, name):
        answer = api(editor).post("/api/tasks", {"name": name, "config": {"mock": []}})

        assert answer.status_code == 400 or (name == 5 and answer.status_code == 201)
        if name != 5:
            assert answer.json()["errors"][0]["attr"].startswith("name")

    def test_it_can_be_disabled_from_the_start(self, config, api, editor):
        body = {"name": "new", "config": {"mock": []}, "enabled": False}

        assert api(editor).post("/api/tasks", body).json()["object"]["enabled"] is False
        assert "_new" in tasks(config)

    def test_a_config_without_tasks_gets_the_section(self, config, api, editor):
        for text in ("", "# nothing\n", "tasks:\n", "schedules: no\n"):
            config.write_text(text)

            answer = api(editor).post("/api/tasks", {"name": "new", "config": {"mock": []}})

            assert answer.status_code == 201, answer.content
            assert tasks(config) == {"new": {"mock": []}}

    def test_without_a_file_one_is_made(self, config, api, editor):
        config.unlink()

        answer = api(editor).post("/api/tasks", {"name": "new", "config": {"mock": []}})

        assert answer.status_code == 201
        assert config.read_text() == "tasks:\n  new:\n    mock: []\n"


class TestReplace:
    def test_what_get_gave_changes_no_byte(self, config, changed_lines, api, editor):
        for name in ("tv", "movies", "off"):
            for path in ({}, {"headers": {"accept": "application/yaml"}}):
                answer = api(editor).get(f"/api/tasks/{name}", **path)
                if path:
                    put = api(editor).put(
                        f"/api/tasks/{name}", answer.content, content_type="application/yaml"
                    )
                else:
                    put = api(editor).put(f"/api/tasks/{name}", answer.json()["object"])
                assert put.status_code == 200, put.content

        assert changed_lines() == ([], [])
        assert ConfigRevision.objects.count() == 1

    def test_one_value_changes_one_line(self, config, changed_lines, api, editor):
        body = api(editor).get("/api/tasks/tv").json()["object"]
        body["config"]["mock"][0]["url"] = "http://example.com/2"

        answer = api(editor).put("/api/tasks/tv", {"config": body["config"]})

        assert answer.json()["object"]["config"] == body["config"]
        assert changed_lines() == (
            ["        url: http://example.com/1"],
            ["        url: http://example.com/2"],
        )

    def test_yaml_brings_its_comments(self, config, changed_lines, api, editor):
        text = "tv:\n  mock: []   # none\n  accept_all: yes\n"

        answer = api(editor).put("/api/tasks/tv", text, content_type="application/yaml")

        assert answer.status_code == 200
        assert "    mock: []   # none" in changed_lines()[1]

    def test_bad_yaml_is_a_400_with_the_place(self, config, changed_lines, api, editor):
        text = "tv:\n  mock: [\n"

        answer = api(editor).put("/api/tasks/tv", text, content_type="application/yaml")

        assert answer.status_code == 400
        assert "line 3" in answer.json()["errors"][0]["detail"]
        assert changed_lines() == ([], [])

    def test_yaml_with_another_key_renames(self, config, changed_lines, api, editor):
        text = api(editor).get("/api/tasks/tv", headers={"accept": "application/yaml"}).content
        client = api(editor)
        path = "/api/tasks/tv"

        taken = client.put(path, text.replace(b"tv:", b"movies:"), content_type="application/yaml")
        answer = client.put(path, text.replace(b"tv:", b"shows:"), content_type="application/yaml")

        assert (taken.status_code, answer.status_code) == (409, 200)
        assert answer["Content-Location"].endswith("/api/tasks/shows")
        assert changed_lines() == (
            ["  - tasks: [tv, movies]  # both", "  tv:"],
            ["  - tasks: [shows, movies]  # both", "  shows:"],
        )

    @pytest.mark.parametrize("text", ["tv: {}\nx: {}\n", "- tv\n", "tv", "", "_: {}\n"])
    def test_yaml_of_anything_but_one_task_is_refused(
        self, config, changed_lines, api, editor, text
    ):
        answer = api(editor).put("/api/tasks/tv", text, content_type="application/yaml")

        assert answer.status_code == 400
        assert changed_lines() == ([], [])

    def test_a_mask_does_not_overwrite_the_credential(self, config, changed_lines, api, editor):
        rss = {"url": "http://user:********@example.com/rss?passkey=********"}
        body = {"config": {"rss": {**rss, "password": "********"}, "accept_all": False}}

        assert api(editor).put("/api/tasks/movies", body).status_code == 200
        assert changed_lines() == (["    accept_all: yes"], ["    accept_all: no"])

    def test_a_mask_of_nothing_is_refused(self, config, changed_lines, api, editor):
        body = {"config": {"rss": {"url": "http://x.example/", "password": "********"}}}

        answer = api(editor).put("/api/tasks/tv", body)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "config.rss.password"
        assert changed_lines() == ([], [])


class TestChange:
    def test_a_merge_patch_changes_and_removes(self, config, changed_lines, api, editor):
        patch: dict = {"config": {"accept_all": None, "mock": [], "priority": 3}}

        answer = api(editor).patch("/api/tasks/tv", patch)

        assert answer.json()["object"]["config"] == {"mock": [], "series": ["Show"], "priority": 3}
        assert "    series:   # my shows" in config.read_text().splitlines()

    def test_renaming_keeps_place_comments_and_schedules(self, config, changed_lines, api, editor):
        answer = api(editor).patch("/api/tasks/tv", {"name": "shows"})

        assert answer["Content-Location"] == "http://testserver/api/tasks/shows"
        assert answer.json()["object"]["position"] == 0
        assert changed_lines() == (
            ["  - tasks: [tv, movies]  # both", "  tv:"],
            ["  - tasks: [shows, movies]  # both", "  shows:"],
        )

    def test_disabling_and_enabling_is_undone_exactly(self, config, changed_lines, api, editor):
        off = api(editor).patch("/api/tasks/tv", {"enabled": False})

        assert off.json()["object"]["name"] == "tv"
        assert off.json()["object"]["enabled"] is False
        assert "_tv" in tasks(config)
        (schedule,) = off.json()["object"]["schedules"]
        assert schedule["tasks"] == ["_tv", "movies"]
        assert api(editor).patch("/api/tasks/tv", {"enabled": True}).status_code == 200
        assert changed_lines() == ([], [])

    def test_enabling_into_a_taken_name_is_a_409(self, config, changed_lines, api, editor):
        config.write_text("tasks:\n  tv: {mock: []}\n  _tv: {mock: []}\n")

        answer = api(editor).patch("/api/tasks/_tv", {"enabled": True})

        assert answer.status_code == 409
        assert list(tasks(config)) == ["tv", "_tv"]

    def test_renaming_to_a_taken_name_is_a_409(self, config, changed_lines, api, editor):
        assert api(editor).patch("/api/tasks/tv", {"name": "movies"}).status_code == 409
        assert changed_lines() == ([], [])


class TestDelete:
    def test_it_takes_its_comments_along(self, config, changed_lines, api, editor):
        assert api(editor).delete("/api/tasks/tv?force=true").status_code == 204
        assert list(tasks(config)) == ["movies", "_off"]
        assert "# Shows of the week." not in config.read_text()
        assert "- tasks: [movies]  # both" in config.read_text()

    def test_a_scheduled_task_is_a_409_that_names_the_schedule(
        self, config, changed_lines, api, editor
    ):
        answer = api(editor).delete("/api/tasks/tv")

        assert answer.status_code == 409
        assert "(tv, movies)" in answer.json()["errors"][0]["detail"]
        assert changed_lines() == ([], [])

    def test_a_schedule_left_without_tasks_goes_too(self, config, api, editor):
        for name in ("tv", "movies"):
            assert api(editor).delete(f"/api/tasks/{name}?force=1").status_code == 204

        assert yaml.safe_load(config.read_text())["schedules"] == []

    def test_the_last_task_leaves_a_valid_config(self, config, api, editor):
        config.write_text("tasks:\n  tv: {mock: []}\n")

        assert api(editor).delete("/api/tasks/tv").status_code == 204
        assert tasks(config) == {}


class TestValidation:
    def test_flexgets_complaint_names_the_place(self, config, changed_lines, api, editor):
        answer = api(editor).patch("/api/tasks/movies", {"config": {"rss": {"url": 5}}})

        assert answer.status_code == 400
        assert [error["attr"] for error in answer.json()["errors"]] == ["config.rss.url"]
        answer = api(editor).post("/api/tasks", {"name": "n", "config": {"rss": {"url": 5}}})
        assert answer.json()["errors"][0]["attr"].startswith("config")
        assert changed_lines() == ([], [])

    def test_an_unknown_plugin_is_refused(self, config, changed_lines, api, editor):
        answer = api(editor).patch("/api/tasks/tv", {"config": {"no_such_plugin": True}})

        assert answer.status_code == 400
        assert "no_such_plugin" in answer.json()["errors"][0]["detail"]
        assert changed_lines() == ([], [])

    def test_faults_that_were_there_stay_editable(self, config, api, editor):
        config.write_text("tasks:\n  tv:\n    no_such_plugin: yes\n    priority: 1\n")
        client = api(editor)

        assert client.patch("/api/tasks/tv", {"config": {"priority": 2}}).status_code == 200
        assert client.patch("/api/tasks/tv", {"name": "shows"}).status_code == 200
        assert client.patch("/api/tasks/shows", {"config": {"neither": 1}}).status_code == 400
        assert tasks(config) == {"shows": {"no_such_plugin": True, "priority": 2}}

    def test_without_flexget_nothing_is_written(
        self, config, changed_lines, api, editor, monkeypatch
    ):
        from flexapi.engine.client import Engine

        monkeypatch.setattr(validation, "engine", lambda: Engine(config))
        answer = api(editor).patch("/api/tasks/tv", {"config": {"priority": 77}})

        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert changed_lines() == ([], [])


class TestConditions:
    def test_a_stale_tag_is_a_412(self, config, changed_lines, api, editor):
        client = api(editor)
        tag = client.get("/api/tasks/tv")["ETag"]
        client.patch("/api/tasks/tv", {"config": {"priority": 2}})
        text = config.read_text()

        stale = client.patch(
            "/api/tasks/tv", {"config": {"priority": 3}}, headers={"if-match": tag}
        )
        gone = client.delete("/api/tasks/tv?force=true", headers={"if-match": tag})

        assert (stale.status_code, gone.status_code) == (412, 412)
        assert config.read_text() == text

    def test_the_tag_of_json_and_yaml_both_guard(self, config, api, editor):
        client = api(editor)
        for accept in ("application/json", "application/yaml"):
            tag = client.get("/api/tasks/tv", headers={"accept": accept})["ETag"]
            answer = client.put(
                "/api/tasks/tv",
                f"tv:\n  mock: []\n  # {accept}\n",
                content_type="application/yaml",
                headers={"if-match": tag},
            )
            assert answer.status_code == 200

    def test_an_execution_does_not_spoil_the_tag(self, config, api, editor):
        from executions.models import Execution

        client = api(editor)
        tag = client.get("/api/tasks/tv")["ETag"]
        Execution.objects.create(tasks=["tv"])

        assert client.get("/api/tasks/tv", headers={"if-none-match": tag}).status_code == 200
        answer = client.patch("/api/tasks/tv", {"enabled": False}, headers={"if-match": tag})
        assert answer.status_code == 200


class TestRoles:
    def test_only_editors_write(self, config, changed_lines, api, viewer, operator):
        for user in (viewer, operator):
            client = api(user)
            answers = [
                client.post("/api/tasks", {"name": "x", "config": {}}),
                client.put("/api/tasks/tv", {"config": {}}),
                client.patch("/api/tasks/tv", {"enabled": False}),
                client.delete("/api/tasks/tv?force=true"),
            ]
            assert [answer.status_code for answer in answers] == [403] * 4
        assert changed_lines() == ([], [])


class TestBadBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b'{"name": "a", "config": ' + b"[" * 5000 + b"]" * 5000 + b"}",
            b"[]",
            b"5",
            b"\xff",
        ],
    )
    def test_they_are_a_400(self, config, changed_lines, api, editor, body):
        for method, path in (
            ("post", "/api/tasks"),
            ("put", "/api/tasks/tv"),
            ("patch", "/api/tasks/tv"),
        ):
            answer = getattr(api(editor), method)(path, body, content_type="application/json")

            assert answer.status_code == 400
            assert answer.json()["errors"]
        assert changed_lines() == ([], [])
