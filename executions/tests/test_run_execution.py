"""What is stored of a run: real FlexGet, this process's database."""

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.models import Model

from executions.models import Execution, ExecutionEntry, LogLine, Status
from executions.running.recorder import Recorder
from executions.running.runner import Runner
from executions.tests.conftest import run_to_the_end
from flexapi import statements
from flexapi.engine.client import Engine
from flexapi.engine.run import Ending, Report
from flexapi.testing.flexget_home import FlexGetHome, accepting, mock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(flexget_engine: Engine, config: FlexGetHome) -> Callable[..., Execution]:
    """`run(tasks, {options})`: queue, claim and run it to its end."""

    def run_tasks(tasks: list[str] | None = None, **options: object) -> Execution:
        return run_to_the_end(flexget_engine, tasks, options)

    return run_tasks


def lines(execution: Execution) -> list[str]:
    return list(execution.logline_set.values_list("message", flat=True))


def test_a_run_that_is_complete(run: Callable[..., Execution], config: FlexGetHome) -> None:
    task = mock("Good 1080p", "Bad cam", "Other", regexp={"accept": ["1080p"], "reject": ["cam"]})
    config.write({"films": task, "more": accepting("x")})
    execution = run(["films", "more"])
    assert execution.status == Status.COMPLETE
    assert execution.percent == 100
    assert execution.current_task == ""
    assert execution.abort_reason == ""
    assert execution.started is not None
    assert execution.finished is not None
    assert execution.created < execution.started < execution.finished
    counts = (execution.accepted, execution.rejected, execution.failed, execution.undecided)
    assert counts == (2, 1, 0, 1)
    entry = ExecutionEntry.objects.get(execution=execution, title="Good 1080p")
    assert (entry.state, entry.plugin, entry.task) == ("accepted", "regexp", "films")
    assert "1080p" in entry.reason
    seqs = list(execution.logline_set.values_list("seq", flat=True))
    assert seqs == list(range(1, execution.log_lines + 1))
    assert any("ACCEPTED" in line for line in lines(execution))


