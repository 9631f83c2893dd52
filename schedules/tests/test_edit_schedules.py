"""POST, PUT, PATCH and DELETE of /api/schedules: each test looks at the file on disk."""

import pytest
import yaml

from flexapi.mirror.models import ConfigRevision
from schedules.models import Schedule

pytestmark = pytest.mark.django_db


def section(config):
    return yaml.safe_load(config.read_text()).get("schedules")


def only(client):
    (item,) = client.get("/api/schedules").json()["items"]
    return item


class TestCreate:
    def test_it_adds_the_schedule_at_the_end(self, config, changed_lines, api, editor):
        answer = api(editor).post("/api/schedules", {"tasks": "tv", "schedule": {"hour": 6}})

        assert answer.status_code == 201, answer.content
        created = answer.json()["object"]
        assert answer["Location"] == f"http://testserver/api/schedules/{created['id']}"
        assert created["tasks"] == ["tv"]
        assert created["position"] == 1
        assert created["replaced"] is None
        assert changed_lines()[0] == []
        assert section(config)[1] == {"tasks": "tv", "schedule": {"hour": 6}}
        revision = ConfigRevision.objects.latest("pk")
        assert (revision.origin, revision.author, revision.written) == ("api", editor, True)

    @pytest.mark.parametrize(
        ("before", "said"),
        [
            ("schedules: yes\n", "`schedules: yes`"),
            ("schedules: no\n", "`schedules: no`"),
            ("", "no `schedules`"),
        ],
    )
    def test_the_first_one_says_what_it_replaces(self, config, api, editor, before, said):
        config.write_text(f"# Mine.\ntasks:\n  tv:\n    mock: []\n{before}# End.\n")

        answer = api(editor).post("/api/schedules", {"tasks": ["tv"], "interval": {"hours": 2}})

        assert answer.status_code == 201, answer.content
        assert answer.json()["object"]["replaced"].startswith(said)
        assert section(config) == [{"tasks": ["tv"], "interval": {"hours": 2}}]
        assert config.read_text().startswith("# Mine.\n")
        assert "# End.\n" in config.read_text()
        assert Schedule.objects.count() == 1

    @pytest.mark.parametrize("section", ["soon", "{tasks: tv}", "5"])
    def test_a_section_of_another_kind_is_left_alone(self, config, api, editor, section):
        text = f"tasks:\n  tv:\n    mock: []\nschedules: {section}\n"
        config.write_text(text)

        answer = api(editor).post("/api/schedules", {"tasks": ["tv"], "interval": {"hours": 2}})

        assert answer.status_code == 409, answer.content
        assert "schedules is" in answer.json()["errors"][0]["detail"]
        assert "line 4" in answer.json()["errors"][0]["detail"]
        assert config.read_text() == text

    def test_unknown_tasks_are_taken_with_a_warning(self, config, api, editor):
        body = {"tasks": ["later", "tv"], "interval": {"hours": 2}}

        answer = api(editor).post("/api/schedules", body)

        assert answer.status_code == 201
        assert answer.json()["object"]["warnings"] == ["'later' isn't a task."]

    def test_it_may_be_off_from_the_start(self, config, api, editor):
        body = {"tasks": ["tv"], "interval": {"hours": 2}, "enabled": False}

        created = api(editor).post("/api/schedules", body).json()["object"]

        assert created["enabled"] is False
        assert created["next_run"] is None
        assert "enabled" not in config.read_text()

    def test_the_same_again_is_a_409(self, config, changed_lines, api, editor):
        body = {"tasks": ["tv", "movies"], "interval": {"hours": 1}}

        answer = api(editor).post("/api/schedules", body)

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "exists"
        assert changed_lines() == ([], [])

    @pytest.mark.parametrize(
        ("body", "attr", "said"),
        [
            ({"tasks": "a"}, "interval", "Either `cron` or `interval` must be defined."),
            (
                {"tasks": "a", "interval": {"hours": 1}, "schedule": {"hour": 1}},
                "interval",
                "Either `cron` or `interval` must be defined.",
            ),
            ({"interval": {"hours": 1}}, "tasks", "'tasks' is a required property"),
            ({"tasks": [], "interval": {"hours": 1}}, "tasks", "[] should be non-empty"),
            ({"tasks": 5, "interval": {"hours": 1}}, "tasks", "Got `5`"),
            ({"tasks": "a", "interval": {}}, "interval", "Interval must be specified"),
            ({"tasks": "a", "interval": {"hours": "x"}}, "interval.hours", "Got `x`"),
            ({"tasks": "a", "interval": {"hours": 0}}, "interval.hours", "0 is less than"),
            ({"tasks": "a", "interval": {"hours": -1}}, "interval.hours", "-1 is less than"),
            ({"tasks": "a", "interval": {"days": 1e300}}, "interval.days", "It is longer"),
            (
                {"tasks": "a", "interval": {"hours": 1, "jitter": -1}},
                "interval.jitter",
                "-1 is less than",
            ),
            ({"tasks": "a", "interval": {"hours": 1, "x": 1}}, "interval.x", "The key `x`"),
            ({"tasks": "a", "schedule": {"second": 1}}, "schedule.second", "The key `second`"),
            ({"tasks": "a", "schedule": {"hour": 24}}, "schedule.hour", "Error validating"),
            ({"tasks": "a", "schedule": {"hour": "x"}}, "schedule.hour", "Unrecognized"),
            ({"tasks": "a", "schedule": {"hour": 1.5}}, "schedule.hour", "Got `1.5`"),
            ({"tasks": "a", "schedule": {"month": 2, "day": 30}}, "schedule", "It never comes"),
            ({"tasks": "a", "schedule": {"year": 1999}}, "schedule", "It never comes"),
            ({"tasks": "a", "interval": {"hours": 1}, "when": 1}, "when", "The key `when`"),
            ({"tasks": "a", "interval": {"hours": 1}, "enabled": "soon"}, "enabled", "Must be"),
        ],
    )
    def test_what_can_not_be_is_a_400_that_names_the_field(
        self, config, changed_lines, api, editor, body, attr, said
    ):
        answer = api(editor).post("/api/schedules", body)

        assert answer.status_code == 400, answer.content
        errors = {error["attr"]: error["detail"] for error in answer.json()["errors"]}
        assert errors[attr].startswith(said)
        assert changed_lines() == ([], [])

    @pytest.mark.parametrize("body", [[], "x", 5, None, {"tasks": {"a": 1}, "interval": []}])
    def test_other_bodies_are_a_400(self, config, changed_lines, api, editor, body):
        answer = api(editor).post("/api/schedules", body)

        assert answer.status_code == 400
        assert changed_lines() == ([], [])

    def test_only_editors_may(self, config, changed_lines, api, operator):
        body = {"tasks": "tv", "interval": {"hours": 2}}

        assert api(operator).post("/api/schedules", body).status_code == 403
        assert changed_lines() == ([], [])


