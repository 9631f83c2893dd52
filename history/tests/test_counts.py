"""The history is counted without looking at all of it, and the number is right all the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexapi.engine.client import Engine
from history import counts
from history.counts import HistoryCount
from history.keeper import Keeper, prune
from history.models import HistoryEntry
from history.tests.factories import add

pytestmark = pytest.mark.django_db

ALL = HistoryEntry.objects


@pytest.fixture
def counted(monkeypatch):
    """Thirty entries, of which all but the last five were counted."""
    monkeypatch.setattr(counts, "WINDOW", 5)
    entries = [add(f"part {number}", task=f"task {number % 3}") for number in range(30)]
    ALL.advance()
    known = HistoryCount.objects.get()
    assert (known.up_to, known.count) == (entries[24].pk, 25)
    return entries


def really():
    return len(list(ALL.values_list("pk")))


def test_only_the_latest_are_looked_at(counted):
    add("later")
    with CaptureQueriesContext(connection) as queries:
        assert ALL.count() == 31
    assert len(queries) == 2
    assert f'"id" > {counted[24].pk}' in queries[1]["sql"]


def test_what_is_asked_for_by_something_is_counted(counted):
    assert ALL.filter(task="task 1").count() == 10
    assert ALL.all()[:7].count() == 7
    assert ALL.none().count() == 0
    assert ALL.order_by().values("task").distinct().count() == 3


def test_what_is_deleted_is_counted_no_longer(counted):
    counted[0].delete()
    assert ALL.count() == really() == 29
    counted[29].delete()
    assert ALL.count() == really() == 28
    ALL.filter(task="task 1").delete()
    assert ALL.count() == really() == 18


def test_what_is_pruned_is_counted_no_longer(counted):
    assert prune(1) == 30
    assert ALL.count() == 0


def test_few_need_no_count():
    add()
    ALL.advance()
    assert not HistoryCount.objects.exists()
    assert ALL.count() == 1


def test_it_goes_on_where_it_stopped(counted):
    for number in range(20):
        add(f"more {number}")
    ALL.advance()
    assert HistoryCount.objects.get().count == 45
    assert ALL.count() == really() == 50


def test_a_count_that_is_wrong_is_mended_when_a_server_starts(counted, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM history_historyentry WHERE task = 'task 0'")
    assert ALL.count() != really()
    Keeper(Engine(tmp_path / "config.yml"))._count()
    assert ALL.count() == really() == 20


def test_the_list_tells_the_number(counted, api, editor):
    answer = api(editor).get("/api/history?limit=2").json()
    assert answer["count"] == 30
    assert [item["title"] for item in answer["items"]] == ["part 29", "part 28"]
