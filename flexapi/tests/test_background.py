"""The loops of a server: each recovers from what breaks it, and `/api/server` says so in between."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from executions.running import worker
from executions.running.dispatcher import Dispatcher
from executions.running.reaper import Reaper
from executions.running.worker import WorkerProcess
from executions.workers import WorkerQuerySet
from flexapi import background, metrics
from flexapi.background import Health, Loop
from flexapi.engine.client import Engine
from flexapi.mirror import mirror
from flexapi.mirror.disk.watch import Watcher
from history import importing, keeper
from history.keeper import Keeper
from schedules.scheduler import Scheduler

pytestmark = pytest.mark.django_db(transaction=True)


class Breaker:
    """Stands in for a function that does nothing: it fails while it is broken, and tells how often it was called."""

    def __init__(self) -> None:
        # How often it is going to fail.
        self.broken = 0
        self.failed = self.worked = 0
        self._condition = threading.Condition()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._condition:
            fails = self.broken > 0
            self.broken -= fails
            self.failed += fails
            self.worked += not fails
            self._condition.notify_all()
        if fails:
            raise RuntimeError("nobody foresaw this")
        return 0

    def wait(self, *, failed: int = 0, worked: int = 0) -> None:
        """Wait until it has failed and worked so often."""
        with self._condition:
            assert self._condition.wait_for(
                lambda: self.failed >= failed and self.worked >= worked, timeout=10
            )


@pytest.fixture(autouse=True)
def _soon(settings: Any, monkeypatch: pytest.MonkeyPatch, config: Path) -> None:
    """Pauses and periods that a test can wait for."""
    settings.WORKER_TIMEOUT = 0.2
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(worker, "POLL", 0.05)
    monkeypatch.setattr(keeper, "INTERVAL", 0.05)


@pytest.fixture
def told(api: Any, viewer: Any) -> Callable[[str], dict[str, Any]]:
    """`told(name)`: what `/api/server` says of a loop."""

    def told(name: str) -> dict[str, Any]:
        loops = api(viewer).get("/api/server").json()["object"]["loops"]
        # The tests' own FlexGet has a loop too.
        return dict([loop for loop in loops if loop["name"] == name][-1])

    return told


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.005)


def engine() -> Engine:
    return Engine(Path("none.yml"))


def worker_process() -> WorkerProcess:
    return WorkerProcess(engine(), among_others=True)


def one_thread() -> Dispatcher:
    """A dispatcher whose other thread meets no failures in place of the one that is looked at."""
    dispatcher = Dispatcher(worker_process())
    del dispatcher._threads[1:]
    return dispatcher


# How to make what has each loop, and a function that the loop calls, by its owner and name.
LOOPS: dict[str, tuple[Callable[[], Any], Any, str]] = {
    "config-watcher": (lambda: Watcher(0.05), mirror, "recover"),
    "scheduler": (Scheduler, Scheduler, "tick"),
    "reaper": (lambda: Reaper(None), Reaper, "look"),
    "history-keeper": (lambda: Keeper(engine()), importing, "take_in"),
    "slot-1": (one_thread, WorkerProcess, "run_next"),
    "aborts": (worker_process, WorkerProcess, "_abort_where_asked"),
    "heartbeat": (worker_process, WorkerQuerySet, "beat"),
    "fence": (worker_process, WorkerProcess, "_fence"),
    "engine": (engine, Engine, "_live"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_each_recovers_and_says_so_in_between(
    name: str,
    told: Callable[[str], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make, owner, function = LOOPS[name]
    breaker = Breaker()
    monkeypatch.setattr(owner, function, breaker)
    part = make()
    others = background.running()
    part.start()
    breaker.wait(worked=1)
    health = next(
        loop.health for loop in background.running() if loop.name == name and loop not in others
    )
    counted = metrics.loop_failures.labels(name)._value
    count = counted.get()

    breaker.broken = 1
    breaker.wait(failed=1, worked=breaker.worked + 2)
    loop = told(name)
    assert (loop["state"], loop["failures"], loop["failures_ever"]) == ("running", 0, 1)
    assert (loop["reason"], loop["next_try"]) == ("", None)
    assert counted.get() == count + 1
    assert "Traceback" in caplog.text
    assert "nobody foresaw this" in caplog.text
    assert f"{name} works again, after 1 failures." in caplog.text

    breaker.broken = 1_000_000
    wait_until(lambda: health.status()["failures"] >= 3)
    failing = told(name)
    assert failing["state"] in ("failing", "trying")
    assert failing["since"] > loop["since"]
    assert failing["next_try"] > failing["since"]
    assert failing["reason"] == "RuntimeError: nobody foresaw this"

    breaker.broken = 0
    wait_until(lambda: not health.fails)
    loop = told(name)
    assert loop["state"] == "running"
    assert loop["since"] > failing["since"]
    part.stop()
    assert background.running() == others


def test_the_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 1.0)
    health = Health("test", longest_pause=5)
    pauses = [health.failed(ValueError()) for _ in range(5)]
    assert pauses == [1, 2, 4, 5, 5]
    assert not health.is_due
    health.succeeded()
    assert health.is_due
    assert health.failed(ValueError()) == 1


def test_errors_that_pass_are_logged_once_and_tried_again_after_a_period(
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks = threading.Semaphore(0)

    def look() -> None:
        looks.release()
        raise OperationalError("database is locked")

    loop = Loop("test", look, period=0.01)
    loop.start()
    for _ in range(20):
        assert looks.acquire(timeout=10)
    loop.stop()
    assert loop.health.status()["reason"] == "OperationalError: database is locked"
    assert [record.message for record in caplog.records if record.name == background.__name__] == [
        "test can't work right now: database is locked"
    ]
    assert "Traceback" not in caplog.text


def test_a_call_is_answered_at_once_and_a_stop_as_well() -> None:
    looks = threading.Semaphore(0)
    loop = Loop("test", looks.release, period=3600, at_once=False)
    loop.start()
    assert not looks.acquire(blocking=False)
    loop.call()
    assert looks.acquire(timeout=10)
    assert loop.stop(10)
    loop.start()
    loop.call()
    assert looks.acquire(timeout=10), "it can't be started again"
    assert loop.stop(10)


def test_a_stop_cuts_a_pause_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 3600)
    failed = threading.Event()

    def look() -> None:
        failed.set()
        raise ValueError

    loop = Loop("test", look, period=0, longest_pause=3600)
    loop.start()
    assert failed.wait(10)
    assert loop.stop(10)


def test_it_leaves_no_connection_behind() -> None:
    used: list[Any] = []

    def look() -> None:
        connection.ensure_connection()
        used.append(connections[connection.alias].connection)

    loop = Loop("test", look, period=3600)
    loop.start()
    wait_until(lambda: bool(used))
    loop.stop()
    with pytest.raises(Exception, match="closed"):
        used[0].execute("SELECT 1")


def test_a_reason_is_shown_without_credentials(
    config: Path, told: Callable[[str], dict[str, Any]]
) -> None:
    config.write_text("tasks:\n  tv:\n    rss: {url: 'http://x/', password: hunter2}\n")
    mirror.refresh()

    def look() -> None:
        raise ValueError("no number: hunter2, of http://x/?passkey=abc")

    loop = Loop("test", look, period=0.01)
    loop.start()
    wait_until(lambda: loop.health.fails)
    shown = told("test")["reason"]
    loop.stop()
    assert shown == "ValueError: no number: ********, of http://x/?passkey=********"
