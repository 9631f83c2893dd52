"""What a run may leave behind in its process, so that the next run there would find another world.

What FlexGet and its plugins keep in their modules (caches, cookies, handlers of events) is not among it: FlexGet's own
daemon keeps that from one task to the next as well.
"""

import ctypes
import gc
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import flexget.log
from loguru import logger

# Bytes of memory of its own that a process may gain over all of its runs.
GROWTH = 96 * 1024 * 1024
PR_SET_CHILD_SUBREAPER = 36
_DESCRIPTORS = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
_PAGE = resource.getpagesize()


def adopt_orphans() -> None:
    """Let processes whose parent ends become this process's children, so that `processes` sees them. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the code of a process finds there. Each field's name is what is said where it changed."""

    threads: int
    processes: bool
    descriptors: frozenset[tuple[int, int, int]]
    working_folder: str
    environment: dict[str, str]
    signal_handlers: list[Any]
    logging_sinks: list[Any]
    settings: list[Any]

    @classmethod
    def now(cls, known: Collection[int] = ()) -> "Surroundings":
        """Take them down, without descriptors that are `known`."""
        return cls(
            threads=_threads(),
            processes=_has_processes(),
            descriptors=frozenset(each for each in _descriptors() if each[0] not in known),
            working_folder=_working_folder(),
            environment=dict(os.environ),
            signal_handlers=[
                *(signal.getsignal(number) for number in signal.valid_signals()),
                signal.pthread_sigmask(signal.SIG_BLOCK, []),
            ],
            logging_sinks=_logging_sinks(),
            settings=[sys.stdout, sys.stderr, sys.excepthook, socket.getdefaulttimeout(), _umask()],
        )


class Leftovers:
    """Compares how a process is after each run with how it was before the first."""

    def __init__(self) -> None:
        self._before = Surroundings.now()
        self._memory = _own_memory()

    def found(self, known: Collection[int] = ()) -> str:
        """Return what was left behind, in words; "" where nothing was. Descriptors that are `known` may be there."""
        left = self._different(known)
        if left == ["descriptors"]:
            # Perhaps it only waits for the garbage collector.
            gc.collect()
            left = self._different(known)
        grown = _own_memory() - self._memory
        if grown > GROWTH:
            left.append(f"{grown >> 20} MiB of memory")
        return ", ".join(left)

    def _different(self, known: Collection[int]) -> list[str]:
        now = Surroundings.now(known)
        names = [field.name for field in fields(Surroundings)]
        return [
            name.replace("_", " ")
            for name in names
            if getattr(now, name) != getattr(self._before, name)
        ]


def _threads() -> int:
    # Those of libraries are not known to Python.
    with suppress(OSError):
        return len(list(Path("/proc/self/task").iterdir()))
    return threading.active_count()


def _has_processes() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _descriptors() -> "list[tuple[int, int, int]]":
    found = []
    for path in list(_DESCRIPTORS.iterdir()):
        # The one that lists them is closed by now.
        with suppress(OSError):
            number = int(path.name)
            status = os.fstat(number)
            found.append((number, status.st_dev, status.st_ino))
    return found


def _working_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _logging_sinks() -> list[Any]:
    root = logging.getLogger()
    # loguru tells nobody of its sinks. One of them FlexGet removes when it begins to log.
    sinks = set(logger._core.handlers) - {flexget.log._startup_buffer_id}  # type: ignore[attr-defined]
    return [sinks, list(root.handlers), root.level, list(flexget.log._log_filters)]


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _own_memory() -> int:
    """Return the bytes in use that no file backs; 0 where the system does not say."""
    with suppress(OSError):
        _, resident, of_files, *_ = Path("/proc/self/statm").read_text().split()
        return (int(resident) - int(of_files)) * _PAGE
    return 0
