"""Calls that take long, or wait for somebody far away: a process that is forked for one call answers it, while the host
goes on answering others.

    @errand
    def vacuum(manager, params): …

Such a method may wait, take FlexGet's lock (`alone`) and say something before it has its answer (`tell`). It ends with the host.
"""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flexapi.engine import protocol, texts

from .answering import answer
from .forked import heard, last_act
from .manager import WarmManager

# Seconds that an errand waits for FlexGet's lock, and between two tries.
LOCK_PATIENCE = 5.0
LOCK_POLL = 0.1
# linux/prctl.h: the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1

Method = Callable[[WarmManager, dict[str, Any]], Any]


def errand(method: Method) -> Method:
    """Have a method of the host answered by a process of its own."""
    _errands.add(method)
    return method


_errands: set[Method] = set()


def is_errand(method: Method | None) -> bool:
    """Whether a method is marked as one."""
    return method in _errands


def tell(**params: Any) -> None:
    """Tell who made the call something, before it is answered. For errands only."""
    if _current is None:
        raise RuntimeError("Only an errand has somebody to tell.")
    _current(params)


# What `tell` does in a process that is on an errand.
_current: Callable[[dict[str, Any]], None] | None = None


@contextmanager
def alone(manager: WarmManager) -> Iterator[None]:
    """Hold FlexGet's lock, and keep all runs on this machine away. Raises RpcError where it isn't free soon."""
    manager.open_locks()
    deadline = time.monotonic() + LOCK_PATIENCE
    while not manager.take_lock(alone=True):
        if time.monotonic() > deadline:
            raise protocol.RpcError(
                protocol.DATABASE_LOCKED,
                texts.WAITS.format(problem=manager.blocking),
            )
        time.sleep(LOCK_POLL)
    try:
        yield
    finally:
        manager.close_connections()
        manager.drop_lock()


class Errand:
    """A process that answers one call, as the host sees it."""

    def __init__(self, call: Any, pid: int, channel: socket.socket) -> None:
        self.call = call
        self.pid = pid
        self.channel = channel
        self.answered = False
        self._lines = protocol.LineBuffer()

    def heard(self) -> Iterator[protocol.Message]:
        """Read what it has said, for the client. Raises EOFError where it has ended."""
        for message in heard(self.channel, self._lines):
            self.answered |= "id" in message
            yield message

    def end(self) -> None:
        """Let it end now."""
        os.kill(self.pid, signal.SIGTERM)


class Errands:
    """All errands of a host. `leave` is called in each new process, to let go of what is the host's."""

    def __init__(self, manager: WarmManager, leave: Callable[[], object]) -> None:
        self._manager = manager
        self._leave = leave
        self._by_pid: dict[int, Errand] = {}

    def __bool__(self) -> bool:
        return bool(self._by_pid)

    def __iter__(self) -> Iterator[Errand]:
        return iter(list(self._by_pid.values()))

    def send_out(self, message: protocol.Message, method: Method) -> Errand:
        """Fork a process that answers a call."""
        self._manager.close_database()
        ours, theirs = socket.socketpair()
        host = os.getpid()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._run(message, method, theirs, host)
        theirs.close()
        one = self._by_pid[pid] = Errand(message["id"], pid, ours)
        return one

    def _run(
        self, message: protocol.Message, method: Method, channel: socket.socket, host: int
    ) -> None:
        """Answer the call in this forked process and end it; never returns."""
        global _current
        with last_act():
            self._leave()
            for other in self:
                other.channel.close()
            _end_with(host)

            def say(params: dict[str, Any]) -> None:
                told = protocol.notification("told", {"call": message["id"], "said": params})
                channel.sendall(protocol.encode(told))

            _current = say
            said = answer(message["id"], lambda: method(self._manager, message["params"]))
            channel.sendall(protocol.encode(said))

    def reap(self) -> Iterator[Errand]:
        """Yield those whose process has ended."""
        for one in self:
            ended, _ = os.waitpid(one.pid, os.WNOHANG)
            if ended:
                del self._by_pid[one.pid]
                yield one


def _end_with(host: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != host:
            raise ConnectionError("the host has just ended")
