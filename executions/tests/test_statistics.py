"""GET /api/statistics: runs are counted when they end, and stay counted."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from executions import extensions
from executions.models import DayCount, DayDurations, DayRejections, Execution
from executions.statistics.durations import percentile, seconds_of, step_of
from flexapi.testing.postgres import postgres_database, printed_by

from .factories import add_entry, add_result, make_execution
from .test_growth import plans

__all__ = ["postgres_database"]

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


def end(
    status: str = "complete",
    task: str = "tv",
    ago: int = 0,
    trial: bool = False,
    seconds: float = 2,
) -> Execution:
    """Have a run of some seconds ended some days ago."""
    finished = timezone.now() - timedelta(days=ago)
    execution = make_execution(status, finished=finished, trial=trial, rejected=2)
    started = finished - timedelta(seconds=seconds)
    counts = {"accepted": 1, "rejected": 2, "started": started, "finished": finished}
    add_result(execution, task, status, **counts)
    add_entry(execution, "A", "rejected", task=task, plugin="quality")
    add_entry(execution, "B", "rejected", task=task, plugin="seen")
    extensions.ended(execution)
    return execution


def test_it_counts_by_day_and_task(api: Api, viewer: User) -> None:
    for _ in range(3):
        end()
    end("failed")
    end(task="films", ago=2)
    end(ago=9)
    end(trial=True)
    answer = api(viewer).get("/api/statistics?days=7").json()["object"]
    assert len(answer["days"]) == 7
    assert answer["last_day"] == timezone.localdate().isoformat() == answer["days"][-1]["day"]
    assert answer["days"][-1]["runs"] == {"complete": 3, "skipped": 0, "failed": 1, "aborted": 0}
    assert answer["days"][-1]["seconds"] == 8
    assert answer["days"][-1]["summary"]["accepted"] == 4
    assert answer["days"][-2]["runs"]["complete"] == 0
    assert [(row["task"], row["runs"]["complete"]) for row in answer["tasks"]] == [
        ("tv", 3),
        ("films", 1),
    ]
    assert answer["rejecting"] == [
        {"plugin": "quality", "entries": 5},
        {"plugin": "seen", "entries": 5},
    ]
    films = api(viewer).get("/api/statistics?days=7&task=films").json()["object"]
    assert [day["runs"]["complete"] for day in films["days"]] == [0, 0, 0, 0, 1, 0, 0]


def test_it_tells_how_long_most_runs_take(api: Api, viewer: User) -> None:
    for seconds in range(1, 101):
        end(seconds=seconds)
    end("skipped", seconds=0)
    end(task="films", ago=1, seconds=0)
    end("skipped", task="idle")
    answer = api(viewer).get("/api/statistics?days=2").json()["object"]
    tasks = {row["task"]: row for row in answer["tasks"]}
    for figures in (tasks["tv"], answer["days"][-1]):
        assert figures["p50"] == pytest.approx(50, rel=0.05)
        assert figures["p95"] == pytest.approx(95, rel=0.05)
    assert tasks["films"]["p50"] == tasks["films"]["p95"] == 0.01
    assert tasks["idle"]["p50"] is tasks["idle"]["p95"] is None


@pytest.mark.parametrize("seconds", [0.0101, 0.3, 1, 59.9, 3600, 90_000])
def test_a_step_is_at_most_a_twentieth_off(seconds: float) -> None:
    assert seconds_of(step_of(seconds)) == pytest.approx(seconds, rel=0.05)


def test_no_run_has_no_duration() -> None:
    assert percentile({}, 50) is None
    assert percentile({3: 1}, 95) == percentile({3: 1}, 50) == round(seconds_of(3), 3)


ON_POSTGRES = """
import json
from datetime import timedelta
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from executions import extensions
from executions.models import Execution
from executions.statistics.views import _figures
now = timezone.now()
for seconds in range(1, 21):
    execution = Execution.objects.create(status="complete", finished=now)
    execution.results.create(task="tv", status="complete", started=now - timedelta(seconds=seconds), finished=now)
    extensions.ended(execution)
day = timezone.localdate(now)
with CaptureQueriesContext(connection) as asked:
    figures = _figures(day, day, {"day": day})
print(json.dumps([figures["tasks"][0]["p50"], figures["days"][0]["p95"], len(asked)]))
"""


def test_postgresql_counts_the_same(postgres_database: str, tmp_path: Path) -> None:
    printed = printed_by(ON_POSTGRES, postgres_database, tmp_path)
    half, most, queries = json.loads(printed.splitlines()[-1])
    assert half == pytest.approx(10, rel=0.05)
    assert most == pytest.approx(19, rel=0.05)
    # The plugins that reject are asked for when the answer is written.
    assert queries == 4


def test_what_is_pruned_stays_counted(api: Api, viewer: User) -> None:
    end().delete()
    answer = api(viewer).get("/api/statistics").json()["object"]
    assert answer["days"][-1]["runs"]["complete"] == 1


def test_it_is_asked_in_few_queries_by_an_index(
    api: Api, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    today = timezone.localdate()
    DayCount.objects.bulk_create(
        DayCount(day=today - timedelta(days=ago), task=f"task {task}", status="complete", runs=1000)
        for ago in range(100)
        for task in range(10)
    )
    DayDurations.objects.bulk_create(
        DayDurations(day=today - timedelta(days=ago), task=f"task {task}", step=step, runs=1)
        for ago in range(100)
        for task in range(10)
        for step in range(5)
    )
    DayRejections.objects.create(day=today, task="tv", plugin="seen", entries=1)
    client = api(viewer)
    client.get("/api/statistics")
    # The session, the user's permissions, then one for each table of the answer; two for durations.
    with django_assert_num_queries(7):
        answer = client.get("/api/statistics?days=10").json()["object"]
    assert sum(day["runs"]["complete"] for day in answer["days"]) == 100_000
    for plan in plans(lambda: client.get("/api/statistics?days=10")):
        if "executions_day" in plan:
            assert "SEARCH" in plan, plan


@pytest.mark.parametrize("query", ["days=0", "days=367", "days=x"])
def test_days_that_it_does_not_have(api: Api, viewer: User, query: str) -> None:
    answer = api(viewer).get(f"/api/statistics?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "days"


def test_who_may_ask(api: Api, make_user: Callable[..., User]) -> None:
    assert api().get("/api/statistics").status_code == 401
    assert api(make_user("stranger")).get("/api/statistics").status_code == 403
