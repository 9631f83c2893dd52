"""GET /api/execution and /api/execution/<id>."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from executions.models import Status, TaskResult

from .factories import add_result, make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api: Callable[..., APIClient], viewer: User) -> APIClient:
    return api(viewer)


@pytest.fixture
def one_of_each() -> dict[str, int]:
    return {status: make_execution(status, tasks=[f"{status} task"]).pk for status in Status.values}


def ids(client: APIClient, query: str = "") -> list[int]:
    response = client.get(f"/api/execution{query}")
    assert response.status_code == 200
    return [item["id"] for item in response.json()["items"]]


def test_it_lists_what_is_not_over(client: APIClient, one_of_each: dict[str, int]) -> None:
    assert set(ids(client)) == {one_of_each["pending"], one_of_each["running"]}


def test_status_all_lists_everything_the_newest_first(
    client: APIClient, one_of_each: dict[str, int]
) -> None:
    assert ids(client, "?status=all") == sorted(one_of_each.values(), reverse=True)


def test_status_takes_one_or_several(client: APIClient, one_of_each: dict[str, int]) -> None:
    assert ids(client, "?status=failed") == [one_of_each["failed"]]
    assert set(ids(client, "?status=failed,aborted")) == {
        one_of_each["failed"],
        one_of_each["aborted"],
    }


def test_one_task_s_are_those_that_ran_it_or_will(client: APIClient) -> None:
    ran, other = make_execution(tasks=["t*"]), make_execution(tasks=["tv"])
    TaskResult.objects.create(execution=ran, task="tv", status="complete")
    TaskResult.objects.create(execution=other, task="films", status="complete")
    waiting = make_execution(Status.PENDING)
    make_execution(Status.PENDING, tasks=["films"])
    assert ids(client, "?status=all&task=tv") == [waiting.pk, ran.pk]


def test_kinds(client: APIClient) -> None:
    real, trial = make_execution(), make_execution(trial=True)
    test = make_execution(options={"test": True})
    make_execution(trial=True, options={"test": True})
    assert ids(client, "?status=all&kind=real") == [real.pk]
    assert ids(client, "?status=all&kind=test") == [test.pk]
    assert trial.pk in ids(client, "?status=all&kind=trial")
    assert client.get("/api/execution?kind=odd").status_code == 400


def test_an_unknown_status_is_refused(client: APIClient) -> None:
    response = client.get("/api/execution?status=done")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "status"


def test_it_orders_searches_and_pages(client: APIClient, one_of_each: dict[str, int]) -> None:
    assert ids(client, "?status=all&ordering=id") == sorted(one_of_each.values())
    assert ids(client, "?status=all&search=failed task") == [one_of_each["failed"]]
    assert (
        ids(client, "?status=all&ordering=id&limit=2&offset=1") == sorted(one_of_each.values())[1:3]
    )


def test_a_page_costs_the_same_whatever_its_size(
    client: APIClient, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make_execution(requested_by=viewer)
    ids(client)  # The token's last use is noted once a minute.
    with django_assert_num_queries(3):  # token, permissions, executions
        assert len(ids(client, "?status=all")) == 30


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ("status=failed", 4),
        ("kind=real&status=all", 4),
        ("kind=trial&status=all", 4),
        ("schedule=3&status=all", 4),
        ("created_after=2026-01-01T00:00:00Z&status=all", 4),
        # What is not over is matched with patterns in Python, whatever came before.
        ("task=tv&status=all", 5),
    ],
)
def test_a_filter_costs_the_same_however_many_there_are(
    client: APIClient,
    viewer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    query: str,
    queries: int,
) -> None:
    for status in (Status.FAILED, Status.COMPLETE, Status.PENDING):
        for _ in range(15):
            execution = make_execution(status, tasks=["tv"], requested_by=viewer, schedule=3)
            add_result(execution, "tv", "complete")
    ids(client)
    with django_assert_max_num_queries(queries):
        ids(client, f"?{query}")


def test_one_execution(client: APIClient, viewer: User) -> None:
    execution = make_execution(
        Status.FAILED,
        tasks=["tv"],
        options={"learn": True},
        requested_by=viewer,
        abort_reason="tv: broken",
        accepted=2,
        log_lines=7,
    )
    response = client.get(f"/api/execution/{execution.pk}")
    assert response.status_code == 200
    assert response["ETag"]
    shown = response.json()["object"]
    created = shown.pop("created")
    assert created.endswith("Z")
    assert shown == {
        "id": execution.pk,
        "status": "failed",
        "current_phase": None,
        "current_plugin": None,
        "current_task": None,
        "percent": 0,
        "tasks": ["tv"],
        "options": {"learn": True},
        "started": None,
        "finished": None,
        "requested_by": "viewer",
        "caused_by": None,
        "schedule": None,
        "irc": None,
        "hook": None,
        "summary": {"accepted": 2, "rejected": 0, "failed": 0, "undecided": 0},
        "abort_reason": "tv: broken",
        "explanation": None,
        "waiting_for": None,
        "queue": "default",
        "priority": 100,
        "worker": None,
        "trial": False,
        "entries_of": None,
        "log_lines": 7,
    }


def test_an_execution_that_is_over_is_found_as_well(client: APIClient) -> None:
    assert client.get(f"/api/execution/{make_execution().pk}/").status_code == 200


@pytest.mark.parametrize("path", ["999", "0", "x", "9" * 30, "-1"])
def test_an_unknown_one_is_404(client: APIClient, path: str) -> None:
    response = client.get(f"/api/execution/{path}")
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"


def test_it_cannot_be_changed(client: APIClient) -> None:
    path = f"/api/execution/{make_execution().pk}"
    assert client.put(path, {}).status_code in (403, 405)
    assert client.delete(path).status_code in (403, 405)


def test_nobody_sees_it(api: Callable[..., APIClient]) -> None:
    assert api().get("/api/execution").status_code == 401
