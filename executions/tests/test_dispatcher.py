"""The dispatcher: one at a time, aborts, time limit, and a stop that leaves the queue alone."""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError

from executions import endings, extensions
from executions.models import Execution, Status, Worker
from executions.running import dispatcher as dispatcher_module
from executions.running import worker as worker_module
from executions.running.dispatcher import Dispatcher
from executions.running.recorder import Recorder
from executions.running.runner import Runner
from executions.running.worker import WorkerProcess
from flexapi import background
from flexapi.engine.client import Engine
from flexapi.engine.run import Report
from flexapi.mirror import credentials
from flexapi.testing.flexget_home import FlexGetHome, accepting

pytestmark = pytest.mark.django_db(transaction=True)


class Stored:
    """Tells a test when something was stored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._condition = threading.Condition()
        store, conclude = Recorder.store, Recorder.conclude

        def store_and_tell(recorder: Recorder, reports: list[Report]) -> None:
            store(recorder, reports)
            self._tell()

        def conclude_and_tell(recorder: Recorder, *arguments: Any) -> None:
            conclude(recorder, *arguments)
            self._tell()

        monkeypatch.setattr(Recorder, "store", store_and_tell)
        monkeypatch.setattr(Recorder, "conclude", conclude_and_tell)

    def _tell(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def wait_for(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true, looking each time that something was stored."""
        with self._condition:
            assert self._condition.wait_for(happened, timeout=30)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    return Stored(monkeypatch)


@pytest.fixture
def dispatcher(flexget_engine: Engine, config: FlexGetHome, stored: Stored) -> Iterator[Dispatcher]:
    config.write({"slow": accepting("x", misbehave="sleep"), "quick": accepting("y")})
    dispatcher = Dispatcher(WorkerProcess(flexget_engine))
    yield dispatcher
    if not dispatcher.worker.stopping:
        dispatcher.stop()


def status(execution: Execution) -> str:
    return Execution.objects.values_list("status", flat=True).get(pk=execution.pk)


def is_sleeping(execution: Execution) -> Callable[[], bool]:
    return lambda: execution.logline_set.filter(message="sleeping").exists()


def is_over(execution: Execution) -> Callable[[], bool]:
    return lambda: Execution.objects.get(pk=execution.pk).is_over


def test_one_runs_at_a_time_in_the_order_of_the_queue(
    dispatcher: Dispatcher, stored: Stored
) -> None:
    executions = [Execution.objects.enqueue(["quick"]) for _ in range(3)]
    dispatcher.start()
    stored.wait_for(is_over(executions[-1]))
    rows = list(Execution.objects.order_by("started"))
    assert rows == executions
    for earlier, later in itertools.pairwise(rows):
        assert earlier.finished is not None
        assert later.started is not None
        assert earlier.finished <= later.started
    assert {row.status for row in rows} == {Status.COMPLETE}


