"""Companions: what FlexGet's daemon does beside its tasks, each in a process of its own that is forked from the host.

An app's module of methods (see `methods.add`) may have one, as `COMPANION`. It works as long as the server says so, and
ends with the host: it hears on its socket when that is gone. On this socket, one message a line:

`orders`  from the host: what the server wants of it, and `until`, the `time.monotonic` at which it ends where it has heard
          nothing newer (null: never). A server that can't reach its database, and so may have been replaced, falls silent
others    to the host, which hands them to the server with the companion's name and pid
"""

import contextlib
import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flexapi.engine import protocol

from .forked import heard, last_act
from .manager import WarmManager

# Seconds that one has to end in order.
END_GRACE = 3.0
# Seconds between two looks at whether its time is up.
POLL = 1.0


class Wire:
    """The companion's end of the socket to the host. `say` may be called from any thread."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lines = protocol.LineBuffer()
        self._lock = threading.Lock()
        self._until: float | None = None

    def say(self, what: str, **params: Any) -> None:
        """Tell the server something."""
        line = protocol.encode(protocol.notification(what, params))
        # Where the host is gone, `orders` ends.
        with self._lock, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._channel.sendall(line)

    def orders(self) -> Iterator[dict[str, Any] | None]:
        """Yield what the server wants as it says so, None once a second; ends where the companion is to end."""
        while self._until is None or time.monotonic() < self._until:
            ready, _, _ = select.select([self._channel], [], [], POLL)
            if not ready:
                yield None
                continue
            try:
                data = self._channel.recv(1 << 16)
            except ConnectionResetError:
                return
            if not data:
                return
            for line in self._lines.feed(data):
                orders: dict[str, Any] = json.loads(line)["params"]
                self._until = orders.pop("until")
                yield orders


@dataclass(frozen=True)
class Kind:
    """What a companion does.

    `mark(manager)` tells what of the config it is made from, as text: where that changes, it is made again; "" where none is
    needed. Raises RpcError where there can't be one. `live(manager, wire)` is its life, in the process of its own.
    """

    mark: Callable[[WarmManager], str]
    live: Callable[[WarmManager, Wire], object]


class Companion:
    """One process, as the host sees it."""

    def __init__(self, name: str, mark: str, pid: int, channel: socket.socket) -> None:
        self.name = name
        self.mark = mark
        self.pid = pid
        self.channel = channel
        self.kill_at: float | None = None
        self._lines = protocol.LineBuffer()

    def order(self, orders: dict[str, Any]) -> None:
        """Hand it what the server wants."""
        with contextlib.suppress(OSError):  # It has ended, which `Companions.reap` sees.
            self.channel.sendall(protocol.encode(protocol.notification("orders", orders)))

    def heard(self) -> Iterator[protocol.Message]:
        """Read what it has said. Raises EOFError where it has hung up."""
        yield from heard(self.channel, self._lines)

    def end(self) -> None:
        """Let it end in order, and have it killed where it doesn't."""
        if self.kill_at is None:
            self.kill_at = time.monotonic() + END_GRACE
            with contextlib.suppress(OSError):
                self.channel.shutdown(socket.SHUT_WR)


class Companions:
    """All companions of a host, at most one of each kind. `leave` is called in a new one, to let go of what is the host's."""

    def __init__(self, manager: WarmManager, leave: Callable[[], object]) -> None:
        self._manager = manager
        self._leave = leave
        self._by_name: dict[str, Companion] = {}
        self._retired = False
        # The file as the config was loaded from it last, or could not be.
        self._seen: str | None = None

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[Companion]:
        return iter(list(self._by_name.values()))

    def keep(
        self, name: str, kind: Kind, orders: dict[str, Any], load: Callable[[], object]
    ) -> tuple[Companion | None, bool]:
        """See to it that there is the one that the config wants, and hand it its orders; return it, and whether it is new.

        None while one ends that was made from another config, or where none is needed. `load` loads the config where it
        changed. Raises RpcError where there can't be one.
        """
        present = self._by_name.get(name)
        file = self._manager.hash_config()
        if file != self._seen:
            self._seen = file
            load()
        try:
            if file != self._manager.config_file_hash:
                reason = "FlexGet can't use the config as it is."
                raise protocol.RpcError(protocol.CONFIG_INVALID, reason)
            mark = kind.mark(self._manager)
        except protocol.RpcError:
            if present is None:
                raise
            # One that works goes on as it is until the config can be used again.
            mark = present.mark
        if present is not None:
            if present.mark != mark:
                present.end()
            if present.kill_at is not None:
                return None, False
            present.order(orders)
            return present, False
        if not mark or self._retired:
            return None, False
        new = self._by_name[name] = self._fork(name, mark, kind)
        new.order(orders)
        return new, True

    def end(self, name: str) -> None:
        """Let one end, where there is one."""
        if name in self._by_name:
            self._by_name[name].end()

    def retire(self) -> None:
        """Let all end, and have no more: another host takes over, or the server is gone."""
        self._retired = True
        for one in self:
            one.end()

    def reap(self) -> Iterator[tuple[Companion, int]]:
        """Kill those that take too long to end; yield those that have ended, with their exit status."""
        for one in self:
            if one.kill_at is not None and one.kill_at <= time.monotonic():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(one.pid, signal.SIGKILL)
            ended, status = os.waitpid(one.pid, os.WNOHANG)
            if ended:
                del self._by_name[one.name]
                yield one, os.waitstatus_to_exitcode(status)

    def close_channels(self) -> None:
        """Let go of them, in another process that was forked: else nobody would see it when the host is gone."""
        for one in self:
            one.channel.close()

    def _fork(self, name: str, mark: str, kind: Kind) -> Companion:
        self._manager.close_database()
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._become_companion(theirs, kind)
        theirs.close()
        # Both sides set the group, so that neither can act before it is set.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        return Companion(name, mark, pid, ours)

    def _become_companion(self, channel: socket.socket, kind: Kind) -> None:
        """Live as a companion in this forked process and end it; never returns."""
        with last_act():
            os.setpgid(0, 0)
            self._leave()
            kind.live(self._manager, Wire(channel))
