"""The queue: who gets an execution, and what becomes of those a dead server left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from executions import claims, endings, locks, models
from executions.conflicts import FIRST_LOOK, Busy
from executions.models import Execution, Status

from .factories import add_entry, add_lines, make_execution


@pytest.mark.django_db
def test_the_one_that_waits_longest_is_claimed_first() -> None:
    first, second = Execution.objects.enqueue(["a"]), Execution.objects.enqueue(["b"])
    assert Execution.objects.claim("w1") == first
    assert Execution.objects.claim("w2") == second
    assert Execution.objects.claim("w1") is None
    first.refresh_from_db()
    assert first.worker == "w1"
    assert first.status == Status.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_claim_reads_the_queue_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Execution.objects.enqueue(["a"])
    # The first that waits, BEGIN, what runs, the claim, COMMIT, and what was claimed.
    with django_assert_num_queries(6):
        assert Execution.objects.claim("w1") is not None


@pytest.mark.django_db(transaction=True)
def test_what_is_added_until_the_claim_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As announces of IRC are, to an execution that waits."""
    queued = Execution.objects.enqueue(["a"])
    inject = [{"title": "late"}]

    @contextmanager
    def claiming() -> Iterator[None]:
        Execution.objects.filter(pk=queued.pk).update(options={"inject": inject})
        with locks.claiming():
            yield

    monkeypatch.setattr(claims, "claiming", claiming)
    claimed = Execution.objects.claim("w1")
    assert claimed is not None
    assert (claimed.worker, claimed.options) == ("w1", {"inject": inject})


def claimed_by_four(*, again: bool) -> list[int]:
    """Let four workers claim at once, once each or `again` and again; return what they got."""
    claimed: list[int] = []

    def work(name: str) -> None:
        while (execution := Execution.objects.claim(name)) is not None:
            claimed.append(execution.pk)
            if not again:
                break
        connection.close()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return claimed


@pytest.mark.django_db(transaction=True)
def test_many_workers_never_claim_the_same_one() -> None:
    queued = [Execution.objects.enqueue([f"task {number}"]).pk for number in range(40)]
    assert sorted(claimed_by_four(again=True)) == queued


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_want_the_same_task_one_gets_it() -> None:
    for _ in range(20):
        Execution.objects.enqueue(["a"])
    assert len(claimed_by_four(again=False)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tasks", "others", "together"),
    [
        (["tv"], ["movies"], True),
        (["tv"], ["movies", "TV"], False),
        (["tv*"], ["tv-hd"], False),
        (["tv-hd"], ["movies", "tv*"], False),
        ([], ["tv"], False),
        (["tv"], [], False),
        (["a[*]"], ["a[*]"], False),
    ],
)
def test_what_runs_the_same_task_waits(tasks: list[str], others: list[str], together: bool) -> None:
    Execution.objects.enqueue(tasks)
    second = Execution.objects.enqueue(others)
    Execution.objects.claim("w1")
    assert Execution.objects.claim("w2") == (second if together else None)


@pytest.mark.django_db
def test_who_waits_for_a_task_is_not_overtaken() -> None:
    first = Execution.objects.enqueue(["a"])
    waiting = Execution.objects.enqueue(["a", "b"])
    behind = Execution.objects.enqueue(["b"])
    free = Execution.objects.enqueue(["c"])
    assert Execution.objects.claim("w1") == first
    assert Execution.objects.claim("w2") == free
    assert Execution.objects.claim("w3") is None
    Execution.objects.filter(pk=first.pk).update(status=Status.COMPLETE)
    assert Execution.objects.claim("w1") == waiting
    assert behind.worker == ""


@pytest.mark.django_db
def test_what_may_run_is_found_behind_any_number_that_may_not() -> None:
    Execution.objects.enqueue(["a", "b"])
    assert Execution.objects.claim("w1") is not None
    for _ in range(300):
        Execution.objects.enqueue(["a", "b"])
        Execution.objects.enqueue(["b"])
    overlapping = Execution.objects.enqueue(["c", "B"])
    behind = Execution.objects.enqueue(["c"])
    free = Execution.objects.enqueue(["d"])
    assert Execution.objects.claim("w2") == free
    assert Execution.objects.claim("w3") is None
    assert overlapping.worker == behind.worker == ""


@pytest.mark.django_db
def test_a_claim_reads_few_rows_of_a_long_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[list[str]] = []
    overlaps = Busy.overlaps

    def noted(busy: Busy, tasks: list[str]) -> bool:
        read.append(tasks)
        return overlaps(busy, tasks)

    monkeypatch.setattr(Busy, "overlaps", noted)
    Execution.objects.enqueue(["a"])
    assert Execution.objects.claim("w1") is not None
    for _ in range(200):
        Execution.objects.enqueue(["a"])
    assert Execution.objects.claim("w2") is None
    assert len(read) <= 2 + FIRST_LOOK


@pytest.mark.django_db
def test_a_worker_gets_what_is_in_its_queues() -> None:
    far, near = make_execution(Status.PENDING, queue="far"), Execution.objects.enqueue(["near"])
    assert Execution.objects.claim("w1", ["default", "other"]) == near
    assert Execution.objects.claim("w1", ["default", "other"]) is None
    Execution.objects.filter(pk=near.pk).update(status=Status.COMPLETE)
    assert Execution.objects.claim("w2", None) == far


@pytest.mark.django_db
@pytest.mark.parametrize("of", ["all", "one"])
def test_what_a_dead_worker_had_given_to_flexget_is_ended_and_the_rest_freed(of: str) -> None:
    running = make_execution(Status.RUNNING, worker="dead:1", given=True)
    given = make_execution(Status.PENDING, worker="dead:1", given=True, waiting_for="the lock")
    claimed = make_execution(Status.PENDING, worker="dead:1", waiting_for="FlexGet")
    over = make_execution(Status.COMPLETE, worker="dead:1")
    add_lines(running, "stored before the crash")
    executions = Execution.objects
    ended = executions.recover("Gone.") if of == "all" else executions.end_of("dead:1", "Gone.")
    assert ended == 2
    running.refresh_from_db()
    given.refresh_from_db()
    assert running.status == given.status == Status.ABORTED
    assert running.abort_reason == "Gone."
    assert given.abort_reason == endings.MAY_HAVE_BEGUN.format(problem="Gone.")
    assert given.finished is not None
    assert running.finished is not None
    assert running.logline_set.count() == 1
    assert Execution.objects.claim("new:2") == claimed
    over.refresh_from_db()
    assert over.status == Status.COMPLETE


@pytest.mark.django_db
def test_prune_keeps_the_newest_and_what_is_not_over() -> None:
    waiting = make_execution(Status.PENDING)
    old, kept, newest = (make_execution() for _ in range(3))
    add_lines(old, "gone with it")
    add_entry(old, "gone with it", "accepted")
    assert Execution.objects.prune(keep=2) == 1
    assert set(Execution.objects.all()) == {waiting, kept, newest}
    assert Execution.objects.prune(keep=2) == 0


@pytest.mark.django_db
def test_prune_begins_with_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PRUNED_AT_ONCE", 2)
    _, _, outdated, newest = (make_execution() for _ in range(4))
    assert Execution.objects.prune(keep=1) == 2
    assert set(Execution.objects.all()) == {outdated, newest}
    assert Execution.objects.prune(keep=1) == 1
