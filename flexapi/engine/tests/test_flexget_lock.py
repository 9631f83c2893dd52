"""FlexGet's lock file, as others left it: who holds it, and when nobody does."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.engine import flexget_lock
from flexapi.engine.flexget_lock import Held, Holder, Stale

WAIT = "import sys; print(flush=True); sys.stdin.read()"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "my.config.yml"


@pytest.fixture
def lock(config: Path) -> Path:
    return flexget_lock.lock_file(config)


@pytest.fixture
def other() -> Iterator[int]:
    """A process that lives and is nobody's ancestor."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


def write(lock: Path, text: str, *, age: float = 0) -> None:
    """Write a lock file as so many seconds ago."""
    lock.write_text(text)
    then = time.time() - age
    os.utime(lock, (then, then))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PID: x\n",
        "port: 5\n",
        "PID: 4194305\n",
        "PID: 99999999999999999999\n",
        "\0",
        "PID:",
        f"PID: {'9' * 5000}\n",
        "\x80\xff" * 40_000,
    ],
)
def test_nobody_holds_what_names_nobody(config: Path, lock: Path, text: str) -> None:
    assert flexget_lock.holder(config) is None
    write(lock, text, age=60)
    assert isinstance(flexget_lock.examine(lock), Stale)
    assert flexget_lock.holder(config) is None


def test_a_file_that_is_just_being_written_counts(config: Path, lock: Path) -> None:
    write(lock, "")
    holder = flexget_lock.holder(config)
    assert holder is not None
    assert holder.pid == 0
    assert str(lock) in str(holder)


def test_it_says_who_holds_it(config: Path, lock: Path, other: int) -> None:
    write(lock, f"PID: {other}\npassword: a:b\nport: 4567\n")
    assert flexget_lock.holder(config) == Holder(other, 4567)


def test_a_process_that_was_started_later_can_t_hold_it(lock: Path, other: int) -> None:
    write(lock, f"PID: {other}\n", age=3600)
    found = flexget_lock.examine(lock)
    assert isinstance(found, Stale)
    assert "started after the lock was written" in found.reason


