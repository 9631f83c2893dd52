"""/api/config and /api/config/<section>."""

import pytest
import yaml

from flexapi.mirror.models import ConfigRevision

pytestmark = pytest.mark.django_db
YAML = "application/yaml"


def put_yaml(client, path, text, **headers):
    return client.put(path, text, content_type=YAML, headers=headers)


class TestRead:
    def test_it_lists_every_root_section(self, config, api, editor):
        answer = api(editor).get("/api/config").json()

        assert [item["name"] for item in answer["items"]] == ["schedules", "tasks"]
        assert answer["items"][1]["config"] == yaml.safe_load(config.read_text())["tasks"]

    def test_as_yaml_it_is_the_file(self, config, api, editor):
        answer = api(editor).get("/api/config", headers={"accept": YAML})

        assert answer.content == config.read_bytes()

    def test_a_section_is_its_exact_source(self, config, api, editor):
        answer = api(editor).get("/api/config/schedules", headers={"accept": YAML})

        assert answer.content.decode() == (
            "# My config.\nschedules:\n  - tasks: [tv, movies]  # both\n"
            "    interval:\n      hours: 1\n"
        )

    def test_an_unknown_section_is_a_404(self, config, api, editor):
        assert api(editor).get("/api/config/nothing").status_code == 404
        assert api(editor).put("/api/config/nothing", {"config": 1}).status_code == 404
        assert api(editor).delete("/api/config/nothing").status_code == 404

    def test_viewers_read_no_credentials(self, config, api, viewer):
        config.write_text(
            config.read_text()
            + "# password: hunter2\nvariables: {pw: hunter2, path: /tmp}\ntemplates:\n"
            "  mail:\n    notify:\n      entries:\n        via:\n          - email:\n"
            "              smtp_password: '{? pw ?}'\n"
        )
        for path in ("/api/config", "/api/config/tasks", "/api/config/variables"):
            for accept in ("application/json", YAML):
                text = api(viewer).get(path, headers={"accept": accept}).content.decode()
                assert "hunter2" not in text
                assert "abcdef" not in text
        assert "/tmp" in text

    def test_keys_that_json_lacks_are_shown_as_text(self, config, api, editor):
        config.write_text("tasks: {}\n7: {2024-05-01: !!set {a, b}}\nyes: no\n")

        items = api(editor).get("/api/config").json()["items"]

        assert [item["name"] for item in items] == ["tasks", "7", "true"]
        assert api(editor).get("/api/config/7").json()["object"]["config"] == {
            "2024-05-01": ["a", "b"]
        }