def test_the_next_one_runs_while_the_end_of_the_one_before_is_stored(
    dispatcher: Dispatcher, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Execution.objects.enqueue(["quick"]), Execution.objects.enqueue(["slow"])
    third = Execution.objects.enqueue(["quick"])
    may_end = threading.Event()
    conclude = Recorder.conclude

    def late(recorder: Recorder, *arguments: Any) -> None:
        if recorder.execution == first:
            assert may_end.wait(30)
        conclude(recorder, *arguments)

    monkeypatch.setattr(Recorder, "conclude", late)
    dispatcher.start()
    stored.wait_for(is_sleeping(second))
    assert status(first) == Status.RUNNING
    # There is one slot, and the same task waits until the first of the two is over.
    assert status(third) == Status.PENDING
    may_end.set()
    stored.wait_for(is_over(first))
    assert status(third) == Status.PENDING
    second.request_abort("Enough.")
    stored.wait_for(is_over(third))
    assert status(third) == status(first) == Status.COMPLETE


def test_a_queued_one_is_taken_without_a_poll(
    dispatcher: Dispatcher, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher_module, "POLL", 3600)
    dispatcher.start()
    stored.wait_for(is_over(Execution.objects.enqueue(["quick"])))


def test_what_another_process_queued_is_found_by_the_poll(
    dispatcher: Dispatcher, stored: Stored
) -> None:
    dispatcher.start()
    # As enqueue does it there: no signal reaches this process.
    stored.wait_for(is_over(Execution.objects.create(tasks=["quick"])))


def test_it_aborts_where_asked(
    dispatcher: Dispatcher, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "POLL", 3600)
    dispatcher.start()
    execution = Execution.objects.enqueue(["slow"])
    stored.wait_for(is_sleeping(execution))
    execution.request_abort("Aborted by a test.")
    stored.wait_for(is_over(execution))
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == "Aborted by a test."


def test_it_aborts_what_runs_too_long(
    dispatcher: Dispatcher, stored: Stored, settings: Any
) -> None:
    dispatcher.start()
    execution = Execution.objects.enqueue(["slow"])
    stored.wait_for(is_sleeping(execution))
    assert status(execution) == Status.RUNNING
    settings.EXECUTION_TIME_LIMIT = 0.1
    stored.wait_for(is_over(execution))
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == "It ran longer than 0.1 s."


def test_a_stop_aborts_what_runs_and_leaves_what_waits(
    dispatcher: Dispatcher, stored: Stored
) -> None:
    threads = threading.active_count()
    dispatcher.start()
    running, waiting = Execution.objects.enqueue(["slow"]), Execution.objects.enqueue(["quick"])
    stored.wait_for(is_sleeping(running))
    dispatcher.stop()
    running.refresh_from_db()
    assert running.status == Status.ABORTED
    assert running.abort_reason == endings.SERVER_STOPPED
    assert status(waiting) == Status.PENDING
    assert threading.active_count() <= threads


def test_what_a_worker_claims_while_it_is_told_to_end_is_left_to_others(
    flexget_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = WorkerProcess(flexget_engine, name="w1", among_others=True)
    execution = Execution.objects.enqueue(["quick"])
    manager = type(Execution.objects)
    claim = manager.claim

    def slow(rows: Any, *arguments: Any) -> Execution | None:
        claimed = claim(rows, *arguments)
        worker.retire()
        return claimed

    with monkeypatch.context() as slowly:
        slowly.setattr(manager, "claim", slow)
        assert not worker.run_next()
    assert status(execution) == Status.PENDING
    assert Execution.objects.claim("w2") == execution


def test_old_executions_are_pruned(dispatcher: Dispatcher, stored: Stored, settings: Any) -> None:
    settings.EXECUTIONS_KEPT = 1
    old = Execution.objects.create(status=Status.COMPLETE)
    dispatcher.start()
    new = Execution.objects.enqueue(["quick"])
    stored.wait_for(is_over(new))
    dispatcher.stop()
    assert list(Execution.objects.all()) == [new]
    assert not Execution.objects.filter(pk=old.pk).exists()


def test_a_database_that_fails_at_the_start_costs_no_execution(
    dispatcher: Dispatcher, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([OperationalError("database is locked")])

    def extras(execution: Execution) -> dict[str, Any]:
        for failure in failures:
            raise failure
        return {}

    monkeypatch.setattr(extensions, "extras", extras)
    dispatcher.start()
    execution = Execution.objects.enqueue(["quick"])
    stored.wait_for(is_over(execution))
    assert status(execution) == Status.COMPLETE


def test_a_database_that_is_away_while_a_run_is_stored_costs_nothing(
    flexget_engine: Engine, config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is asked meanwhile: for the credentials of the config, and to hide them in the reason."""
    config.write({"bad": {"no_such_plugin": True}})
    failures = iter(["values", "shown"])
    values, shown = credentials.values_in_config, credentials.Eyes.shown

    def away(*arguments: Any) -> None:
        next(failures)
        monkeypatch.setattr(credentials, "values_in_config", values)
        monkeypatch.setattr(credentials.Eyes, "shown", shown)
        if not arguments:
            monkeypatch.setattr(credentials.Eyes, "shown", away)
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(credentials, "values_in_config", away)
    execution = Execution.objects.enqueue(["bad"])
    assert WorkerProcess(flexget_engine).run_next()
    execution.refresh_from_db()
    assert not list(failures)
    assert execution.status == Status.FAILED
    assert "no_such_plugin" in execution.abort_reason


@pytest.mark.parametrize("where", ["_on_entries", "conclude"])
def test_an_error_of_ours_ends_the_execution_and_the_next_one_runs(
    dispatcher: Dispatcher, stored: Stored, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 0)
    works = getattr(Recorder, where)

    def fail(*args: Any) -> None:
        monkeypatch.setattr(Recorder, where, works)
        raise KeyError("a bug")

    monkeypatch.setattr(Recorder, where, fail)
    first, second = Execution.objects.enqueue(["quick"]), Execution.objects.enqueue(["quick"])
    dispatcher.start()
    stored.wait_for(is_over(second))
    first.refresh_from_db()
    assert first.status == Status.ABORTED
    assert first.abort_reason.startswith("FlexAPI failed; its log says more. KeyError: ")
    assert status(second) == Status.COMPLETE


def test_who_was_silent_shows_life_before_it_claims(
    flexget_engine: Engine, config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else others would end what it claims, and it would kill that itself."""
    config.write({"quick": accepting("y")})
    worker = WorkerProcess(flexget_engine, name="back", among_others=True)
    execution = Execution.objects.enqueue(["quick"])
    monkeypatch.setattr(worker, "_last_beat", worker._last_beat - 1000)
    assert worker.run_next()
    assert status(execution) == Status.COMPLETE
    assert Worker.objects.filter(name="back").exists()
    worker._fence()
    assert not worker._may_be_lost


def test_what_a_broken_connection_claimed_is_claimed_again(
    flexget_engine: Engine, config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else could have it, for this worker is alive."""
    config.write({"quick": accepting("y")})
    worker = WorkerProcess(flexget_engine, name="w1", among_others=True)
    execution = Execution.objects.enqueue(["quick"])
    manager = type(Execution.objects)
    claim = manager.claim
    answers = itertools.count()

    def broken(rows: Any, *arguments: Any) -> Execution | None:
        claimed = claim(rows, *arguments)
        if next(answers) == 0:
            raise OperationalError("the connection broke behind the commit")
        return claimed

    monkeypatch.setattr(manager, "claim", broken)
    with pytest.raises(OperationalError):
        worker.run_next()
    assert worker.run_next()
    assert status(execution) == Status.COMPLETE


@pytest.mark.parametrize("breaks", ["claim", "give_back"])
def test_what_an_idle_worker_has_without_knowing_is_for_others(
    flexget_engine: Engine, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    """It is not told to claim before there is something new."""
    worker = WorkerProcess(flexget_engine, name="w1", among_others=True)
    execution = Execution.objects.enqueue(["quick"])
    with monkeypatch.context() as broken:
        if breaks == "claim":
            manager = type(Execution.objects)
            claim = manager.claim

            def away(rows: Any, *arguments: Any) -> None:
                claim(rows, *arguments)
                raise OperationalError("the connection broke after the commit")

            broken.setattr(manager, "claim", away)
            with pytest.raises(OperationalError):
                worker.run_next()
        else:

            def gone(*arguments: Any) -> None:
                broken.setattr("executions.running.worker.close_old_connections", gone)
                raise OperationalError("too many clients already")

            broken.setattr(Runner, "run", gone)
            worker.run_next()
    execution.refresh_from_db()
    assert execution.worker == "w1"
    worker._abort_where_asked()
    assert Execution.objects.claim("w2") == execution


@pytest.mark.parametrize("fails", [("store", "conclude"), ("conclude",)])
def test_what_began_and_could_not_be_stored_is_ended_and_not_run_again(
    flexget_engine: Engine,
    config: FlexGetHome,
    monkeypatch: pytest.MonkeyPatch,
    fails: tuple[str, ...],
) -> None:
    config.write({"quick": accepting("y")})
    worker = WorkerProcess(flexget_engine, name="w1", among_others=True)
    execution = Execution.objects.enqueue(["quick"])

    def away(*arguments: Any) -> None:
        raise OperationalError("too many clients already")

    with monkeypatch.context() as broken:
        for name in fails:
            broken.setattr(Recorder, name, away)
        assert worker.run_next()
    # As after a claim that got no answer.
    worker._unsure = True
    assert not worker.run_next()
    worker._abort_where_asked()
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == "Its end can't be stored: too many clients already"
    assert not worker.run_next()