def test_a_task_that_crashes_fails_the_run(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.write({"bad": accepting("x", misbehave="raise"), "good": accepting("y")})
    execution = run()
    assert execution.status == Status.FAILED
    assert execution.abort_reason.startswith("bad: ")
    assert "this plugin is broken" in execution.abort_reason
    # The other task ran all the same.
    assert ExecutionEntry.objects.filter(execution=execution, task="good").count() == 1


def results(execution: Execution) -> list[tuple[str, str, str]]:
    return list(execution.results.values_list("task", "status", "reason"))


def test_each_task_has_a_result_of_its_own(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.write(
        {
            "bad": accepting("x", misbehave="raise"),
            "good": mock("one", "two", regexp={"accept": ["one"], "reject": ["two"]}),
            "later": accepting("y", interval="1 day"),
        }
    )
    execution = run(["bad", "good", "later"])
    (_, _, crash), good, later = results(execution)
    assert "this plugin is broken" in crash
    assert good == ("good", "complete", "")
    assert later == ("later", "complete", "")
    result = execution.results.get(task="good")
    assert (result.accepted, result.rejected, result.failed, result.undecided) == (1, 1, 0, 0)
    assert result.started is not None
    assert execution.started is not None
    assert execution.started <= result.started <= result.finished
    (skipped,) = results(run(["later"]))
    assert skipped[:2] == ("later", "skipped")
    assert skipped[2] == "Interval not met"


def test_a_task_at_which_the_process_died_has_one_too(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.write({"bad": accepting("x", misbehave="os_exit"), "good": accepting("y")})
    execution = run(["bad", "good"])
    assert results(execution) == [("bad", "failed", execution.abort_reason)]


def test_a_task_that_aborts_itself_fails_the_run(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.write({"broken": {"rss": "http://127.0.0.1:9/feed.xml", "accept_all": True}})
    execution = run()
    assert execution.status == Status.FAILED
    assert "broken: " in execution.abort_reason


def test_a_task_that_is_only_skipped_does_not(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.write({"by-hand": accepting("x", manual=True)})
    execution = run()
    assert execution.status == Status.COMPLETE
    assert "manual" in execution.abort_reason


@pytest.mark.parametrize(("how", "said"), [("os_exit", "code 7"), ("killed", "signal 9")])
def test_a_process_that_dies_fails_the_run(
    run: Callable[..., Execution], config: FlexGetHome, how: str, said: str
) -> None:
    config.write({"bad": accepting("x", misbehave=how)})
    execution = run()
    assert execution.status == Status.FAILED
    assert said in execution.abort_reason
    if how == "os_exit":
        assert "about to leave" in lines(execution)


def test_what_databases_refuse_is_replaced(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.write({"odd": accepting("x", misbehave="surrogate")})
    execution = run()
    assert execution.status == Status.COMPLETE
    assert any(
        line.startswith("half a character: ?, and a NUL: \ufffd") for line in lines(execution)
    )


def test_a_megabyte_is_stored_whole(run: Callable[..., Execution], config: FlexGetHome) -> None:
    config.write({"loud": accepting("x", misbehave="megabyte")})
    assert "x" * 1_000_000 in lines(run())


def test_an_invalid_task_fails_the_run(run: Callable[..., Execution], config: FlexGetHome) -> None:
    config.write({"bad": {"no_such_plugin": 1}, "good": accepting("x")})
    execution = run()
    assert execution.status == Status.FAILED
    assert execution.abort_reason.startswith("bad: FlexGet refuses the config: [tasks.bad]")
    assert "no_such_plugin" in execution.abort_reason
    assert execution.accepted == 1


def test_a_config_without_tasks_fails_the_run_before_it_starts(
    run: Callable[..., Execution], config: FlexGetHome
) -> None:
    config.config.write_text("tasks: tv\n")
    execution = run()
    assert execution.status == Status.FAILED
    assert "[tasks] Got `tv`, expected: dict" in execution.abort_reason
    assert execution.started is None


@pytest.fixture
def aborting(flexget_engine: Engine, config: FlexGetHome) -> Callable[..., Execution]:
    """`aborting(when)`: run, and abort as soon as `when(report)` is true of something stored."""

    def run_and_abort(when: Callable[[Report], bool], monkeypatch: pytest.MonkeyPatch) -> Execution:
        Execution.objects.enqueue()
        execution = Execution.objects.claim("test")
        assert execution is not None
        runner = Runner(execution, flexget_engine)
        store = Recorder.store

        def store_and_abort(self: Recorder, reports: list[Report]) -> None:
            store(self, reports)
            if any(when(report) for report in reports):
                runner.abort("Aborted by a test.", grace=20)

        monkeypatch.setattr(Recorder, "store", store_and_abort)
        runner.run()
        execution.refresh_from_db()
        return execution

    return run_and_abort


def test_an_abort_ends_as_aborted(
    aborting: Callable[..., Execution], config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write({"slow": accepting("x", misbehave="sleep")})
    execution = aborting(lambda report: report.params.get("message") == "sleeping", monkeypatch)
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == "Aborted by a test."
    assert [result[:2] for result in results(execution)] == [("slow", "aborted")]
    assert any("the abort phase ran" in line for line in lines(execution))


def test_it_waits_for_another_flexget_and_says_so(
    aborting: Callable[..., Execution],
    config: FlexGetHome,
    other_process: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config.write({"good": accepting("x")})
    config.lock.write_text(f"PID: {other_process}\n")
    waiting: list[tuple[str, str]] = []

    def is_waiting(report: Report) -> bool:
        if report.kind != "waiting":
            return False
        waiting.append(Execution.objects.values_list("status", "waiting_for").get())
        return True

    try:
        execution = aborting(is_waiting, monkeypatch)
    finally:
        config.lock.unlink()
    ((status, waiting_for),) = waiting
    assert status == Status.PENDING
    assert str(other_process) in waiting_for
    assert execution.status == Status.ABORTED
    assert execution.waiting_for == ""
    assert any("Waiting for FlexGet process" in line for line in lines(execution))


def test_a_database_that_is_busy_loses_nothing(
    run: Callable[..., Execution], config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write({"chatty": accepting("x", misbehave={"lines": 300})})
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    insert, calls = statements.insert, iter(range(1000))

    def busy_at_first(rows: list[Model]) -> None:
        if rows and isinstance(rows[0], LogLine) and next(calls) % 2 == 0:
            raise OperationalError("database is locked")
        insert(rows)

    monkeypatch.setattr(statements, "insert", busy_at_first)
    execution = run()
    assert execution.status == Status.COMPLETE
    assert [line for line in lines(execution) if line.startswith("line ")] == [
        f"line {number}" for number in range(1, 301)
    ]
    assert execution.entries.count() == 1


def test_a_database_that_stays_broken_ends_the_run(
    run: Callable[..., Execution], config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write({"slow": accepting("x", misbehave="sleep")})
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

    def broken(rows: list[Model]) -> None:
        if rows:
            raise OperationalError("disk is full")

    monkeypatch.setattr(statements, "insert", broken)
    execution = run()
    assert execution.status == Status.ABORTED
    assert "disk is full" in execution.abort_reason


def test_a_lost_host_ends_the_run_as_aborted() -> None:
    execution = Execution.objects.create(status=Status.RUNNING)
    Recorder(execution).conclude(Ending(None, lost="FlexGet's host ended."), "")
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == "FlexGet's host ended."


def test_an_engine_that_is_down_keeps_it_pending(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"good": accepting("x")})
    engine = Engine(home.config)  # Not started yet.
    Execution.objects.enqueue()
    execution = Execution.objects.claim("test")
    assert execution is not None
    runner = Runner(execution, engine)

    def work() -> None:
        runner.run()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while not Execution.objects.exclude(waiting_for="").exists():
            assert thread.is_alive()
            thread.join(0.05)
        assert Execution.objects.get().status == Status.PENDING
        engine.start()
        thread.join(60)
    finally:
        runner.abort("The test is over.", grace=1)
        thread.join()
        engine.stop()
    execution.refresh_from_db()
    assert execution.status == Status.COMPLETE
    assert execution.waiting_for == ""


def test_exec_children_of_an_aborted_run_are_killed(
    aborting: Callable[..., Execution], config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = f"sleep 61.{os.getpid()}"
    config.write({"shell": accepting("x", exec=marker)})
    execution = aborting(
        lambda report: report.params.get("message", "").startswith("Executing"), monkeypatch
    )
    assert execution.status == Status.ABORTED
    found = subprocess.run(["pgrep", "-f", f"^{marker}"], capture_output=True, text=True)
    assert found.stdout == ""
