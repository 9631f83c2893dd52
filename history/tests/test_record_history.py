"""What runs leave in the history: real FlexGet, and what it keeps of them itself."""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest
from django.utils import timezone

from executions.models import Execution, Status
from executions.running.runner import Runner
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror.credentials import Eyes
from flexapi.testing.flexget_home import accepting, mock
from history import importing
from history.keeper import Keeper, prune
from history.models import FlexGetHistory, HistoryEntry
from history.tests.factories import add

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(flexget_engine):
    """Looks after the history with a real FlexGet, which may remember earlier tests."""
    FlexGetHistory.objects.all().delete()
    newest = flexget_engine.call("history.rows", {"after": 0, "limit": 1})["newest"]
    FlexGetHistory.objects.create(pk=1, taken_to=newest)
    return Keeper(flexget_engine)


@pytest.fixture
def run(flexget_engine, flexget_home):
    """`run({"tv": task}, tasks=…, **options)`: write a config and run it to its end."""

    def run(tasks, names=None, **options) -> Execution:
        flexget_home.write(tasks)
        execution = Execution.objects.enqueue(names, options)
        Execution.objects.filter(pk=execution.pk).update(worker="test")
        execution.refresh_from_db()
        Runner(execution, flexget_engine).run()
        execution.refresh_from_db()
        assert execution.is_over
        return execution

    return run


@pytest.fixture
def outside(flexget_home, keeper):
    """Add rows to FlexGet's own history, as a FlexGet beside FlexAPI does."""

    def outside(*rows: dict[str, str]) -> None:
        with (
            closing(sqlite3.connect(flexget_home.folder / "db-config.sqlite")) as database,
            database,
        ):
            for row in rows:
                values = {"feed": "by-hand", "url": "u", "title": "t", "details": "", **row}
                values.setdefault("time", "2026-01-02 03:04:05.000006")
                database.execute(
                    f"INSERT INTO history ({', '.join(values)}) "
                    f"VALUES ({', '.join('?' * len(values))})",
                    list(values.values()),
                )

    return outside


def recorded():
    return list(HistoryEntry.objects.order_by("id").values_list("task", "title"))


class TestRuns:
    def test_what_was_accepted_is_kept_with_all_that_is_known(self, run):
        task = mock("Good 1080p", "Bad cam", "Other")
        task["mock"][0] |= {"imdb_id": "tt0111161", "tmdb_id": 278, "location": "/media/good"}
        task["regexp"] = {"accept": ["1080p"], "reject": ["cam"]}
        execution = run({"films": task})

        entry = HistoryEntry.objects.get()
        assert (entry.task, entry.title) == ("films", "Good 1080p")
        assert entry.url == "http://localhost/Good 1080p"
        assert entry.execution == execution.pk
        assert entry.plugin == "regexp"
        assert "1080p" in entry.reason
        assert (entry.imdb_id, entry.tmdb_id) == ("tt0111161", 278)
        assert entry.file == "/media/good"
        assert abs((entry.time - timezone.now()).total_seconds()) < 60

    def test_each_task_of_a_run(self, run):
        run({"one": accepting("a", "b"), "two": accepting("c")})
        assert recorded() == [("one", "a"), ("one", "b"), ("two", "c")]

    def test_what_failed_was_not_taken(self, run):
        run(
            {
                "one": accepting(
                    "a", exec={"on_output": {"for_accepted": "false"}, "fail_entries": True}
                )
            }
        )
        assert recorded() == []

    def test_a_test_takes_nothing(self, run):
        run({"one": accepting("a")}, test=True)
        assert recorded() == []

    def test_more_than_fits_in_one_report(self, run):
        run({"one": accepting(*(f"e{number}" for number in range(450)))})
        assert HistoryEntry.objects.count() == 450

    def test_it_outlives_the_execution(self, run):
        run({"one": accepting("a")}).delete()
        assert recorded() == [("one", "a")]


