"""One run of the engine, seen from the server: a stream of reports, and an end."""

import json
import math
import os
import select
import selectors
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .protocol import LineBuffer

READ_SIZE = 1 << 18
# Seconds between two reports of progress.
PROGRESS_PERIOD = 0.1
# Seconds that the last reports of a run wait for its end, to be told in one.
END_PATIENCE = 0.02
# Seconds after a batch for which what follows is gathered where nobody follows the run: what it says in one breath is
# stored in one transaction.
BREATH = 0.03
# A run that says so many bytes in one breath isn't kept waiting: its pipe would soon be full.
MANY = 8192


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that the execution said. Kinds and members are listed in `reporting`."""

    kind: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """How the process of a run ended: its exit code (or minus the signal that killed it), or
    why it was lost."""

    status: int | None
    lost: str = ""


@dataclass
class Pipes:
    """The four pipes of a run: reports, progress, stdout, stderr. The write ends go to the host."""

    read_ends: list[int] = field(default_factory=list)
    write_ends: list[int] = field(default_factory=list)

    @classmethod
    def open(cls) -> "Pipes":
        """Make the pipes; the read ends do not block."""
        pipes = cls()
        for _ in range(4):
            read_end, write_end = os.pipe()
            os.set_blocking(read_end, False)
            pipes.read_ends.append(read_end)
            pipes.write_ends.append(write_end)
        return pipes

    def close_write_ends(self) -> None:
        """Close this process's copies, so that the end of the run's process is an end of file."""
        while self.write_ends:
            os.close(self.write_ends.pop())

    def close(self) -> None:
        """Close everything."""
        self.close_write_ends()
        while self.read_ends:
            os.close(self.read_ends.pop())


class _Printed:
    """Turns what a run prints on stdout or stderr into log reports, a line each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines = LineBuffer()

    def feed(self, data: bytes) -> Iterator[Report]:
        for line in self._lines.feed(data):
            yield self._report(line)

    def rest(self) -> Iterator[Report]:
        line = self._lines.rest()
        if line:
            yield self._report(line)

    def _report(self, line: bytes) -> Report:
        text = line.decode("utf-8", "replace").rstrip("\r")
        return Report(
            "log",
            {
                "time": time.time(),
                "level": "INFO",
                "plugin": self._name,
                "task": "",
                "message": text,
            },
        )


class _Reported:
    """Reads reports; a line that is none (a forked plugin wrote into it) is kept as log."""

    def __init__(self) -> None:
        self._lines = LineBuffer()
        self._garbled = _Printed("stdout")

    def feed(self, data: bytes) -> Iterator[Report]:
        for line in self._lines.feed(data):
            try:
                message = json.loads(line)
                yield Report(message["method"], message["params"])
            except (ValueError, KeyError, TypeError):
                yield from self._garbled.feed(line + b"\n")

    def rest(self) -> Iterator[Report]:
        line = self._lines.rest()
        if line:
            yield from self._garbled.feed(line + b"\n")


