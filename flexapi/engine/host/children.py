"""The children of the host, as it sees them: forked, handed runs, aborted and buried."""

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from flexapi import allocation
from flexapi.engine import protocol

from .forked import last_act
from .life import Life, is_usual
from .manager import WarmManager

Params = dict[str, Any]

# Pages that the host has got to itself since a fork before a new one is worth it: 8 MiB.
MOST_FAULTS = 2000


class Child:
    """A forked process. `execution` is what it runs, None while it stands ready."""

    def __init__(self, pid: int, channel: socket.socket, generation: int) -> None:
        self.pid = pid
        self.channel = channel
        self.generation = generation
        self.execution: int | None = None
        # Whether it has run nothing yet.
        self.fresh = True
        # It gets nothing more to do.
        self.retired = False
        self.kill_at: float | None = None
        self._lines = protocol.LineBuffer()

    @property
    def is_ready(self) -> bool:
        """Whether it stands ready for a run."""
        return self.execution is None and not self.retired

    def run(self, params: Params, descriptors: list[int]) -> None:
        """Hand it an execution. Raises OSError where the process is gone."""
        data = protocol.encode(protocol.notification("run", params))
        sent = socket.send_fds(self.channel, [data], descriptors)
        self.channel.sendall(data[sent:])
        self.execution, self.fresh = params["execution"], False

    def heard(self) -> Iterator[protocol.Message]:
        """Read what it has said; nothing where it has ended, which `Children.reap` sees."""
        try:
            data = self.channel.recv(1 << 12)
        except ConnectionResetError:
            data = b""
        if not data:
            self.retired = True
        for line in self._lines.feed(data):
            yield json.loads(line)

    def retire(self) -> None:
        """Let it end, now or with its run."""
        self.retired = True
        with contextlib.suppress(OSError):
            self.channel.shutdown(socket.SHUT_WR)

    def abort(self, grace: float) -> None:
        """Ask the execution to abort; `kill` it where it is still there after `grace` seconds.

        Asking again never gives it more time.
        """
        kill_at = time.monotonic() + grace
        self.kill_at = kill_at if self.kill_at is None else min(kill_at, self.kill_at)
        # Should the run have ended just now, the signal must not meet another one.
        self.retire()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Kill the execution and everything that it started and that stayed in its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Children:
    """All children of a host. `leave` is called in each new one, to let go of what is the host's."""

    def __init__(self, manager: WarmManager, slots: int, leave: Callable[[], object]) -> None:
        """At most `slots` stand ready; with 0 none does, and each run has a process of its own."""
        self._manager = manager
        self._slots = slots
        self._leave = leave
        self._by_pid: dict[int, Child] = {}
        # The host's page faults before the latest fork.
        self._faults = 0

    def __bool__(self) -> bool:
        return bool(self._by_pid)

    def __iter__(self) -> Iterator[Child]:
        return iter(list(self._by_pid.values()))

    def running(self, execution: int) -> Child | None:
        """Return the one that runs an execution."""
        return next((one for one in self if one.execution == execution), None)

    def execute(self, params: Params, descriptors: list[int]) -> Child:
        """Let a child run an execution: one that stands ready, or a new one."""
        for one in self._fitting(params):
            try:
                one.run(params, descriptors)
            except OSError:
                # It was killed while it stood there.
                one.retire()
            else:
                return one
        one = self.fork()
        one.run(params, descriptors)
        return one

    def _fitting(self, params: Params) -> list[Child]:
        """Return those that may run this execution, one that is warm from an earlier run first."""
        for one in self:
            if one.is_ready and one.generation != self._manager.generation:
                one.retire()
        usual = is_usual(params)
        ready = [one for one in self if one.is_ready and (one.fresh or usual)]
        return sorted(ready, key=lambda one: one.fresh == usual)

    def have_one_ready(self) -> Child | None:
        """Fork one where none stands ready and there is a slot for it; return it."""
        running = sum(one.execution is not None for one in self)
        if running < self._slots and not any(one.is_ready for one in self):
            return self.fork()
        return None

    def renew(self) -> bool:
        """Let go of those that stand ready, where a new one would share more of its memory with the host; return whether one did.

        Whatever either side uses it has to itself from then on: counting references is writing.
        """
        ready = [one for one in self if one.is_ready]
        used = not all(one.fresh for one in ready) or _faults() - self._faults > MOST_FAULTS
        if not ready or not used or any(one.execution is not None for one in self):
            return False
        for one in ready:
            one.retire()
        # What was made since would be looked through, and so written to, in each child.
        gc.collect()
        gc.freeze()
        allocation.give_back()
        return True

    def fork(self) -> Child:
        """Make a child; it stands ready."""
        self._manager.close_database()
        self._faults = _faults()
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            self._become_child(theirs, ours)
        theirs.close()
        # Both sides set the group, so that neither can act before it is set.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        child = self._by_pid[pid] = Child(pid, ours, self._manager.generation)
        return child

    def _become_child(self, channel: socket.socket, host_s: socket.socket) -> None:
        """Live as a child in this forked process and end it; never returns."""
        with last_act():
            os.setpgid(0, 0)
            self._leave()
            for one in (host_s, *(other.channel for other in self)):
                # Else they would not see it when the host is gone.
                one.close()
            Life(self._manager, channel, reuse=self._slots > 0).live()

    def stood_down(self, child: Child) -> None:
        """Note that a child's run is over and that it stands ready; one too many retires."""
        child.execution = None
        if sum(one.is_ready for one in self) > self._slots:
            child.retire()

    def reap(self) -> Iterator[tuple[Child, int]]:
        """Yield those that have ended, with their exit status."""
        for child in self:
            ended, status = os.waitpid(child.pid, os.WNOHANG)
            if ended:
                del self._by_pid[child.pid]
                yield child, os.waitstatus_to_exitcode(status)


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
