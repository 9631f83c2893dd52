"""The life of a child: it stands ready, runs one execution after the other as the host hands them over, and retires.

A child serves again only after a run that ended well and left nothing behind (see `leftovers`). On the socket to the
host, one message a line:

`run`      from the host: the parameters of `execute`, and its descriptors sent along
`done`     to the host: the run is over, and the child stands ready again
`retires`  `{"reason"}`, to the host: the run is over, and the child ends
"""

import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from flexapi.engine import protocol

from . import child
from .leftovers import Leftovers, adopt_orphans
from .manager import WarmManager
from .reporting import Reporter
from .task_session import open_when_used

# Runs of one child, lest what plugins keep in memory grows for ever.
MOST_RUNS = 50
# Options that are FlexGet's for one task; others change something in the process that lasts.
USUAL_OPTIONS = frozenset(
    ("cron", "disable_phases", "discover_now", "inject", "learn", "no_cache", "now", "retry")
)
MAX_FDS = 4
# Seconds after a run for which connections to the database stay open.
REST = 10.0


def is_usual(params: dict[str, Any]) -> bool:
    """Whether an execution may share its process with others: a trial, whose config is not the file's, never does."""
    return not params.get("trial") and USUAL_OPTIONS.issuperset(params["options"])


class Life:
    """A forked process from its start to its end. `reuse` is whether it may run more than one execution."""

    def __init__(self, manager: WarmManager, channel: socket.socket, reuse: bool) -> None:
        self._manager = manager
        self._channel = channel
        self._reuse = reuse
        self._lines = protocol.LineBuffer()
        self._runs = 0
        self._generation = manager.generation

    def live(self) -> None:
        """Serve until the host hangs up or there is a reason to retire."""
        self._settle()
        leftovers = Leftovers()
        while (given := self._next()) is not None:
            params, descriptors = given
            reason = self._run(params, descriptors) or self._left(leftovers)
            if reason:
                self._manager.close_connections()
                self._tell("retires", reason=reason)
                return
            self._tell("done")

    def _left(self, leftovers: Leftovers) -> str:
        return leftovers.found(self._manager.database.descriptors())

    def _settle(self) -> None:
        for number in child.ABORT_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, child.ABORT_SIGNALS)
        adopt_orphans()
        os.chdir(Path(self._manager.config_base))
        # New streams: the old ones are buffered for what descriptors 1 and 2 were in the host.
        sys.stdout = os.fdopen(1, "w", buffering=1, errors="replace", closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
        child.name_deciding_plugins()
        open_when_used()
        self._manager.open_locks()

    def _next(self) -> tuple[dict[str, Any], list[int]] | None:
        """Wait for the next run; None where the host has hung up. After a while the database's connections are closed."""
        descriptors: list[int] = []
        spoken_to = select.poll()
        spoken_to.register(self._channel, select.POLLIN)
        if not spoken_to.poll(REST * 1000):
            self._manager.close_connections()
        while True:
            try:
                data, new, _, _ = socket.recv_fds(self._channel, 1 << 16, MAX_FDS)
            except ConnectionResetError:
                return None
            if not data:
                return None
            for descriptor in new:
                os.set_inheritable(descriptor, False)
            descriptors += new
            for line in self._lines.feed(data):
                return json.loads(line)["params"], descriptors

    def _run(self, params: dict[str, Any], descriptors: list[int]) -> str:
        """Run an execution; return why there can't be another one here, "" where there can."""
        reports, progress, stdout, stderr = descriptors
        # Where the run fails, its traceback goes to its own stderr: nothing is put back.
        idle = os.dup(2)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        run = child.current = child.ChildRun(self._manager, params, Reporter(reports, progress))
        run.run()
        child.current = None
        sys.stdout.flush()
        sys.stderr.flush()
        for standard in (1, 2):
            os.dup2(idle, standard)
        for descriptor in (idle, *descriptors):
            os.close(descriptor)
        self._runs += 1
        return self._reason_to_retire(run, is_usual(params))

    def _reason_to_retire(self, run: "child.ChildRun", usual: bool) -> str:
        if not self._reuse:
            return "each run has a process of its own"
        if not run.ended_well:
            return "the run did not end well"
        if not usual:
            return "the run had unusual options"
        if self._manager.generation != self._generation:
            return "the config changed"
        if self._runs >= MOST_RUNS:
            return f"it ran {MOST_RUNS} times"
        return ""

    def _tell(self, method: str, **params: Any) -> None:
        try:
            self._channel.sendall(protocol.encode(protocol.notification(method, params)))
        except (BrokenPipeError, ConnectionResetError):
            # The host is gone, which `_next` sees as well.
            return