class _Progress:
    """Reads where the run stands: of many reports the last one, and not too often."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lines = LineBuffer()
        self._due = 0.0
        self._heard = False

    def listen(self, selector: selectors.BaseSelector) -> float | None:
        """Let `selector` hear of it when it is time; return the seconds until then, None for now."""
        wait = self._due - time.monotonic()
        if self._heard and wait > 0:
            selector.unregister(self._fd)
        elif not self._heard and wait <= 0:
            selector.register(self._fd, selectors.EVENT_READ)
        self._heard = wait <= 0
        return None if self._heard else min(wait, PROGRESS_PERIOD)

    def feed(self, data: bytes) -> Iterator[Report]:
        # At its end there is nothing to wait for.
        self._due = time.monotonic() + PROGRESS_PERIOD if data else math.inf
        lines = list(self._lines.feed(data))
        if lines:
            message = json.loads(lines[-1])
            yield Report(message["method"], message["params"])

    def rest(self) -> Iterator[Report]:
        """Return nothing: half a report is of no use."""
        return iter(())


class Run:
    """A running execution. Iterate over it for batches of reports; then see `ending`.

    A batch is what has come since the last one: a single line when the run is quiet, hundreds
    when it is not. A reader that is slow makes the run wait and loses nothing. Progress comes now and then, and the last of
    it always; what else follows a batch closely waits for BREATH, or the end, unless `is_followed` says that somebody waits
    for it. With the last batch `read_out` is true, and `ending` known.
    """

    def __init__(self, pipes: Pipes, send_abort: Callable[[float], None]) -> None:
        self._pipes = pipes
        self._send_abort = send_abort
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        self._lock = threading.Lock()
        self._closed = False
        self.pid: int | None = None
        self.is_followed: Callable[[], bool] = lambda: False
        self.ending: Ending | None = None
        self.read_out = False
        # Whether it has said nothing at all.
        self.silent = True

    def abort(self, grace: float) -> None:
        """Ask the run to abort and have it killed after `grace` seconds. Any thread may call."""
        if self.ending is None:
            self._send_abort(grace)

    @property
    def is_untouched(self) -> bool:
        """Whether no process has it and none said anything: what FlexGet runs says so first. For a run whose host is gone."""
        poll = select.poll()
        poll.register(self._pipes.read_ends[0], select.POLLIN)
        return [event for _, event in poll.poll(0)] == [select.POLLHUP]

    def began(self, answer: "Future[Any]") -> None:
        """Take an answer of the host's that came late: the process that runs it, or why there is none."""
        error = answer.exception()
        if error is None:
            self.pid = answer.result()["pid"]
        else:
            self.end(Ending(None, lost=str(error)))

    @property
    def never_began(self) -> bool:
        """Whether its process was killed before it took the run: whoever begins says so first."""
        killed = (
            self.ending is not None and self.ending.status is not None and self.ending.status < 0
        )
        return killed and self.silent

    def end(self, ending: Ending) -> None:
        """Note that the process of the run is gone. Called by the engine's reader thread."""
        with self._lock:
            if self._closed:
                return
            self.ending = ending
            if ending.lost and self.pid:
                # Nobody else is left to do it.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)
            os.write(self._wake_write, b".")

    def __iter__(self) -> Iterator[list[Report]]:
        reports, progress, stdout, stderr = self._pipes.read_ends
        where = _Progress(progress)
        sources: dict[int, _Reported | _Progress | _Printed] = {
            reports: _Reported(),
            progress: where,
            stdout: _Printed("stdout"),
            stderr: _Printed("stderr"),
        }
        last: list[Report] = []
        try:
            with selectors.DefaultSelector() as selector:
                for fd in (self._wake_read, reports, stdout, stderr):
                    selector.register(fd, selectors.EVENT_READ)
                while self.ending is None:
                    batch: list[Report] = []
                    size = 0
                    # Progress first: the last report says that all is over.
                    ready = selector.select(where.listen(selector))
                    for key, _ in sorted(ready, key=lambda each: each[0].fd != progress):
                        if key.fd == self._wake_read:
                            continue
                        data = _read_now(key.fd)
                        size += len(data)
                        batch.extend(sources[key.fd].feed(data))
                        if not data and key.fd != progress:
                            selector.unregister(key.fd)
                    if self._is_last(batch):
                        last = batch
                    elif batch:
                        self.silent = False
                        yield batch
                        if size < MANY and not self.is_followed():
                            self._ends_within(BREATH)
            # What the process wrote is in the pipes by now.
            last[:0] = where.feed(_read_now(progress))
            for fd in (reports, stdout, stderr):
                last.extend(sources[fd].feed(_read_now(fd)))
                last.extend(sources[fd].rest())
            self.read_out = True
            if last:
                self.silent = False
                yield last
        finally:
            self.close()

    def _is_last(self, batch: list[Report]) -> bool:
        """Whether a batch has the last report, and the end, which follows it, is there."""
        finished = any(report.kind == "finished" for report in batch)
        return finished and self._ends_within(END_PATIENCE)

    def _ends_within(self, seconds: float) -> bool:
        """Wait for the end for so long; return whether it is there."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        poll.poll(seconds * 1000)
        return self.ending is not None

    def close(self) -> None:
        """Let go of it, whatever it still says."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._pipes.close()
            os.close(self._wake_read)
            os.close(self._wake_write)


def _read_now(fd: int) -> bytes:
    """Return what is in a pipe, which holds less than that; nothing where it is empty, or at its end."""
    try:
        return os.read(fd, READ_SIZE)
    except BlockingIOError:
        return b""
