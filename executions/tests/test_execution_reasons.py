"""GET /api/execution/<id>/reasons: why entries are where they are, grouped and counted."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from flexapi.mirror import credentials

from .factories import add_entry, make_execution

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


def reject(execution: object, title: str, reason: str, plugin: str = "quality") -> None:
    add_entry(execution, title, "rejected", plugin=plugin, reason=reason)  # type: ignore[arg-type]


def test_they_are_counted_whatever_title_they_quote(
    api: Api, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = make_execution()
    for number in range(30):
        reject(execution, f"Film {number}", "quality too low")
        reject(execution, f"Show {number}", f"`Show {number}` is seen already", "seen")
    reject(execution, "Odd", "size 3 is too small", "content_size")
    add_entry(execution, "Good", "accepted", plugin="series", reason="")
    reject(make_execution(), "Another run's", "quality too low")
    path = f"/api/execution/{execution.pk}/reasons"
    client = api(viewer)
    client.get(path)
    # Two for who asks, one for what is hidden, the execution, the groups, and an entry of each of them.
    with django_assert_num_queries(6):
        answer = client.get(f"{path}?state=rejected").json()
    assert answer["count"] == 3
    assert [(item["plugin"], item["reason"], item["entries"]) for item in answer["items"]] == [
        ("quality", "quality too low", 30),
        ("seen", "`…` is seen already", 30),
        ("content_size", "size 3 is too small", 1),
    ]
    assert api(viewer).get(f"{path}?task=films").json()["count"] == 0
    assert api(viewer).get(f"{path}?limit=1").json()["next"]


def test_a_title_takes_no_credential_apart(api: Api, viewer: User, editor: User) -> None:
    credentials.note({"hunter2secret"})
    execution = make_execution()
    reject(execution, "hunter2", "https://feed.example/?key=hunter2secret refused")
    path = f"/api/execution/{execution.pk}/reasons"
    (hidden,) = api(viewer).get(path).json()["items"]
    assert "secret" not in hidden["reason"]
    (shown,) = api(editor).get(path).json()["items"]
    assert shown["reason"] == "https://feed.example/?key=…secret refused"


def test_who_may_ask(api: Api, make_user: Callable[..., User], viewer: User) -> None:
    path = f"/api/execution/{make_execution().pk}/reasons"
    assert api().get(path).status_code == 401
    assert api(make_user("stranger")).get(path).status_code == 403
    assert api(viewer).get("/api/execution/999999/reasons").status_code == 404
