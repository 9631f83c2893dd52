"""GET /api/execution/<id>/tasks, and the latest result of each task: found by an index."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tasks.models import Task

from .factories import add_result, make_execution
from .test_growth import plans

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


def add_tasks(*names: str) -> None:
    rows: models.QuerySet[Task] = models.QuerySet(Task)
    rows.bulk_create(
        [Task(key=name, name=name.removeprefix("_"), position=at) for at, name in enumerate(names)]
    )


def test_it_lists_how_each_task_ended(api: Api, viewer: User) -> None:
    execution = make_execution()
    add_result(execution, "tv", accepted=2, rejected=3)
    reason = "GET https://user:hunter2@tracker.example/ failed"
    add_result(execution, "films", "failed", reason=reason)
    add_result(make_execution(), "tv")
    answer = api(viewer).get(f"/api/execution/{execution.pk}/tasks").json()
    assert answer["count"] == 2
    tv, films = answer["items"]
    assert films["reason"] == "GET https://user:********@tracker.example/ failed"
    assert tv == {
        "execution": execution.pk,
        "task": "tv",
        "status": "complete",
        "reason": None,
        "summary": {"accepted": 2, "rejected": 3, "failed": 0, "undecided": 0},
        "started": None,
        "finished": tv["finished"],
    }
    only = api(viewer).get(f"/api/execution/{execution.pk}/tasks?status=failed").json()
    assert [item["task"] for item in only["items"]] == ["films"]


def test_an_unknown_execution_is_404(api: Api, viewer: User) -> None:
    assert api(viewer).get("/api/execution/999999/tasks").status_code == 404


def test_it_needs_the_permission_to_see_executions(
    api: Api, make_user: Callable[..., User]
) -> None:
    path = f"/api/execution/{make_execution().pk}/tasks"
    assert api().get(path).status_code == 401
    assert api(make_user("stranger")).get(path).status_code == 403


def test_the_latest_of_each_task_is_a_look_into_an_index() -> None:
    add_tasks("tv", "films", "_off", "never")
    for _ in range(30):
        older = make_execution()
        for task in ("tv", "films", "off"):
            add_result(older, task)
    newer = make_execution()
    add_result(newer, "tv", "failed")
    add_result(make_execution(trial=True), "tv", "aborted")
    with CaptureQueriesContext(connection) as asked:
        found = Task.objects.last_results()
    assert len(asked) == 2
    shown = {name: (result.execution_id, result.status) for name, result in found.items()}
    assert shown == {
        "tv": (newer.pk, "failed"),
        "films": (older.pk, "complete"),
        "off": (older.pk, "complete"),
    }
    for plan in plans(Task.objects.last_results):
        assert "SCAN executions_taskresult" not in plan
        assert "TEMP B-TREE" not in plan
    (plan,) = plans(Task.objects.get(name="tv").last_result)
    assert "sqlite_autoindex_executions_taskresult_1 (task=?)" in plan
    assert "TEMP B-TREE" not in plan


def test_the_last_execution_of_a_task_that_others_outran(monkeypatch: Any) -> None:
    monkeypatch.setattr("tasks.models.RECENT", 2)
    add_tasks("tv")
    execution = make_execution(tasks=["t*"])
    add_result(execution, "tv")
    for _ in range(3):
        make_execution(tasks=["films"])
    assert Task.objects.get(name="tv").last_execution() == execution
