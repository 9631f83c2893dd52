"""The queue: who gets an execution, and what becomes of those a dead server left."""

import threading

import pytest
from django.db import connection

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
def test_many_workers_never_claim_the_same_one() -> None:
    for _ in range(40):
        Execution.objects.enqueue(["a"])
    claimed: list[int] = []

    def work(name: str) -> None:
        while (execution := Execution.objects.claim(name)) is not None:
            claimed.append(execution.pk)
        connection.close()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 40
    assert len(set(claimed)) == 40


@pytest.mark.django_db
def test_recover_ends_what_ran_and_frees_what_was_claimed() -> None:
    running = make_execution(Status.RUNNING, worker="dead:1")
    claimed = make_execution(Status.PENDING, worker="dead:1", waiting_for="the lock")
    over = make_execution(Status.COMPLETE, worker="dead:1")
    add_lines(running, "stored before the crash")
    assert Execution.objects.recover() == 1
    running.refresh_from_db()
    assert running.status == Status.ABORTED
    assert "server" in running.abort_reason
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
