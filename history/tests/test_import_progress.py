"""Whoever looks while a long history is taken in sees how far it is: real FlexGet, and the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from executions.models import Execution, Status
from flexapi.api.models import Work
from flexapi.api.status import progress, server, summary
from flexapi.engine.client import EngineError
from flexapi.testing.flexget_home import flexget_engine, flexget_home
from history import importing
from history.models import HistoryEntry
from history.tests.test_record_history import keeper, outside

__all__ = ["flexget_engine", "flexget_home", "keeper", "outside"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def work(api, viewer, monkeypatch):
    """`work()`: what the server says of it; of nothing else, as that would load another FlexGet."""
    client = api(viewer)
    client.get("/healthz")  # With the URLs, all parts are registered.
    monkeypatch.setattr(server, "parts", {"work": server.parts["work"]})
    monkeypatch.setattr(summary, "parts", {"work": summary.parts["work"]})

    def work():
        told = client.get("/api/server").json()["object"]["work"]
        assert client.get("/api/server/summary").json()["object"]["work"] == told
        return told

    return work


@pytest.fixture
def take_in(keeper, outside, monkeypatch):
    """Take five entries in, two at a time; `between(call)` is called before each answer."""
    monkeypatch.setattr(importing, "PAGE", 2)
    monkeypatch.setattr(progress, "INTERVAL", 0)
    outside(*({"title": title} for title in "abcde"))

    def take_in(between=lambda call: None):
        calls = []

        def source(after, limit):
            calls.append(after)
            between(len(calls))
            return keeper._rows(after, limit)

        return importing.take_in(source)

    return take_in


def test_how_far_it_is_and_how_it_ended(take_in, work):
    seen = []
    assert take_in(lambda call: seen.append(work())) == 5
    assert seen[0] == []
    assert [(now["state"], now["done"], now["total"]) for (now,) in seen[1:]] == [
        ("running", 0, 5),
        ("running", 2, 5),
    ]
    assert seen[2][0]["percent"] == 40
    assert seen[2][0]["eta"] is not None
    (ended,) = work()
    assert (ended["what"], ended["unit"]) == ("Taking in FlexGet's own history", "entries")
    assert (ended["state"], ended["done"], ended["total"]) == ("finished", 5, 5)
    assert ended["finished"]


def test_it_says_what_it_waits_for_and_goes_on(take_in, work):
    running = []

    def start(call):
        if call == 2:
            running.append(Execution.objects.create(status=Status.RUNNING, worker="test"))

    take_in(start)
    (waiting,) = work()
    assert (waiting["state"], waiting["done"], waiting["total"]) == ("waiting", 2, 5)
    assert waiting["detail"] == "the end of the run that goes on"
    running[0].delete()
    take_in()
    (ended,) = work()
    assert (ended["state"], ended["done"]) == ("finished", 5)
    assert ended["started"] == waiting["started"]
    assert HistoryEntry.objects.count() == 5


def test_it_says_why_it_failed(take_in, work):
    def fail(call):
        if call == 2:
            raise EngineError(1, "FlexGet's database is broken")

    with pytest.raises(EngineError):
        take_in(fail)
    (failed,) = work()
    assert (failed["state"], failed["detail"]) == ("failed", "FlexGet's database is broken")
    assert failed["done"] == 0


def test_a_process_that_was_killed_leaves_nothing_running(take_in, work):
    take_in(lambda call: None)
    long_ago = timezone.now() - timedelta(minutes=2)
    Work.objects.update(done=2, finished=None, updated=long_ago)
    assert work()[0]["state"] == "cut off"
    Work.objects.update(updated=timezone.now() - timedelta(minutes=11))
    assert work() == []
    # The next look has nothing left to take in, and says so.
    take_in()
    assert work()[0]["state"] == "finished"


def test_a_few_entries_are_not_worth_a_word(keeper, outside, work):
    outside({"title": "a"}, {"title": "b"})
    keeper.look()
    assert HistoryEntry.objects.count() == 2
    assert work() == []


def test_it_is_written_once_a_second(django_assert_max_num_queries):
    with django_assert_max_num_queries(12), progress.Progress("test", "Testing", "tests") as tests:
        for done in range(500):
            tests.at(done, 500)
        tests.finish(500)
    assert Work.objects.get().done == 500


def test_who_may_see_nothing_sees_nothing_in_the_summary(take_in, api, make_user):
    take_in()
    assert api(make_user("nobody")).get("/api/server/summary").json()["object"] == {}
