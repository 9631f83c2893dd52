"""The config file on disk: noticing changes, reading, and replacing it in one step."""

import contextlib
import fcntl
import itertools
import os
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flexapi.api.errors import Busy
from flexapi.api.http import threads
from flexapi.phrases import phrase

# Seconds that a writer waits for its turn, if it has so long. A write takes well under one.
LOCK_TIMEOUT = 30.0
LOCK_POLL = 0.01
# What writes in place (an editor, scp, a program that syncs) leaves half a file for a while: a file counts once it has
# stayed the same for REST seconds, or has not done so for LATEST. Polled: who writes is also on other machines, of
# which inotify knows nothing.
REST = 0.3
LATEST = 10.0
REST_POLL = 0.05
READ_TRIES = 20
# Nanoseconds within which a file system may give two different states the same time stamp.
RACY_NS = 2_000_000_000

BUSY = phrase("Another process is writing the config; try again.")

_TEMPORARY = ".flexapi-"
_threads = threading.Lock()


class LockBusy(Busy):
    """Another writer has kept the config locked for as long as one waits."""

    def __str__(self) -> str:
        return BUSY


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells without reading whether a file changed. `None` fields: no file is there."""

    mtime_ns: int | None = None
    size: int | None = None
    inode: int | None = None

    @property
    def racy(self) -> bool:
        """Whether the file is so young that a further change might not show here."""
        return self.mtime_ns is not None and time.time_ns() - self.mtime_ns < RACY_NS


def signature(path: Path) -> Signature:
    """Return the signature of the file at `path`; raises OSError except for a missing file."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Signature()
    return Signature(found.st_mtime_ns, found.st_size, found.st_ino)


def read(path: Path) -> tuple[Signature, bytes | None]:
    """Return a file and its signature, (…, None) for a missing file; raises OSError.

    It need not have been written to its end: see `rests`.
    """
    before = signature(path)
    for _ in range(READ_TRIES):
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return Signature(), None
        after = signature(path)
        if after == before:
            return after, content
        before = after
    return before, content


def rests(path: Path, patience: float) -> bool:
    """Whether nobody has written a file for REST seconds; wait up to `patience` seconds for that. Raises OSError."""
    if _is_old(signature(path)):
        return True
    if patience <= 0:
        return False
    try:
        with threads.aside("the config"):
            return _comes_to_rest(path, patience)
    except threads.Busy:
        return False


def _comes_to_rest(path: Path, patience: float) -> bool:
    begin = since = time.monotonic()
    before = signature(path)
    while not _is_old(before) and time.monotonic() - since < REST:
        if time.monotonic() - begin >= patience:
            return False
        time.sleep(REST_POLL)
        now = signature(path)
        if now != before:
            before, since = now, time.monotonic()
    return True


def _is_old(found: Signature) -> bool:
    """Whether the time stamp tells that the file rests; one that lies in the future tells nothing."""
    if found.mtime_ns is None:
        return True
    # Some file systems count in steps of one or two seconds.
    steps = RACY_NS if found.mtime_ns % 1_000_000_000 == 0 else 0
    return time.time_ns() - found.mtime_ns >= REST * 1e9 + steps


@contextlib.contextmanager
def locked(lock_file: Path) -> Iterator[None]:
    """Be the only writer among all threads and processes; raises LockBusy, OSError."""
    deadline = time.monotonic() + threads.lock_patience(LOCK_TIMEOUT)
    _wait_for(_threads, deadline)
    try:
        with lock_file.open("a") as handle:
            _flock(handle.fileno(), deadline)
            yield
    finally:
        _threads.release()


def _wait_for(lock: threading.Lock, deadline: float) -> None:
    if lock.acquire(blocking=False):
        return
    try:
        with threads.aside("the config"):
            taken = lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    except threads.Busy:
        raise LockBusy from None
    if not taken:
        raise LockBusy


@contextlib.contextmanager
def folder_locked(path: Path) -> Iterator[None]:
    """Lock the folder of the file at `path` against other data folders; raises LockBusy.

    Network file systems can't lock folders; there, and where this user may not, it is left out.
    """
    try:
        handle = os.open(Path(os.path.realpath(path)).parent, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        with contextlib.suppress(OSError):
            _flock(handle, time.monotonic() + threads.lock_patience(LOCK_TIMEOUT))
        yield
    finally:
        os.close(handle)


def _flock(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LockBusy from None
            time.sleep(LOCK_POLL)


class Replacement:
    """A new content for a file, safe on disk and ready to take the file's place.

    Everything that is likely to fail (no space, no permission) fails when it is made, with OSError.
    A symbolic link stays one: what it points to is replaced.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        self.target = Path(os.path.realpath(path))
        try:
            old: os.stat_result | None = self.target.stat()
        except FileNotFoundError:
            old = None
        if old is not None and not os.access(self.target, os.W_OK):
            # A rename would get around the write protection that somebody put there.
            raise PermissionError(13, "The file is write-protected", str(self.target))
        handle, name = tempfile.mkstemp(
            dir=self.target.parent, prefix=f".{self.target.name}{_TEMPORARY}"
        )
        self.temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                if old is not None:
                    os.fchmod(handle, stat.S_IMODE(old.st_mode))
                    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                        _keep_owner(handle, old)
                file.write(content)
                file.flush()
                os.fsync(handle)
        except BaseException:
            self.discard()
            raise

    def put(self) -> bytes | None:
        """Put it in place of the file; raises OSError.

        Returns what the old file holds after that, None where there was none: an editor that was
        writing into it in this moment wrote there.
        """
        try:
            old = self.target.open("rb")
        except FileNotFoundError:
            old = None
        self.temporary.replace(self.target)
        folder = os.open(self.target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        if old is None:
            return None
        with old:
            return old.read()

    def discard(self) -> None:
        """Remove what was prepared, if it was not put in place."""
        self.temporary.unlink(missing_ok=True)


def _keep_owner(handle: int, old: os.stat_result) -> None:
    """Give a file the owner and group of the old one, or the group alone where only that is allowed."""
    try:
        os.fchown(handle, old.st_uid, old.st_gid)
    except PermissionError:
        with contextlib.suppress(PermissionError):
            os.fchown(handle, -1, old.st_gid)


def put_aside(path: Path, content: bytes) -> Path:
    """Keep a content of the file at `path` in another one beside it; raises OSError."""
    stem = f"{path.name}.edited-{time.strftime('%Y%m%d-%H%M%S')}"
    for number in itertools.count(1):
        aside = path.with_name(stem if number == 1 else f"{stem}-{number}")
        try:
            # It holds credentials, as the config does.
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        return aside
    raise AssertionError  # The numbers don't end.


def remove_leftovers(path: Path) -> None:
    """Remove what writers left that were killed. Only under the lock: nobody else is writing."""
    target = Path(os.path.realpath(path))
    with contextlib.suppress(OSError):
        for leftover in target.parent.glob(f".{target.name}{_TEMPORARY}*"):
            leftover.unlink(missing_ok=True)
