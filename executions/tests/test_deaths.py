"""What becomes of an execution when a server, or the process that was to run it, is killed before it has begun."""

import itertools
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from executions import endings
from executions.models import Execution, Status
from executions.running.recorder import Recorder
from executions.running.worker import WorkerProcess
from flexapi.engine.client import Engine
from flexapi.engine.run import Run
from flexapi.testing.flexget_home import FlexGetHome, accepting, reports_of

pytestmark = pytest.mark.django_db(transaction=True)


def status(execution: Execution) -> str:
    return Execution.objects.values_list("status", flat=True).get(pk=execution.pk)


class Killed(BaseException):
    """Nothing catches it, as nothing catches a SIGKILL."""


def killed_in(monkeypatch: pytest.MonkeyPatch, method: str) -> Callable[[], None]:
    """Have a Recorder's method end the server that calls it; return what starts the next server's worker."""

    def die(*arguments: Any) -> None:
        raise Killed

    monkeypatch.setattr(Recorder, method, die)

    def next_start() -> None:
        monkeypatch.undo()
        Execution.objects.recover("Gone.")

    return next_start


@pytest.mark.parametrize("ready", [True, False])
def test_what_flexget_was_given_when_the_server_was_killed_is_not_run_again(
    flexget_engine: Engine, config: FlexGetHome, monkeypatch: pytest.MonkeyPatch, ready: bool
) -> None:
    """Whether FlexGet was ready when it was claimed, or is by now."""
    config.write({"quick": accepting("y")})
    worker = WorkerProcess(flexget_engine)
    execution = Execution.objects.enqueue(["quick"])
    start_again = killed_in(monkeypatch, "store")
    if not ready:
        monkeypatch.setattr(Engine, "is_ready", False)
    with pytest.raises(Killed):
        worker.run_next()
    assert status(execution) == Status.PENDING
    start_again()
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert execution.abort_reason == endings.MAY_HAVE_BEGUN.format(problem="Gone.")
    assert not WorkerProcess(flexget_engine, name="next").run_next()


def test_what_waited_for_flexget_when_the_server_was_killed_is_run(
    flexget_engine: Engine, config: FlexGetHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write({"quick": accepting("y")})
    never_started = Engine(config.config)
    execution = Execution.objects.enqueue(["quick"])
    start_again = killed_in(monkeypatch, "wait_for")
    with pytest.raises(Killed):
        WorkerProcess(never_started).run_next()
    start_again()
    assert WorkerProcess(flexget_engine, name="next").run_next()
    assert status(execution) == Status.COMPLETE


@pytest.mark.parametrize("kills", [1, 2])
def test_what_a_process_was_given_that_is_killed_before_it_begins_is_run_by_another(
    flexget_engine: Engine, config: FlexGetHome, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    """Once: what kills each of them is no accident."""
    config.write({"quick": accepting("y")})
    execute, left = flexget_engine.execute, itertools.count(1)
    # Whoever stands ready now knows the config.
    reports_of(execute(0, ["quick"], {}))

    def and_kill(*arguments: Any, **options: Any) -> Run:
        if next(left) > kills:
            return execute(*arguments, **options)
        host = psutil.Process(flexget_engine.state.pid)
        while not (ready := host.children()):
            flexget_engine.call("version")
        for one in ready:
            one.suspend()
        run = execute(*arguments, **options)
        assert run.pid in [one.pid for one in ready]
        for one in ready:
            one.kill()
        return run

    monkeypatch.setattr(flexget_engine, "execute", and_kill)
    execution = Execution.objects.enqueue(["quick"])
    assert WorkerProcess(flexget_engine).run_next()
    execution.refresh_from_db()
    if kills == 1:
        assert execution.status == Status.COMPLETE
        assert execution.accepted == 1
    else:
        assert execution.status == Status.FAILED
        assert "killed by signal 9" in execution.abort_reason