def test_flexget_that_answers_counts_although_the_clock_was_set(
    lock: Path, other: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        flexget_lock, "_words", lambda pid: ["python", "/usr/bin/flexget", "daemon"]
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        write(lock, f"PID: {other}\nport: {port}\n", age=3600)
        assert flexget_lock.examine(lock) == Holder(other, port)
    assert isinstance(flexget_lock.examine(lock), Stale)


def test_of_a_lock_from_the_future_only_flexget_counts(
    lock: Path, other: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lock, f"PID: {other}\n", age=-3600)
    found = flexget_lock.examine(lock)
    assert isinstance(found, Stale)
    assert "a clock that was ahead" in found.reason
    monkeypatch.setattr(flexget_lock, "_words", lambda pid: ["/usr/bin/flexget", "execute"])
    assert flexget_lock.examine(lock) == Holder(other)


def test_a_process_that_ended_and_was_not_reaped_can_t_hold_it(lock: Path) -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        write(lock, f"PID: {process.pid}\n")
        found = flexget_lock.examine(lock)
    assert isinstance(found, Stale)
    assert "has ended" in found.reason


def test_a_thread_can_t_hold_it(lock: Path) -> None:
    ready, done = threading.Event(), threading.Event()
    numbers: list[int] = []

    def live() -> None:
        numbers.append(threading.get_native_id())
        ready.set()
        done.wait(30)

    thread = threading.Thread(target=live)
    thread.start()
    ready.wait(30)
    try:
        write(lock, f"PID: {numbers[0]}\n")
        found = flexget_lock.examine(lock)
    finally:
        done.set()
        thread.join()
    assert isinstance(found, Stale)
    assert "is a thread of process" in found.reason


@pytest.mark.parametrize("whose", ["own", "parent", "first"])
def test_the_server_s_own_number_can_t_hold_it(lock: Path, whose: str) -> None:
    pid = {"own": os.getpid(), "parent": os.getppid(), "first": flexget_lock.ancestors()[-1]}[whose]
    write(lock, f"PID: {pid}\n")
    found = flexget_lock.examine(lock)
    assert isinstance(found, Stale)
    assert "is the server's own" in found.reason


def test_what_can_t_be_judged_is_named_with_what_to_do(lock: Path) -> None:
    lock.mkdir()
    found = flexget_lock.examine(lock)
    assert isinstance(found, Holder)
    assert str(found) == f"{lock}, FlexGet's lock, is a folder: remove it."


def test_what_can_t_be_read_is_named_with_user_and_remedy(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lock, "PID: 1\n")

    def refuse(self: Path, *options: object) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    found = flexget_lock.examine(lock)
    assert isinstance(found, Holder)
    assert f"can't be read by user {os.geteuid()}" in str(found)
    assert "run both as the same user" in str(found)


def test_a_pipe_or_a_link_is_named_and_not_waited_for(lock: Path) -> None:
    os.mkfifo(lock)
    assert "is not a plain file: remove it" in str(flexget_lock.examine(lock))
    lock.unlink()
    lock.symlink_to("nowhere")
    assert "is not a plain file: remove it" in str(flexget_lock.examine(lock))


class TestUnlocking:
    def test_what_nobody_holds(self, lock: Path) -> None:
        assert flexget_lock.unlock(lock) == ""
        write(lock, "PID: 4194305\n")
        assert flexget_lock.unlock(lock) == "process 4194305 has ended"
        lock.mkdir()
        assert "is a folder" in flexget_lock.unlock(lock)
        lock.symlink_to("nowhere")
        assert "is not a plain file" in flexget_lock.unlock(lock)
        assert list(lock.parent.iterdir()) == []

    def test_what_somebody_holds_stays(self, lock: Path, other: int) -> None:
        write(lock, f"PID: {other}\n")
        with pytest.raises(Held, match=rf"FlexGet process {other}.*\(sleep 60\): it is alive"):
            flexget_lock.unlock(lock)
        assert lock.exists()

    def test_what_can_t_be_removed(self, lock: Path) -> None:
        (lock / "full").mkdir(parents=True)
        with pytest.raises(Held, match=f"can't be removed by user {os.geteuid()}"):
            flexget_lock.unlock(lock)


class TestRemoving:
    def test_a_stale_one_goes_and_the_log_says_so(self, lock: Path) -> None:
        write(lock, "PID: 4194305\n")
        said: list[str] = []
        assert flexget_lock.living_holder(lock, said.append) is None
        assert not lock.exists()
        assert list(lock.parent.iterdir()) == []
        assert said == [
            f"Removed {lock}, FlexGet's lock, which nobody holds: process 4194305 has ended."
        ]

    def test_one_that_somebody_took_meanwhile_stays(self, lock: Path, other: int) -> None:
        write(lock, "PID: 4194305\n")
        stale = flexget_lock.examine(lock)
        assert isinstance(stale, Stale)
        lock.rename(lock.with_name("kept"))  # So that its inode is not given away again.
        write(lock, f"PID: {other}\n")
        assert not flexget_lock.remove_stale(lock, stale)
        assert flexget_lock.examine(lock) == Holder(other)

    def test_where_it_can_t_be_removed_it_is_waited_for_by_name(
        self, lock: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(lock, "PID: 4194305\n")

        def refuse(self: Path, target: Path) -> Path:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "rename", refuse)
        found = flexget_lock.living_holder(lock, lambda text: None)
        assert found is not None
        assert f"user {os.geteuid()} can't remove it" in str(found)
        assert lock.exists()


@pytest.mark.parametrize(
    ("arguments", "port", "daemon"),
    [
        (["daemon", "start"], 4567, True),
        (["execute", "--tasks", "daemons"], 4567, False),
        # One that takes no commands is about to run, or is a run of FlexAPI's.
        (["daemon", "start"], None, False),
    ],
)
def test_a_daemon_is_told_from_a_run(arguments: list[str], port: int | None, daemon: bool) -> None:
    command = [sys.executable, "-c", WAIT, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert Holder(process.pid, port).is_daemon is daemon
        process.communicate(b"", timeout=30)
