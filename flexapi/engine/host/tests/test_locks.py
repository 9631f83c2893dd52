"""Locks between runs on one machine: FlexGet's lock file that several hold, locks by name."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.engine import flexget_lock
from flexapi.engine.client import Engine
from flexapi.engine.host.database.locks import FileLocks, SharedLock
from flexapi.engine.host_process import ROOT
from flexapi.engine.run import Report
from flexapi.testing.flexget_home import FlexGetHome, accepting, is_gone, messages, of_kind


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".config-lock"


@pytest.fixture
def others() -> Iterator[list[int]]:
    """The ids of processes that live, and of one that does not any more."""
    processes = [subprocess.Popen(["sleep", "60"]) for _ in range(3)]
    processes[2].kill()
    processes[2].wait()
    yield [process.pid for process in processes]
    for process in processes:
        process.kill()
        process.wait()


def test_runs_hold_the_lock_together(path: Path, others: list[int]) -> None:
    first, second, _ = others
    shared = SharedLock(path)
    assert shared.join(first)
    assert shared.join(second)
    holder = flexget_lock.holder(path.parent / "config.yml")
    assert holder is not None
    assert holder.pid == first
    shared.leave(first)
    holder = flexget_lock.holder(path.parent / "config.yml")
    assert holder is not None
    assert holder.pid == second
    shared.leave(first)
    shared.leave(second)
    assert not path.exists()


def test_another_flexget_s_lock_is_not_shared(path: Path, others: list[int]) -> None:
    path.write_text(f"PID: {others[0]}\n")
    assert not SharedLock(path).join(others[1])
    SharedLock(path).leave(others[0])
    assert path.read_text() == f"PID: {others[0]}\n"


def test_a_lock_that_is_being_written_counts(path: Path, others: list[int]) -> None:
    path.write_text("")
    assert not SharedLock(path).join(others[0])


def test_who_died_holds_nothing(path: Path, others: list[int]) -> None:
    living, second, dead = others
    path.write_text(f"PID: {dead}\n")
    assert SharedLock(path).join(living)
    path.write_text(f"PID: {dead}\nflexapi: {dead} {living}\n")
    # The one that is named is dead, but another one lives and is to be protected.
    assert not SharedLock(path).join(second, alone=True)
    assert SharedLock(path).join(second)
    assert path.read_text() == f"PID: {living}\nflexapi: {living} {second}\n"


def test_one_may_want_to_be_alone(path: Path, others: list[int]) -> None:
    assert SharedLock(path).join(others[0], alone=True)
    assert SharedLock(path).join(others[0], alone=True)
    assert not SharedLock(path).join(others[1], alone=True)


HOLD = """
import sys; sys.path.append(sys.argv[1])
from pathlib import Path
from flexapi.engine.run import Report
from flexapi.engine.host.database.locks import FileLocks
with FileLocks(Path(sys.argv[2])).lock("task", "a"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_by_name_is_waited_for_and_ends_with_its_process(path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(ROOT), str(path)]
    waited: list[str] = []
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        locks = FileLocks(path)
        with locks.lock("task", "b", waiting=lambda: waited.append("b")):
            pass

        def waiting() -> None:
            waited.append("a")
            process.kill()

        with locks.lock("task", "a", waiting=waiting):
            pass
    assert waited == ["a"]


SERVER = """
import sys, pathlib, threading; sys.path.insert(0, sys.argv[1])
from flexapi.engine.client import Engine
engine = Engine(pathlib.Path(sys.argv[2]), slots=2); engine.start()
def run(number):
    run = engine.execute(number, [f"t{number}"], {})
    for batch in run:
        if any(report.params.get("message") == "sleeping" for report in batch):
            print(run.pid, flush=True)
threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
[thread.start() for thread in threads]
engine.call("version", timeout=60)
print(engine.state.pid, flush=True)
"""


def test_living_runs_stay_protected_without_host_and_server(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({f"t{number}": accepting("x", misbehave="sleep") for number in (1, 2)})
    command = [sys.executable, "-c", SERVER, str(ROOT), str(home.config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = [int(server.stdout.readline()) for _ in range(3)]
        named = flexget_lock.holder(home.config)
        assert named is not None
        (host,) = {pid for pid in told if str(pid) not in home.lock.read_text().split()}
        runs = [pid for pid in told if pid != host]
        os.kill(host, signal.SIGSTOP)
        server.kill()
        os.kill(host, signal.SIGKILL)
    try:
        assert named.pid in runs
        (other,) = [pid for pid in runs if pid != named.pid]
        # The one that is named ends in order, and hands the lock on.
        os.kill(named.pid, signal.SIGTERM)
        assert is_gone(named.pid, seconds=20)
        holder = flexget_lock.holder(home.config)
        assert holder is not None
        assert holder.pid == other
    finally:
        for pid in runs:
            if not is_gone(pid, seconds=0):
                os.killpg(pid, signal.SIGKILL)


def test_sqlite_bears_two_slots(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"slow": accepting("a", misbehave="sleep"), "quick": accepting("b", history=True)})
    engine = Engine(home.config, slots=2)
    engine.start()
    try:
        first = engine.execute(1, ["slow"], {}, timeout=60)
        reading = iter(first)
        next(batch for batch in reading if "sleeping" in messages(batch))
        seen: list[Report] = []
        # Beside the other one, and then it has to wait for it.
        second = engine.execute(2, ["quick", "slow"], {})
        for batch in second:
            seen += batch
            if of_kind(batch, "waiting"):
                second.abort(grace=20)
        first.abort(grace=20)
        list(reading)
    finally:
        engine.stop()
    assert [(task["task"], task["accepted"]) for task in of_kind(seen, "task")] == [("quick", 1)]
    assert of_kind(seen, "waiting") == [{"task": "slow"}]
    assert of_kind(seen, "finished") == [{"aborted": True}]
    assert not home.lock.exists()
