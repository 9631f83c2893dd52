"""Locks between runs on one machine: FlexGet's lock file, shared, and locks by name.

Several runs of FlexAPI at once hold FlexGet's lock file together. It names one of them (`PID: 123`), as
FlexGet reads it, and all of them in a line of ours (`flexapi: 123 124`). The one that is named and ends
hands it on to another; the last one removes it. So a living run is protected from a `flexget` command
whatever becomes of the host and the server, and needs neither to end in order.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flexapi.engine.flexget_lock import is_there

_MEMBERS = "flexapi"


def lock_key(*name: str) -> int:
    """Return a number of 64 bits, with sign, for the lock of a name."""
    digest = hashlib.blake2b("\0".join(("flexapi", *name)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class FileLocks:
    """Locks by name: each is one byte of a file, which need not have it. They end with their process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: tuple[int, int] = (0, -1)

    @contextmanager
    def lock(self, *name: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold the lock of a name; `waiting` is called once where another process has it."""
        descriptor, offset = self._open(), lock_key(*name) & (1 << 62) - 1
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except (BlockingIOError, PermissionError):  # Which of them is the system's choice.
            if waiting is not None:
                waiting()
            fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, offset)
        try:
            yield
        finally:
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, offset)

    def _open(self) -> int:
        # Once in a process, and never closed: a close would end all of its locks on the file.
        pid, descriptor = self._descriptor
        if pid != os.getpid():
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._descriptor = os.getpid(), descriptor
        return descriptor


class SharedLock:
    """FlexGet's lock file, as runs hold it together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = FileLocks(path.with_name(f".flexapi{path.name}"))

    def join(self, pid: int, alone: bool = False) -> bool:
        """Take part in it; False where another FlexGet has it, or, with `alone`, anybody else."""
        with self._guard.lock("file"):
            holder, members = self._read()
            if holder is not None and holder not in members:
                return False
            if alone and members not in ([], [pid]):
                return False
            self._write([*members, pid] if pid not in members else members)
            return True

    def leave(self, pid: int) -> None:
        """Have no part in it any longer, or see to it that one who died has none."""
        with self._guard.lock("file"):
            _, members = self._read(dead=pid)
            if pid in members:
                self._write([member for member in members if member != pid])

    def _read(self, dead: int = 0) -> tuple[int | None, list[int]]:
        """Return who is named (None where nobody who lives) and the members that live.

        A file that names nobody is one that is just being written: 0 is said to be named then.
        `dead` counts as living here.
        """
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None, []
        values = dict(_pair(line) for line in text.splitlines())
        named = _pids(values.get("pid", ""))[:1] or [0]
        members = [pid for pid in _pids(values.get(_MEMBERS, "")) if pid == dead or is_there(pid)]
        holder = named[0] if not named[0] or is_there(named[0]) else None
        return holder, members

    def _write(self, members: list[int]) -> None:
        if not members:
            self._path.unlink(missing_ok=True)
            return
        # A FlexGet that reads meanwhile shall not find half a file.
        new = self._path.with_name(f".flexapi{self._path.name}.new")
        new.write_text(f"PID: {members[0]}\n{_MEMBERS}: {' '.join(map(str, members))}\n")
        new.replace(self._path)


def _pids(text: str) -> list[int]:
    return [int(word) for word in text.split() if word.isdecimal()]


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip().lower(), value
