"""FlexGet's lock file: which FlexGet works on a config right now, and whether it still does.

Imports neither Django nor flexget. FlexGet writes `PID: 123` and, where the process takes commands of
others, `Port: 4567` into `.config-lock` next to `config.yml`, and removes the file when it ends. A power cut, or
the end of a container, leaves it behind, and its number then belongs to anything: a thread, this server, process 1.
"""

import os
import secrets
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flexapi.phrases import phrase

HELD = phrase("FlexGet process {process}, which holds FlexGet's lock")
NAMELESS = phrase("{path}, which names no process yet")
# Seconds by which the start of a process and the time of a file may be told wrongly.
SLACK = 2.0
# FlexGet opens the file and then writes into it: one that names nobody counts for so many seconds.
WRITING = 3.0
# Bytes of the file that are read; FlexGet writes fewer than a hundred.
MOST = 1 << 16
# Digits of the largest number that a process or a port may have, and then some.
DIGITS = 12


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the lock, and the port on which it takes commands, if it does.

    `pid` is None where nobody can tell who it is; `problem` then says what is wrong with the file and what to do.
    It is 0 while the file is being written.
    """

    pid: int | None
    port: int | None = None
    problem: str = ""

    @property
    def is_daemon(self) -> bool:
        """Whether it is FlexGet's daemon; one that only executes takes commands as well."""
        return (
            bool(self.pid)
            and self.pid is not None
            and self.port is not None
            and "daemon" in _command(self.pid, self.port)
        )

    def __str__(self) -> str:
        return self.problem or HELD.format(process=self.pid)


@dataclass(frozen=True, slots=True)
class Stale:
    """A lock that nobody holds: why, and which file it was."""

    reason: str
    inode: int

    def told(self, path: Path) -> str:
        """Return what the log says of its removal."""
        return f"Removed {path}, FlexGet's lock, which nobody holds: {self.reason}."


def lock_file(config: Path) -> Path:
    """Return the lock file of a config."""
    return config.parent / f".{config.stem}-lock"


