"""A run is given to FlexGet's host once, however slow the host is and whenever it dies."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine import client
from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.engine.connection import Connection
from flexapi.engine.run import Pipes
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, of_kind, reports_of


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine that a test may kill."""
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"slow": accepting("x", misbehave="sleep"), "good": accepting("y")})
    engine = Engine(home.config)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def connection_of(engine: Engine) -> Connection:
    """Return the connection to its host."""
    assert engine._connection is not None
    return engine._connection


@pytest.mark.parametrize("dies", [False, True])
def test_a_host_that_is_slow_to_start_a_run_is_given_it_once(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    host = connection_of(own_engine).process.pid
    monkeypatch.setattr(client, "CALL_TIMEOUT", 0.1)
    os.kill(host, signal.SIGSTOP)
    run = own_engine.execute(1, ["good"], {})
    assert run.pid is None
    os.kill(host, signal.SIGKILL if dies else signal.SIGCONT)
    finished = of_kind(reports_of(run), "finished")
    assert run.ending is not None
    if dies:
        assert "exit status -9" in run.ending.lost
    else:
        assert finished == [{"aborted": False}]
        assert run.pid is not None
        assert run.ending.status == 0


@pytest.mark.parametrize("held", [False, True])
def test_a_run_whose_host_dies_before_it_answers_is_lost_where_somebody_has_it(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """It may have begun then, so nobody else is given it; else anybody may be."""
    connection = connection_of(own_engine)
    host = connection.process.pid
    send, sent = connection.send, threading.Event()
    child_s: list[int] = []

    def send_and_tell(method: str, params: Any, fds: list[int]) -> Any:
        if held:
            child_s.append(os.dup(fds[0]))
        answer = send(method, params, fds)
        sent.set()
        return answer

    monkeypatch.setattr(connection, "send", send_and_tell)
    os.kill(host, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(own_engine.execute, 1, ["good"], {})
        assert sent.wait(30)
        os.kill(host, signal.SIGKILL)
        if not held:
            with pytest.raises(EngineUnavailable, match="exit status -9"):
                started.result(60)
            return
        run = started.result(60)
    os.close(child_s.pop())
    reports_of(run)
    assert run.ending is not None
    assert "exit status -9" in run.ending.lost


def test_a_number_that_runs_is_refused_for_another_run(own_engine: Engine) -> None:
    run = own_engine.execute(1, ["slow"], {})
    with pytest.raises(EngineError, match="Execution 1 runs already"):
        own_engine.execute(1, ["good"], {})
    # The host keeps to it whoever asks.
    pipes = Pipes.open()
    params: dict[str, Any] = {"execution": 1, "tasks": None, "options": {}, "manual": True}
    with pytest.raises(EngineError, match="Execution 1 runs already"):
        connection_of(own_engine).send("execute", params, pipes.write_ends).result(30)
    pipes.close()
    for batch in run:
        if "sleeping" in messages(batch):
            run.abort(grace=20)
    (task,) = of_kind(reports_of(own_engine.execute(1, ["good"], {})), "task")
    assert task["accepted"] == 1
