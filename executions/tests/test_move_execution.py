"""PATCH /api/execution/<id>: an execution that waits gets another place in the queue."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from executions.models import Execution, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def patch(api: Callable[..., APIClient], operator: User) -> Callable[..., Any]:
    """Send `patch(execution, body)` as an operator."""

    def patch(execution: Execution, body: Any, **options: Any) -> Any:
        address = f"/api/execution/{execution.pk}"
        return api(operator).patch(address, body, format="json", **options)

    return patch


def test_the_lowest_number_runs_first(patch: Callable[..., Any]) -> None:
    first, second, third = (Execution.objects.enqueue([name]) for name in "abc")
    answer = patch(third, {"priority": 1})
    assert answer.status_code == 200
    assert answer.json()["object"]["priority"] == 1
    assert patch(first, {"priority": 500}).status_code == 200
    claimed = [Execution.objects.claim(name) for name in ("w1", "w2", "w3")]
    assert claimed == [third, second, first]


def test_what_overlaps_still_waits_behind_it(patch: Callable[..., Any]) -> None:
    first, second = Execution.objects.enqueue(["a"]), Execution.objects.enqueue(["a", "b"])
    patch(second, {"priority": 1})
    assert Execution.objects.claim("w1") == second
    assert Execution.objects.claim("w2") is None
    Execution.objects.filter(pk=second.pk).update(status=Status.COMPLETE)
    assert Execution.objects.claim("w2") == first


@pytest.mark.parametrize(
    "body", [{}, {"priority": 0}, {"priority": 1001}, {"priority": "high"}, {"priority": None}]
)
def test_what_is_no_place(patch: Callable[..., Any], body: dict[str, Any]) -> None:
    answer = patch(Execution.objects.enqueue(["a"]), body)
    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == ["priority"]


def test_one_that_does_not_wait(patch: Callable[..., Any]) -> None:
    execution = Execution.objects.enqueue(["a"])
    Execution.objects.claim("w1")
    answer = patch(execution, {"priority": 1})
    assert answer.status_code == 409
    assert "doesn't wait any more" in answer.json()["errors"][0]["detail"]
    execution.refresh_from_db()
    assert execution.priority == 100


def test_one_that_somebody_moved_meanwhile(patch: Callable[..., Any]) -> None:
    execution = Execution.objects.enqueue(["a"])
    answer = patch(execution, {"priority": 1}, headers={"If-Match": '"another"'})
    assert answer.status_code == 412


def test_viewers_move_nothing(api: Callable[..., APIClient], viewer: User) -> None:
    execution = Execution.objects.enqueue(["a"])
    answer = api(viewer).patch(f"/api/execution/{execution.pk}", {"priority": 1}, format="json")
    assert answer.status_code == 403
