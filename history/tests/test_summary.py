"""GET /api/server/summary, and what a task says of its schedules and of what it took."""

from datetime import timedelta

import pytest
from django.utils import timezone

from executions.models import Execution, Status
from flexapi.testing.config_file import config
from history.tests.factories import add

__all__ = ["config"]
pytestmark = pytest.mark.django_db


def summary(client):
    return client.get("/api/server/summary").json()["object"]


def test_it_says_what_runs_comes_and_was_taken(config, api, viewer):
    now = timezone.now()
    client = api(viewer)
    (schedule,) = client.get("/api/schedules").json()["items"]
    running = Execution.objects.create(status=Status.RUNNING, tasks=["tv"], percent=40)
    Execution.objects.enqueue(["a"])
    Execution.objects.enqueue(["b"])
    Execution.objects.create(status=Status.FAILED, finished=now - timedelta(days=3))
    failed = Execution.objects.create(status=Status.FAILED, finished=now, abort_reason="no feed")
    add("old", time=now - timedelta(days=2))
    add("new", time=now)

    said = summary(client)

    assert said["running"][0]["id"] == running.pk
    assert said["running"][0]["percent"] == 40
    assert said["pending"] == 2
    assert said["failed_lately"]["count"] == 1
    assert said["failed_lately"]["last"]["id"] == failed.pk
    assert said["failed_lately"]["last"]["abort_reason"] == "no feed"
    assert said["next_schedules"] == [
        {"id": schedule["id"], "tasks": ["tv", "movies"], "next_run": schedule["next_run"]}
    ]
    assert said["taken_today"] == 1


def test_nothing_is_told_that_may_not_be_seen(api, make_user):
    assert summary(api(make_user("nobody"))) == {}
    assert api().get("/api/server/summary").status_code == 401


def test_it_is_cheap(config, api, viewer, django_assert_max_num_queries):
    client = api(viewer)
    summary(client)
    for number in range(30):
        add(f"e{number}", time=timezone.now())
        Execution.objects.create(status=Status.FAILED, finished=timezone.now())
    # Three of them: which credentials are to be hidden in what it tells, read for the first time.
    with django_assert_max_num_queries(12):
        summary(client)


class TestTask:
    def test_it_names_its_schedules(self, config, api, viewer):
        config.write_text(
            "tasks: {tv: {mock: []}, movies: {mock: []}}\nschedules:\n"
            "  - {tasks: TV, interval: {hours: 1}}\n"
            "  - {tasks: [movies, 't*'], interval: {hours: 2}}\n"
            "  - {tasks: movies, interval: {hours: 3}}\n"
        )

        schedules = api(viewer).get("/api/tasks/tv").json()["object"]["schedules"]

        assert [schedule["tasks"] for schedule in schedules] == [["TV"], ["movies", "t*"]]
        assert [schedule["named"] for schedule in schedules] == [True, False]
        assert all(schedule["next_run"] for schedule in schedules)

    def test_it_says_what_it_took(self, config, api, viewer):
        add("a", hours=1, task="tv")
        add("b", hours=2, task="tv")
        add("c", hours=3, task="movies")

        totals = api(viewer).get("/api/tasks/tv").json()["object"]["totals"]
        none = api(viewer).get("/api/tasks/off").json()["object"]["totals"]

        assert totals == {"accepted": 2, "last_accepted": "2026-01-31T05:00:00Z"}
        assert none == {"accepted": 0, "last_accepted": None}
