"""What an execution tells the server, written by the process that runs FlexGet.

Every report is one line of JSON-RPC (see `protocol`) on a pipe whose other end the server reads; `progress` has a pipe of
its own, which the server looks into now and then:

`log`       `{"time": s since 1970, "level", "plugin", "task", "message"}`
`progress`  `{"task", "phase", "plugin", "percent": 0 to 100}`
`waiting`   `{"pid", "holder"}`: another FlexGet process holds FlexGet's lock, or nobody knows who (pid null); or `{"task"}`: another run of this
            task goes on; or that of no task, "": the wait is over
`started`   `{"tasks": [name, …]}`: the lock is ours, these tasks run
`config`    `{"task", "config"}`: what the task does, templates, includes and variables applied; reported before it says anything
            that it may know from there, for what is a credential in it is hidden in its log
`entries`   `{"task", "entries": [{"title", "url", "original_url", "state", "reason", "plugin",
            "trace"}, …]}`: what became of them; a task reports its entries in several such lines
`kept_entries`  `{"task", "content", "count"}`: entries as they came in (see `kept_entries`), where that was asked for
`task`      `{"task", "accepted", "rejected", "failed", "undecided", "aborted": bool,
            "abort_reason", "silent": bool}`: one task has ended
`execute`   `{"tasks": [name, …], "options": {…}}`: a plugin asks for a run of these tasks (none: of all), as a request of its own
`finished`  `{"aborted": bool}`: the execution ran to its end; without it, the process died

What apps and plugins add to a run has kinds of its own, named as the app is.
"""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from flexapi.engine import protocol

ENTRIES_PER_REPORT = 200

# The names of tasks, phases and plugins are few.
_quoted = lru_cache(1000, typed=True)(json.dumps)


class Reporter:
    """Writes reports to the server. Safe to call from threads that plugins start."""

    def __init__(self, fd: int, progress_fd: int | None = None) -> None:
        """`progress_fd` is where progress is written to, where that is not `fd`."""
        self._fd = fd
        self._progress_fd = fd if progress_fd is None else progress_fd
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._closed = False
        # Reports that are to be written together; None while each is written at once.
        self._held: bytearray | None = None
        # The signal handler reads this: raising in the middle of a line would garble it.
        self.writing = False
        # The config of the task that was reported last.
        self._config: tuple[str, str] | None = None

    @property
    def is_owner(self) -> bool:
        """Whether this is the process that runs the execution, not one that a plugin forked."""
        return os.getpid() == self._pid

    def report(self, kind: str, **params: Any) -> None:
        """Write one report; blocks while the server has not read the earlier ones."""
        if kind != "log" and not self.is_owner:
            return
        line = protocol.encode(protocol.notification(kind, params))
        if self._held is not None and kind not in ("log", "progress"):
            self._held += line
        else:
            self._write(self._progress_fd if kind == "progress" else self._fd, line)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write the reports that are made meanwhile in one, so that the server stores them in one; logs don't wait."""
        self._held = bytearray()
        try:
            yield
        finally:
            held, self._held = bytes(self._held), None
            self._write(self._fd, held)

    def _write(self, fd: int, line: bytes) -> None:
        data = memoryview(line)
        with self._lock:
            self.writing = True
            try:
                while data and not self._closed:
                    data = data[os.write(fd, data) :]
            except BrokenPipeError:
                # The server is gone. FlexGet still gets to end its run in order.
                self._closed = True
            finally:
                self.writing = False

    def config(self, task: str, config: Any) -> None:
        """Report what a task does, unless that is what was reported last; what JSON lacks becomes text."""
        with contextlib.suppress(ValueError):  # It holds itself, so FlexGet can't run it.
            text = json.dumps(config, default=str, skipkeys=True)
            if self._config != (task, text):
                self._config = (task, text)
                self.report("config", task=task, config=json.loads(text))

    def log(self, message: Any) -> None:
        """Report one record of FlexGet's log; a loguru sink."""
        record = message.record
        self.report(
            "log",
            time=record["time"].timestamp(),
            level=record["level"].name,
            plugin=record["name"] or "",
            task=record["extra"].get("task", ""),
            # The formatted message carries the traceback where there is one.
            message=str(message).rstrip("\n"),
        )

    def progress(self, task: str, phase: str, plugin: str, percent: float) -> None:
        """Report where the execution stands.

        Each step is reported, quick as they follow each other: the one that were left out might be
        the plugin that now works for an hour. The server takes the last of many.
        """
        if self.is_owner:
            # As `protocol` makes it, at a fifth of the time: a task has fifty.
            params = f'"task":{_quoted(task)},"phase":{_quoted(phase)},"plugin":{_quoted(plugin)},"percent":{percent:g}'
            line = f'{{"jsonrpc":"2.0","method":"progress","params":{{{params}}}}}\n'
            self._write(self._progress_fd, line.encode("ascii"))

    def in_parts(
        self, kind: str, entries: list[dict[str, Any]], *, always: bool = False, **params: Any
    ) -> None:
        """Report on entries, several hundred in a report; with `always` also where there are none."""
        for start in range(0, len(entries), ENTRIES_PER_REPORT) or ([0] if always else []):
            self.report(kind, entries=entries[start : start + ENTRIES_PER_REPORT], **params)
