"""One run of the engine, seen from the server: a stream of reports, and an end."""

import json
import os
import selectors
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .protocol import LineBuffer

READ_SIZE = 1 << 18


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
    """The three pipes of a run: reports, stdout, stderr. The write ends go to the host."""

    read_ends: list[int] = field(default_factory=list)
    write_ends: list[int] = field(default_factory=list)

    @classmethod
    def open(cls) -> "Pipes":
        """Make the pipes; the read ends do not block."""
        pipes = cls()
        for _ in range(3):
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


class Run:
    """A running execution. Iterate over it for batches of reports; then see `ending`.

    A batch is what has come since the last one: a single line when the run is quiet, hundreds
    when it is not. A reader that is slow makes the run wait and loses nothing.
    """

    def __init__(self, pipes: Pipes, send_abort: Callable[[float], None]) -> None:
        self._pipes = pipes
        self._send_abort = send_abort
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        self._lock = threading.Lock()
        self._closed = False
        self.pid: int | None = None
        self.ending: Ending | None = None

    def abort(self, grace: float) -> None:
        """Ask the run to abort and have it killed after `grace` seconds. Any thread may call."""
        if self.ending is None:
            self._send_abort(grace)

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
        sources: dict[int, _Reported | _Printed] = dict(
            zip(
                self._pipes.read_ends,
                (_Reported(), _Printed("stdout"), _Printed("stderr")),
                strict=True,
            )
        )
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._wake_read, selectors.EVENT_READ)
                for fd in sources:
                    selector.register(fd, selectors.EVENT_READ)
                while True:
                    # Seen before reading: what the process wrote is in the pipes by then.
                    over = self.ending is not None
                    ready = [key.fd for key, _ in selector.select(0 if over else None)]
                    batch: list[Report] = []
                    for fd in ready:
                        if fd == self._wake_read:
                            os.read(fd, 64)
                            continue
                        data = os.read(fd, READ_SIZE)
                        if not data:
                            selector.unregister(fd)
                        batch.extend(sources[fd].feed(data))
                    if batch:
                        yield batch
                    if over and not ready:
                        break
            rest = [report for source in sources.values() for report in source.rest()]
            if rest:
                yield rest
        finally:
            self._close()

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            self._pipes.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
