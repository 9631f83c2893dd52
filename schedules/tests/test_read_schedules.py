"""GET /api/schedules and /api/schedules/<id>."""

import pytest

from schedules.models import Schedule

pytestmark = pytest.mark.django_db


def listed(client):
    return client.get("/api/schedules").json()["items"]


class TestList:
    def test_it_answers_the_schedules_of_the_file(self, config, api, viewer):
        (item,) = listed(api(viewer))

        assert item["tasks"] == ["tv", "movies"]
        assert item["interval"] == {"hours": 1}
        assert item["schedule"] is None
        assert item["enabled"] is True
        assert item["default"] is False
        assert item["next_run"] is not None
        assert item["last_run"] is None
        assert item["last_execution"] is None
        assert item["warnings"] == []

    @pytest.mark.parametrize("text", ["tasks: {}\n", "tasks: {}\nschedules: yes\n"])
    def test_a_missing_section_and_yes_are_every_task_hourly(self, config, api, viewer, text):
        config.write_text(text)

        (item,) = listed(api(viewer))

        assert item["tasks"] == ["*"]
        assert item["interval"] == {"hours": 1}
        assert item["default"] is True

    @pytest.mark.parametrize("value", ["no", "[]", "{}"])
    def test_no_is_none(self, config, api, viewer, value):
        config.write_text(f"tasks: {{}}\nschedules: {value}\n")

        assert listed(api(viewer)) == []

    def test_no_query_per_schedule(self, config, api, viewer, django_assert_max_num_queries):
        entries = "".join(f"  - {{tasks: t{n}, interval: {{hours: 1}}}}\n" for n in range(100))
        config.write_text(f"tasks: {{}}\nschedules:\n{entries}")
        client = api(viewer)
        listed(client)

        with django_assert_max_num_queries(5):
            answer = client.get("/api/schedules?limit=100").json()

        assert len(answer["items"]) == 100

    def test_it_filters_searches_and_orders(self, config, api, viewer):
        config.write_text(
            "tasks: {}\nschedules:\n"
            "  - {tasks: tv, interval: {hours: 2}}\n"
            "  - {tasks: [a, movies], interval: {hours: 1}}\n"
        )
        client = api(viewer)
        listed(client)
        Schedule.objects.get(position=0).set_enabled(False)

        enabled = client.get("/api/schedules?enabled=true").json()["items"]
        found = client.get("/api/schedules?search=mov").json()["items"]
        ordered = client.get("/api/schedules?ordering=-position").json()["items"]

        assert [item["tasks"] for item in enabled] == [["a", "movies"]]
        assert [item["tasks"] for item in found] == [["a", "movies"]]
        assert [item["position"] for item in ordered] == [1, 0]


class TestDetail:
    def test_it_answers_one(self, config, api, viewer):
        client = api(viewer)
        (item,) = listed(client)

        assert client.get(f"/api/schedules/{item['id']}").json()["object"] == item

    def test_an_unknown_one_is_a_404(self, config, api, viewer):
        assert api(viewer).get("/api/schedules/999").status_code == 404

    def test_a_run_in_between_does_not_fail_an_edit_but_shows(self, config, api, editor):
        client = api(editor)
        path = f"/api/schedules/{listed(client)[0]['id']}"
        tag = client.get(path)["ETag"]
        Schedule.objects.get().run()

        assert client.get(path, headers={"if-none-match": tag}).status_code == 200
        answer = client.patch(path, {"interval": {"hours": 2}}, headers={"if-match": tag})
        assert answer.status_code == 200
        answer = client.patch(path, {"interval": {"hours": 3}}, headers={"if-match": tag})
        assert answer.status_code == 412

    @pytest.mark.parametrize(
        ("tasks", "warning"),
        [
            ("nothing", "'nothing' isn't a task."),
            ("x*", "'x*' matches no task."),
            ("off", "'off' is disabled."),
            ("_off", "'_off' is disabled."),
            ("_*", "'_*' is disabled."),
        ],
    )
    def test_tasks_that_do_not_run_are_warned_of(self, config, api, viewer, tasks, warning):
        config.write_text(config.read_text().replace("[tv, movies]", f"['{tasks}', TV, 'mov*']"))

        (item,) = listed(api(viewer))

        assert item["warnings"] == [warning]
        assert item["problem"] is None


class TestBadEntries:
    def test_a_bad_entry_is_off_and_the_others_go_on(self, config, api, viewer):
        config.write_text(
            "tasks: {}\nschedules:\n"
            "  - {tasks: a, schedule: {hour: 99}}\n"
            "  - {tasks: b, interval: {hours: 1}}\n"
            "  - {tasks: c}\n"
            "  - just text\n"
            "  - {tasks: d, interval: {minutes: 0}}\n"
        )

        items = listed(api(viewer))

        assert [item["problem"] is None for item in items] == [False, True, False, False, False]
        assert [item["next_run"] is None for item in items] == [True, False, True, True, True]
        assert items[0]["problem"].startswith("schedule.hour: Error validating expression")

    def test_it_runs_again_once_it_is_mended(self, config, api, viewer):
        config.write_text("tasks: {}\nschedules:\n  - {tasks: a, schedule: {hour: 99}}\n")
        (bad,) = listed(api(viewer))
        config.write_text("tasks: {}\nschedules:\n  - {tasks: a, schedule: {hour: 9}}\n")

        (good,) = listed(api(viewer))

        assert good["id"] == bad["id"]
        assert good["problem"] is None
        assert good["next_run"] is not None

    def test_of_two_that_are_the_same_one_runs(self, config, api, viewer):
        entry = "  - {tasks: a, interval: {hours: 1}}\n"
        config.write_text(f"tasks: {{}}\nschedules:\n{entry}{entry}")

        first, second = listed(api(viewer))

        assert first["problem"] is None
        assert second["problem"] == "It is the same as number 1 of the schedules."
        assert second["next_run"] is None