class TestWrite:
    def test_what_get_gave_changes_no_byte(self, config, changed_lines, api, editor):
        client = api(editor)
        for name in ("schedules", "tasks"):
            got = client.get(f"/api/config/{name}").json()["object"]
            assert client.put(f"/api/config/{name}", got).status_code == 200
            text = client.get(f"/api/config/{name}", headers={"accept": YAML}).content
            assert put_yaml(client, f"/api/config/{name}", text).status_code == 200
        text = client.get("/api/config", headers={"accept": YAML}).content
        assert put_yaml(client, "/api/config", text).status_code == 200

        assert changed_lines() == ([], [])
        assert ConfigRevision.objects.count() == 1

    def test_a_section_is_added_replaced_and_deleted(self, config, changed_lines, api, editor):
        client = api(editor)

        made = client.post("/api/config", {"name": "web_server", "config": {"port": 5050}})
        assert made.status_code == 201
        assert made["Location"].endswith("/api/config/web_server")
        assert changed_lines() == ([], ["", "web_server:", "  port: 5050"])
        assert client.post("/api/config", {"name": "tasks", "config": {}}).status_code == 409
        assert client.post("/api/config/web_server", {"config": {"port": 1}}).status_code == 200
        assert yaml.safe_load(config.read_text())["web_server"] == {"port": 1}
        assert client.delete("/api/config/web_server").status_code == 204
        assert changed_lines() == ([], [""])

    def test_the_section_and_the_task_are_two_views_of_one_text(self, config, api, editor):
        client = api(editor)
        body = client.get("/api/config/tasks").json()["object"]
        body["config"]["new"] = {"mock": []}
        client.put("/api/config/tasks", {"config": body["config"]})

        assert client.get("/api/tasks/new").json()["object"]["config"] == {"mock": []}

    def test_faults_name_their_place(self, config, changed_lines, api, editor):
        answer = api(editor).put("/api/config/schedules", {"config": [{"tasks": "tv"}]})

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"].startswith("config")
        assert changed_lines() == ([], [])

    def test_a_root_key_that_flexget_does_not_know_is_refused(self, config, api, editor):
        answer = api(editor).post("/api/config", {"name": "no_such_section", "config": 1})

        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "text",
        [
            "tasks: [",
            "- a\n- b\n",
            "just text",
            "a: &a [*a]\n",
            "a: !!python/object:os.system {}\n",
            "a: \x00\n",
            "tasks: {}\n---\ntasks: {}\n",
            "[" * 10_000,
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
            "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
            "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
            "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
        ],
    )
    def test_hostile_yaml_is_refused(self, config, changed_lines, api, editor, text):
        answer = put_yaml(api(editor), "/api/config", text)

        assert answer.status_code in (400, 409), answer.content
        assert "line 1" in answer.content.decode() or "line" in answer.content.decode()
        assert changed_lines() == ([], [])

    @pytest.mark.parametrize("text", ["null\n", "''\n", "3\n", "# nothing\n"])
    def test_a_config_without_a_mapping_is_refused(self, config, changed_lines, api, editor, text):
        answer = put_yaml(api(editor), "/api/config", text)

        assert answer.status_code in (400, 409), answer.content
        assert changed_lines() == ([], [])

    def test_bytes_that_are_no_utf_8_are_refused(self, config, changed_lines, api, editor):
        for body in (b"tasks: \xff\n", "tasks: {}\n".encode("utf-16")):
            assert put_yaml(api(editor), "/api/config", body).status_code == 400
        assert changed_lines() == ([], [])

    def test_json_for_the_whole_config_is_a_415(self, config, api, editor):
        assert api(editor).put("/api/config", {"tasks": {}}).status_code == 415

    def test_fresh_tags_are_taken(self, config, api, editor):
        client = api(editor)
        read = client.get("/api/config", headers={"accept": YAML})
        text = read.text.replace("hours: 1", "hours: 2")

        answer = put_yaml(client, "/api/config", text, **{"if-match": read["ETag"]})

        assert answer.status_code == 200
        assert config.read_text() == text
        again = put_yaml(client, "/api/config", "tasks: {}\n", **{"if-match": read["ETag"]})
        assert again.status_code == 412

    def test_stale_tags_are_a_412(self, config, changed_lines, api, editor):
        client = api(editor)
        whole = client.get("/api/config", headers={"accept": YAML})["ETag"]
        part = client.get("/api/config/schedules")["ETag"]
        text = config.read_text().replace("hours: 1", "hours: 2")
        config.write_text(text)

        answers = [
            put_yaml(client, "/api/config", "tasks: {}\n", **{"if-match": whole}),
            client.put("/api/config/schedules", {"config": []}, headers={"if-match": part}),
            client.delete("/api/config/schedules", headers={"if-match": part}),
        ]

        assert [answer.status_code for answer in answers] == [412] * 3
        assert config.read_text() == text

    def test_only_editors_write(self, config, changed_lines, api, viewer, operator):
        for user in (viewer, operator):
            client = api(user)
            answers = [
                client.post("/api/config", {"name": "web_server", "config": True}),
                put_yaml(client, "/api/config", "tasks: {}\n"),
                client.put("/api/config/tasks", {"config": {}}),
                client.post("/api/config/tasks", {"config": {}}),
                client.delete("/api/config/schedules"),
            ]
            assert [answer.status_code for answer in answers] == [403] * 5
        assert changed_lines() == ([], [])