class TestReplace:
    def test_what_get_gave_changes_no_byte(self, config, changed_lines, api, editor):
        client = api(editor)
        item = only(client)

        answer = client.put(f"/api/schedules/{item['id']}", item)

        assert answer.status_code == 200, answer.content
        assert changed_lines() == ([], [])
        assert answer.json()["object"] == item

    def test_one_name_stays_one_name(self, config, changed_lines, api, editor):
        config.write_text(
            "tasks: {}\nschedules:\n  - tasks: tv  # mine\n    interval: {hours: 1}\n"
        )
        client = api(editor)
        item = only(client)

        client.put(f"/api/schedules/{item['id']}", {**item, "interval": {"hours": 3}})

        assert config.read_text().endswith("  - tasks: tv  # mine\n    interval: {hours: 3}\n")

    def test_an_edit_changes_its_own_line(self, config, changed_lines, api, editor):
        client = api(editor)
        item = only(client)
        body = {"tasks": ["tv", "movies"], "interval": {"hours": 2}}

        answer = client.put(f"/api/schedules/{item['id']}", body)

        assert answer.status_code == 200
        assert answer.json()["object"]["id"] == item["id"]
        assert changed_lines() == (["      hours: 1"], ["      hours: 2"])

    def test_an_interval_becomes_a_schedule(self, config, api, editor):
        client = api(editor)
        path = f"/api/schedules/{only(client)['id']}"

        answer = client.put(path, {"tasks": ["tv"], "schedule": {"hour": 6, "minute": "*/20"}})

        assert answer.status_code == 200, answer.content
        assert section(config) == [{"tasks": ["tv"], "schedule": {"hour": 6, "minute": "*/20"}}]
        assert "# both" in config.read_text()

    def test_faults_name_the_field(self, config, changed_lines, api, editor):
        client = api(editor)
        path = f"/api/schedules/{only(client)['id']}"

        answer = client.put(path, {"tasks": ["tv"], "schedule": {"minute": 61}})

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "schedule.minute"
        assert changed_lines() == ([], [])

    def test_the_default_can_not_be_edited(self, config, api, editor):
        config.write_text("tasks: {}\n")
        client = api(editor)
        path = f"/api/schedules/{only(client)['id']}"

        answers = [
            client.put(path, {"tasks": ["*"], "interval": {"hours": 2}}),
            client.patch(path, {"interval": {"hours": 2}}),
            client.delete(path),
        ]

        assert [answer.status_code for answer in answers] == [409, 409, 409]
        assert config.read_text() == "tasks: {}\n"


