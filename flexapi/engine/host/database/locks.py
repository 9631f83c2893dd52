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

from flexapi.engine import flexget_lock, texts
from flexapi.engine.flexget_lock import Holder, Stale, why_stale

_MEMBERS = "flexapi"


def lock_key(*name: str) -> int:
    """Return a number of 64 bits, with sign, for the lock of a name."""
    digest = hashlib.blake2b("\0".join(("flexapi", *name)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


# The descriptors of lock files, by process and path. They are never closed: that would end all locks of the process
# on the file. So each is opened once.
_descriptors: dict[tuple[int, Path], int] = {}


class FileLocks:
    """Locks by name: each is one byte of a file, which need not have it. They end with their process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def lock(self, *name: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold the lock of a name; `waiting` is called once where another process has it."""
        descriptor, offset = self.open(), lock_key(*name) & (1 << 62) - 1
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

    def open(self) -> int:
        """Return the descriptor of the file in this process."""
        key = os.getpid(), self.path
        if key not in _descriptors:
            _descriptors[key] = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return _descriptors[key]


class SharedLock:
    """FlexGet's lock file, as runs hold it together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = FileLocks(path.with_name(f".flexapi{path.name}"))

    def open(self) -> None:
        """Open the file that guards it, once in a process."""
        self._guard.open()

    def join(self, pid: int, alone: bool = False, say: Callable[[str], object] = str) -> bool:
        """Take part in it; False where another FlexGet has it, or, with `alone`, anybody else.

        `say` is told of what it replaces: the lock of a process that can't hold it.
        """
        with self._guard.lock("file"):
            holder, members, stale = self._read()
            if holder is not None and holder not in members:
                return False
            if alone and members not in ([], [pid]):
                return False
            if stale is not None and not members:
                say(stale.told(self._path))
            self._write([*members, pid] if pid not in members else members)
            return True

    def blocking(self) -> Holder:
        """Return who or what keeps others out."""
        found = flexget_lock.examine(self._path)
        return found if isinstance(found, Holder) else Holder(None, problem=texts.ANOTHER_RUN)

    def leave(self, pid: int) -> None:
        """Have no part in it any longer, or see to it that one who died has none."""
        with self._guard.lock("file"):
            _, members, _ = self._read(dead=pid)
            if pid in members:
                self._write([member for member in members if member != pid])

    def _read(self, dead: int = 0) -> tuple[int | None, list[int], Stale | None]:
        """Return who is named (None where nobody who lives), the members that live, and why the lock is stale.

        Of a file that can't be judged, or is just being written, 0 is said to be named. `dead` counts as living
        here.
        """
        lock = flexget_lock.read(self._path)
        if lock is None:
            return None, [], None
        if isinstance(lock.found, Holder) and not lock.found.pid:
            return 0, [], None
        members = [
            pid
            for pid in lock.numbers.get(_MEMBERS, [])
            if pid in (dead, os.getpid()) or not why_stale(pid, lock.written)
        ]
        named = (lock.numbers.get("pid") or [0])[0]
        if isinstance(lock.found, Stale) and named not in members:
            return None, members, lock.found
        return named, members, None

    def _write(self, members: list[int]) -> None:
        if not members:
            self._path.unlink(missing_ok=True)
            return
        # A FlexGet that reads meanwhile must not find half a file.
        new = self._path.with_name(f".flexapi{self._path.name}.new")
        new.write_text(f"PID: {members[0]}\n{_MEMBERS}: {' '.join(map(str, members))}\n")
        new.replace(self._path)
