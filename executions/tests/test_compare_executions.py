"""GET /api/execution/<id>/changes?against=<id>: what became of the same entries in two runs."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from .factories import add_entry, make_execution

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


def test_it_says_which_entries_differ_and_why(api: Api, viewer: User) -> None:
    old, new = make_execution(), make_execution()
    for title in ("Same", "Other now", "Gone"):
        add_entry(old, title, "rejected", plugin="quality", reason="720p is not enough")
    add_entry(new, "Same", "rejected", plugin="quality", reason="720p is not enough")
    add_entry(new, "Other now", "accepted", plugin="series", reason="a proper")
    add_entry(new, "New", "accepted", plugin="series")
    add_entry(old, "Of a task that ran there alone", "accepted", task="films")
    path = f"/api/execution/{new.pk}/changes?against={old.pk}"
    answer = api(viewer).get(path).json()
    assert [
        (
            item["title"],
            item["before"] and item["before"]["state"],
            item["after"] and item["after"]["state"],
        )
        for item in answer["items"]
    ] == [
        ("Other now", "rejected", "accepted"),
        ("New", None, "accepted"),
        ("Gone", "rejected", None),
    ]
    assert answer["items"][0]["before"]["reason"] == "720p is not enough"
    assert api(viewer).get(f"{path}&all=true").json()["count"] == 4


def test_two_that_have_nothing_in_common(api: Api, viewer: User) -> None:
    old, new = make_execution(), make_execution()
    add_entry(old, "A", "accepted", task="films")
    add_entry(new, "A", "accepted")
    answer = api(viewer).get(f"/api/execution/{new.pk}/changes?against={old.pk}")
    assert answer.status_code == 409
    assert "no task in common" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("given", ["999999", "x", "1" * 40, "-1"])
def test_one_that_is_not_there(api: Api, viewer: User, given: str) -> None:
    answer = api(viewer).get(f"/api/execution/{make_execution().pk}/changes?against={given}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "against"