class TestFlexGetsOwn:
    def test_what_a_run_took_back_is_not_its_own(self, run, keeper, outside):
        run({"one": mock("a", misbehave="take_back_history")})
        outside({"title": "c"})
        keeper.look()
        assert recorded() == [("by-hand", "c")]

    def test_runs_of_ours_are_not_taken_twice(self, run, keeper, outside):
        run({"one": accepting("a", "b")})
        outside({"title": "c"})
        run({"one": accepting("a", "b"), "two": accepting("d")})
        keeper.look()
        keeper.look()
        assert recorded() == [
            *(("one", "a"), ("one", "b")),
            *(("one", "a"), ("one", "b"), ("two", "d")),
            ("by-hand", "c"),
        ]

    def test_an_entry_that_is_taken_twice_in_a_run_is_one(self, run, keeper):
        task = {"mock": [{"title": "again", "url": "http://localhost/x"}], "accept_all": True}
        run({"twice": {**task, "rerun": 1}})
        keeper.look()
        assert recorded() == [("twice", "again")]

    def test_everything_is_known_of_rows_from_outside(self, keeper, outside):
        outside(
            {
                "feed": "tv ü",
                "title": "A (b)",
                "url": "http://localhost/1",
                "filename": "/media/a.mkv",
                "details": "Accepted by series (reason: target quality (best))",
            },
            {"details": "Accepted by <unknown>", "title": "x"},
            {"details": "what ever", "title": "y"},
        )
        keeper.look()

        first, second, third = HistoryEntry.objects.order_by("id")
        assert (first.task, first.title, first.url) == ("tv ü", "A (b)", "http://localhost/1")
        assert (first.plugin, first.reason) == ("series", "target quality (best)")
        assert first.file == "/media/a.mkv"
        assert first.execution is None
        # Local time, as FlexGet stores it.
        assert first.time == datetime(2026, 1, 2, 3, 4, 5, 6).astimezone()
        assert (second.plugin, second.reason) == ("", "")
        assert (third.plugin, third.reason) == ("", "what ever")

    def test_pages_of_it(self, keeper, outside, monkeypatch):
        monkeypatch.setattr(importing, "PAGE", 2)
        outside(*({"title": f"t{number}"} for number in range(5)))
        keeper.look()
        outside({"title": "later"})
        keeper.look()
        assert [title for _, title in recorded()] == ["t0", "t1", "t2", "t3", "t4", "later"]

    def test_nothing_is_taken_while_a_run_goes_on(self, keeper, outside):
        outside({"title": "perhaps its own"})
        execution = Execution.objects.create(status=Status.RUNNING, worker="test")
        keeper.look()
        assert recorded() == []
        Execution.objects.filter(pk=execution.pk).update(status=Status.COMPLETE)
        keeper.look()
        assert recorded() == [("by-hand", "perhaps its own")]

    def test_of_two_servers_one_takes_a_page(self, keeper, outside, monkeypatch):
        outside({"title": "once"})
        other = Keeper(keeper._engine)
        rows = keeper._rows

        def read_by_both(after, limit):
            answer = rows(after, limit)
            if answer["rows"]:
                monkeypatch.setattr(keeper, "_rows", rows)
                other.look()
            return answer

        monkeypatch.setattr(keeper, "_rows", read_by_both)
        keeper.look()
        assert recorded() == [("by-hand", "once")]

    def test_ids_that_begin_anew_bring_no_doubles(self, keeper, outside):
        outside({"title": "known", "url": "1"}, {"title": "gone", "url": "2"})
        keeper.look()
        FlexGetHistory.objects.update(taken_to=10_000_000)
        add("known", task="by-hand", url="1")
        outside({"title": "new", "url": "3"})
        before = HistoryEntry.objects.count()
        keeper.look()
        added = HistoryEntry.objects.order_by("id")[before:]
        assert [entry.title for entry in added if entry.title in ("known", "gone", "new")] == [
            "new"
        ]

    def test_a_server_that_stops_does_not_wait_for_it(self, keeper, outside):
        outside({"title": "x"})
        keeper._stopping.set()
        with pytest.raises(EngineUnavailable):
            keeper.look()


class TestRetention:
    def test_what_is_older_goes(self):
        add("old", hours=-24 * 4000)
        HistoryEntry.of(Eyes(reveal=False), task="tv", title="new").save()
        assert prune(0) == 0
        assert prune(30) == 1
        assert [title for _, title in recorded()] == ["new"]