class TestChange:
    def test_fields_are_set_one_by_one(self, config, changed_lines, api, editor):
        client = api(editor)
        path = f"/api/schedules/{only(client)['id']}"

        answer = client.patch(path, {"interval": {"hours": 1.5}})

        assert answer.json()["object"]["tasks"] == ["tv", "movies"]
        assert changed_lines() == (["      hours: 1"], ["      hours: 1.5"])

    def test_enabled_is_not_in_the_file(self, config, changed_lines, api, editor):
        client = api(editor)
        path = f"/api/schedules/{only(client)['id']}"

        off = client.patch(path, {"enabled": False}).json()["object"]
        on = client.patch(path, {"enabled": True}).json()["object"]

        assert (off["enabled"], off["next_run"]) == (False, None)
        assert on["enabled"] is True
        assert on["next_run"] is not None
        assert changed_lines() == ([], [])

    def test_the_default_can_be_turned_off(self, config, api, editor):
        config.write_text("tasks: {}\n")
        client = api(editor)

        answer = client.patch(f"/api/schedules/{only(client)['id']}", {"enabled": False})

        assert answer.status_code == 200
        assert only(client)["enabled"] is False
        assert config.read_text() == "tasks: {}\n"

    def test_the_other_kind_needs_the_first_to_go(self, config, api, editor):
        client = api(editor)
        path = f"/api/schedules/{only(client)['id']}"

        both = client.patch(path, {"schedule": {"hour": 6}})
        changed = client.patch(path, {"schedule": {"hour": 6}, "interval": None})

        assert both.status_code == 400
        assert changed.json()["object"]["interval"] is None
        assert section(config)[0]["schedule"] == {"hour": 6}


class TestDelete:
    def test_it_goes_and_the_others_stay(self, config, api, editor):
        client = api(editor)
        item = only(client)
        second = client.post("/api/schedules", {"tasks": "tv", "interval": {"days": 1}})
        kept = second.json()["object"]["id"]

        answer = client.delete(f"/api/schedules/{item['id']}")

        assert answer.status_code == 204
        assert section(config) == [{"tasks": "tv", "interval": {"days": 1}}]
        assert only(client)["id"] == kept

    def test_after_the_last_nothing_runs(self, config, api, editor):
        client = api(editor)

        client.delete(f"/api/schedules/{only(client)['id']}")

        assert section(config) == []
        assert client.get("/api/schedules").json()["items"] == []


class TestModel:
    def test_saving_and_deleting_end_in_the_file(self, config, api, editor):
        only(api(editor))
        schedule = Schedule.objects.get()
        schedule.interval = {"hours": 7}
        schedule.save()
        added = Schedule(tasks=["tv"], schedule={"hour": 1})
        added.save()

        assert [entry.get("interval") for entry in section(config)] == [{"hours": 7}, None]
        Schedule.objects.filter(pk=schedule.pk).delete()
        assert section(config) == [{"tasks": ["tv"], "schedule": {"hour": 1}}]
        added.delete()
        assert section(config) == []

    def test_rows_are_not_written_past_the_file(self, config):
        with pytest.raises(NotImplementedError):
            Schedule.objects.update(enabled=False)
