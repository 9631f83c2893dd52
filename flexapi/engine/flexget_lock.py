"""FlexGet's lock file, read from outside: which FlexGet works on a config right now.

Needs the standard library alone. FlexGet writes `PID: 123` and, where the process takes commands of
others, `Port: 4567` into `.config-lock` beside `config.yml`, and removes the file when it ends.
"""

import os
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the lock, and the port on which it takes commands, if it does."""

    pid: int
    port: int | None

    @property
    def is_daemon(self) -> bool:
        """Whether it is FlexGet's daemon; one that only executes takes commands as well."""
        return self.port is not None and "daemon" in _command(self.pid, self.port)


def lock_file(config: Path) -> Path:
    """Return the lock file of a config."""
    return config.parent / f".{config.stem}-lock"


def holder(config: Path) -> Holder | None:
    """Return who holds the lock; None where nobody does, or only a process that is no more."""
    try:
        text = lock_file(config).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    values = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if value.strip().isdigit():
            values[key.strip().lower()] = int(value)
    pid = values.get("pid")
    if pid is None or not is_there(pid):
        return None
    return Holder(pid, values.get("port"))


def is_there(pid: int) -> bool:
    """Whether a process lives."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@lru_cache(maxsize=16)
def _command(pid: int, port: int) -> list[str]:
    """The words of a process's command line; a pid that comes again has another port."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return [word.decode("utf-8", "replace") for word in words]
    except OSError:
        listed = subprocess.run(
            ["/bin/ps", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return listed.stdout.split()
