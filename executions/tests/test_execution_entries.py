"""GET /api/execution/<id>/entries."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from executions.models import Execution

from .factories import add_entry, make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api: Callable[..., APIClient], viewer: User) -> APIClient:
    return api(viewer)


@pytest.fixture
def execution() -> Execution:
    execution = make_execution()
    trace = [{"plugin": "quality", "operation": "reject", "message": "720p is not enough"}]
    add_entry(
        execution,
        "Film 720p",
        "rejected",
        plugin="quality",
        reason="720p is not enough",
        trace=trace,
    )
    add_entry(execution, "Film 1080p", "accepted", plugin="regexp")
    add_entry(make_execution(), "Another run's", "accepted")
    return execution


def titles(client: APIClient, execution: Execution, query: str = "") -> list[str]:
    response = client.get(f"/api/execution/{execution.pk}/entries{query}")
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["items"]]


def test_it_says_what_became_of_each_and_why(client: APIClient, execution: Execution) -> None:
    response = client.get(f"/api/execution/{execution.pk}/entries")
    assert response.json()["count"] == 2
    assert response.json()["items"][0] == {
        "id": execution.entries.order_by("pk")[0].pk,
        "task": "tv",
        "title": "Film 720p",
        "url": "http://localhost/Film 720p",
        "original_url": "",
        "state": "rejected",
        "reason": "720p is not enough",
        "plugin": "quality",
        "trace": [{"plugin": "quality", "operation": "reject", "message": "720p is not enough"}],
    }


def test_it_filters_searches_and_orders(client: APIClient, execution: Execution) -> None:
    assert titles(client, execution, "?state=accepted") == ["Film 1080p"]
    assert titles(client, execution, "?plugin=quality") == ["Film 720p"]
    assert titles(client, execution, "?search=1080") == ["Film 1080p"]
    assert titles(client, execution, "?ordering=title") == ["Film 1080p", "Film 720p"]


def test_who_may_not_edit_tasks_sees_no_credentials(
    api: Callable[..., APIClient], viewer: User, editor: User
) -> None:
    execution = make_execution()
    url = "http://tracker.example/get?passkey=secret123"
    add_entry(
        execution,
        "x",
        "failed",
        url=url,
        original_url=url,
        reason=f"404 for {url}",
        trace=[{"plugin": "download", "operation": "fail", "message": f"404 for {url}"}],
    )
    path = f"/api/execution/{execution.pk}/entries"
    assert "secret123" not in api(viewer).get(path).content.decode()
    assert api(editor).get(path).content.decode().count("secret123") == 4
    # What can't be seen can't be guessed letter by letter either.
    assert titles(api(viewer), execution, "?search=passkey%3Dsecret") == []


def test_an_unknown_state_is_refused(client: APIClient, execution: Execution) -> None:
    response = client.get(f"/api/execution/{execution.pk}/entries?state=lost")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "state"


def test_an_unknown_execution_is_404(client: APIClient) -> None:
    assert client.get("/api/execution/999/entries").status_code == 404


def test_a_page_costs_the_same_whatever_its_size(
    client: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = make_execution()
    for number in range(40):
        add_entry(execution, f"entry {number}", "accepted")
    titles(client, execution)
    # token, permissions, execution, entries; which credentials there are
    with django_assert_num_queries(5):
        assert len(titles(client, execution)) == 40