def holder(config: Path) -> Holder | None:
    """Return who holds the lock; None where nobody does, or the file is stale."""
    found = examine(lock_file(config))
    return found if isinstance(found, Holder) else None


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file as it was read: its numbers by key in small letters, and who holds it."""

    numbers: dict[str, list[int]]
    written: float
    found: Holder | Stale


def examine(path: Path) -> Holder | Stale | None:
    """Return who holds the lock at `path`, or that it is stale; None where there is no such file."""
    lock = read(path)
    return None if lock is None else lock.found


def named(path: Path) -> int | None:
    """Return the process that the lock at `path` names, whether it lives or not; None where it names none."""
    lock = read(path)
    pids = lock.numbers.get("pid") if lock is not None else None
    return pids[0] if pids else None


def read(path: Path) -> Lock | None:
    """Read the lock at `path`; None where there is no such file."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a plain file"
            problem = f"{path}, FlexGet's lock, is {what}: remove it."
            return Lock({}, status.st_mtime, Holder(None, problem=problem))
        with path.open("rb") as file:
            values = numbers(file.read(MOST).decode("utf-8", "replace"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problem = (
            f"{path} can't be read by user {os.geteuid()} ({error.strerror}): if no FlexGet is "
            "running, remove it; else run both as the same user."
        )
        return Lock({}, 0.0, Holder(None, problem=problem))
    return Lock(values, status.st_mtime, _judge(path, values, status))


def _judge(path: Path, values: dict[str, list[int]], status: os.stat_result) -> Holder | Stale:
    pid = (values.get("pid") or [0])[0]
    ports = values.get("port")
    port = ports[0] if ports else None
    if not pid:
        return _nameless(path, status)
    reason = why_stale(pid, status.st_mtime, port)
    return Stale(reason, status.st_ino) if reason else Holder(pid, port)


def numbers(text: str) -> dict[str, list[int]]:
    """Return the numbers of each line `key: number …` by its key in small letters."""
    values = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        words = (word for word in value.split() if word.isdecimal() and len(word) <= DIGITS)
        values[key.strip().lower()] = [int(word) for word in words]
    return values


def _nameless(path: Path, status: os.stat_result) -> Holder | Stale:
    if abs(time.time() - status.st_mtime) > WRITING:
        return Stale("it names no process", status.st_ino)
    return Holder(0, problem=NAMELESS.format(path=path))


def remove_stale(path: Path, stale: Stale) -> bool:
    """Remove a lock that `examine` found stale; False where another one is in its place by now.

    Raises OSError, whose text doesn't name the remedy: see `irremovable`.
    """
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        # Whoever takes the lock meanwhile writes another file; two who remove the same one don't remove that.
        path.rename(aside)
    except FileNotFoundError:
        return True
    if aside.lstat().st_ino != stale.inode:
        with suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
        return False
    aside.unlink()
    return True


def living_holder(path: Path, say: Callable[[str], object]) -> Holder | None:
    """Return who holds the lock at `path`. A stale one is removed, which `say` is told; None then."""
    while isinstance(found := examine(path), Stale):
        try:
            removed = remove_stale(path, found)
        except OSError as error:
            return irremovable(path, found, error)
        if removed:
            say(found.told(path))
            return None
    return found


def irremovable(path: Path, stale: Stale, error: OSError) -> Holder:
    """Return what is waited for where a stale lock can't be removed."""
    return Holder(
        None,
        problem=f"{path} is left behind ({stale.reason}), and user {os.geteuid()} can't remove it "
        f"({error.strerror}): remove it, or give the folder to this user.",
    )


class Held(Exception):
    """A lock can't be removed; the message says who holds it, or what keeps it there and what to do."""


def unlock(path: Path) -> str:
    """Remove a lock that nobody holds, or of which nobody can tell who does; return why it was removed, "" for none.

    Raises Held.
    """
    found = examine(path)
    if found is None:
        return ""
    if isinstance(found, Stale):
        try:
            if remove_stale(path, found):
                return found.reason
        except OSError as error:
            raise Held(str(irremovable(path, found, error))) from error
        raise Held(f"{path} was taken by another process just now.")
    if found.pid is not None:
        command = " ".join(_words(found.pid)[:6]).strip() if found.pid else ""
        said = f" ({command})" if command else ""
        raise Held(f"{found}{said}: it is alive. End it, or wait for it.")
    try:
        path.rmdir() if path.is_dir() else path.unlink()
    except OSError as error:
        raise Held(
            f"{path} can't be removed by user {os.geteuid()} ({error.strerror}): remove it there."
        ) from error
    return found.problem


def why_stale(pid: int, written: float, port: int | None = None) -> str:
    """Return why process `pid` can't hold a lock that was written at this time (s since 1970); "" where it can.

    `port` is where the lock says that it takes commands.
    """
    status = _status(pid)
    if not is_there(pid) or status.get("State", "")[:1] in ("Z", "X"):
        return f"process {pid} has ended"
    if pid == os.getpid() or pid in ancestors():
        return f"process {pid} is the server's own"
    leader = status.get("Tgid", str(pid))
    if leader != str(pid):
        return f"{pid} is a thread of process {leader}, not a process"
    started = _started(pid)
    if started is None:
        return ""
    # Setting the clock moves the start of a process and not the time of a file. A FlexGet that answers where its
    # lock says holds it all the same.
    if started > written + SLACK and not (_is_flexget(pid) and _answers(port)):
        return f"process {pid} was started after the lock was written"
    if written > time.time() + SLACK and not _is_flexget(pid):
        return f"process {pid} is not FlexGet, and the lock was written by a clock that was ahead"
    return ""


def is_there(pid: int) -> bool:
    """Whether a process, or a thread, of this number lives."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def ancestors() -> list[int]:
    """Return this process's parent, the parent of that one, and so on; of what the system tells."""
    found = []
    pid = os.getppid()
    while pid > 0 and pid not in found:
        found.append(pid)
        pid = int(_status(pid).get("PPid", "0"))
    return found


def _status(pid: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.splitlines())
    return {key: value.strip() for key, _, value in pairs}


def _started(pid: int) -> float | None:
    """Return when a process was started, in seconds since 1970; None where the system doesn't tell."""
    try:
        # After the name, which may hold spaces and brackets: see proc(5), field 22.
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        booted = next(
            int(line.split()[1])
            for line in Path("/proc/stat").read_text().splitlines()
            if line.startswith("btime ")
        )
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return booted + ticks / os.sysconf("SC_CLK_TCK")


def _is_flexget(pid: int) -> bool:
    return any(Path(word).name.startswith("flexget") for word in _words(pid)[:4])


def _answers(port: int | None) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port or 0), timeout=1):
            return True
    except (OSError, OverflowError):
        return False


@lru_cache(maxsize=16)
def _command(pid: int, port: int) -> list[str]:
    """The words of a process's command line; a pid that comes again has another port."""
    return _words(pid)


def _words(pid: int) -> list[str]:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return [word.decode("utf-8", "replace") for word in words]
    except OSError:
        return _listed(pid)


def _listed(pid: int) -> list[str]:
    """The words of a command line where the system has no /proc."""
    with suppress(OSError):  # Small images have no ps.
        listed = subprocess.run(
            ["/bin/ps", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return listed.stdout.split()
    return []
