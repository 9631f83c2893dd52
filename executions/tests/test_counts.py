"""How many executions there are is known without counting all of them, and stays true."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from executions import counts
from executions.models import OVER, EndedCount, Execution, Status

from .factories import make_execution

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are many."""
    monkeypatch.setattr(counts, "WINDOW", 3)


def fill() -> None:
    """20 complete, 10 failed, and trials, which don't count."""
    for number in range(30):
        make_execution(Status.FAILED if number % 3 == 0 else Status.COMPLETE)
    make_execution(trial=True)


def advance() -> None:
    EndedCount.objects.advance(Execution.objects.real())


def test_most_are_counted_before() -> None:
    fill()
    advance()
    rows = {row.status: row.count for row in EndedCount.objects.all()}
    assert sum(rows.values()) == 27
    assert rows["aborted"] == 0
    with CaptureQueriesContext(connection) as asked:
        assert Execution.objects.count_real(["complete"]) == 20
    (_, counted) = (query["sql"] for query in asked)
    latest = EndedCount.objects.get(pk="complete").up_to
    assert f'"id" > {latest}' in counted
    assert Execution.objects.count_real(OVER) == 30


def test_what_goes_on_is_not_passed_over() -> None:
    make_execution()
    active = make_execution(Status.RUNNING)
    fill()
    advance()
    assert {row.up_to for row in EndedCount.objects.all()} == {active.pk - 1}
    Execution.objects.filter(pk=active.pk).update(status=Status.ABORTED)
    advance()
    assert Execution.objects.count_real(OVER) == 32
    assert Execution.objects.count_real([Status.ABORTED]) == 1


def test_it_is_counted_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "STEP", 7)
    fill()
    seen = []
    for _ in range(6):
        advance()
        seen.append(EndedCount.objects.get(pk="failed").up_to)
        assert Execution.objects.count_real(OVER) == 30
    begin = Execution.objects.earliest("pk").pk - 1
    assert [up_to - begin for up_to in seen] == [7, 14, 21, 27, 27, 27]


def test_what_is_deleted_counts_no_more() -> None:
    fill()
    advance()
    oldest, newest = Execution.objects.earliest("pk"), Execution.objects.real().latest("pk")
    oldest.delete()
    newest.delete()
    Execution.objects.filter(trial=True).delete()
    assert Execution.objects.count_real(OVER) == 28
    assert Execution.objects.prune(keep=20) == 8
    assert Execution.objects.count_real(OVER) == Execution.objects.ended().count() == 20
    assert Execution.objects.prune(keep=20) == 0


def test_of_two_that_count_one_has_done_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    count = counts.EndedCountQuerySet._count

    def twice(self: counts.EndedCountQuerySet, *arguments: object) -> None:
        count(self, *arguments)  # type: ignore[arg-type]
        count(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(counts.EndedCountQuerySet, "_count", twice)
    advance()
    assert Execution.objects.count_real(OVER) == 30


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=all", 31),
        ("status=failed", 10),
        ("status=failed,complete,failed", 30),
        ("", 1),
        ("status=all&trial=all", 32),
        ("status=all&trial=true", 1),
        ("status=all&queue=default", 31),
        ("status=all&queue=other", 0),
        ("status=all&search=tv", 1),
    ],
)
def test_pages_say_how_many_there_are(api: Api, viewer: User, query: str, count: int) -> None:
    make_execution(Status.PENDING, tasks=["tv"])
    fill()
    EndedCount.objects.advance(Execution.objects.real())
    client = api(viewer)
    for page in ("limit=1", "limit=1&offset=1"):
        assert client.get(f"/api/execution?{query}&{page}").json()["count"] == count


def test_a_page_of_the_list_counts_few(api: Api, viewer: User) -> None:
    fill()
    advance()
    client = api(viewer)
    with CaptureQueriesContext(connection) as asked:
        client.get("/api/execution?status=all&limit=5")
    counted = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    assert counted
    assert all('"id" > ' in sql for sql in counted), counted
