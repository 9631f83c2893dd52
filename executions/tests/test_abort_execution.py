"""POST /api/execution/<id>/abort."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from executions.models import Status

from .factories import make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api: Callable[..., APIClient], operator: User) -> APIClient:
    return api(operator)


def test_one_that_waits_is_aborted_at_once(client: APIClient) -> None:
    execution = make_execution(Status.PENDING)
    response = client.post(f"/api/execution/{execution.pk}/abort")
    assert response.status_code == 200
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == "Aborted by operator."
    assert execution.finished is not None
    assert response.json()["object"]["status"] == "aborted"


@pytest.mark.parametrize("status", [Status.RUNNING, Status.PENDING])
def test_one_that_a_worker_has_is_aborted_by_its_worker(client: APIClient, status: str) -> None:
    execution = make_execution(status, worker="here:1")
    assert client.post(f"/api/execution/{execution.pk}/abort").status_code == 200
    execution.refresh_from_db()
    assert execution.status == status
    assert execution.abort_requested == "Aborted by operator."


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.FAILED, Status.ABORTED])
def test_one_that_is_over_is_409(client: APIClient, status: str) -> None:
    execution = make_execution(status, abort_reason="as it was")
    response = client.post(f"/api/execution/{execution.pk}/abort")
    assert response.status_code == 409
    assert status in response.json()["errors"][0]["detail"]
    execution.refresh_from_db()
    assert execution.abort_reason == "as it was"


def test_an_unknown_one_is_404(client: APIClient) -> None:
    assert client.post("/api/execution/999/abort").status_code == 404


def test_viewers_may_not(api: Callable[..., APIClient], viewer: User) -> None:
    execution = make_execution(Status.RUNNING)
    assert api(viewer).post(f"/api/execution/{execution.pk}/abort").status_code == 403
