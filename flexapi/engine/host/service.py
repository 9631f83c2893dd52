"""The host's service: answers the client's calls, forks executions and looks after them.

What it answers and says is described in `host`.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import time
from collections import deque
from typing import Any

from loguru import logger
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from flexapi.engine import protocol
from flexapi.engine.host.database.unusable import DatabaseUnusable

from . import methods, transactions
from .answering import answer
from .children import Child, Children
from .companions import Companion, Companions
from .errands import Errand, Errands, is_errand
from .life import MAX_FDS
from .loading import Loading
from .manager import ConfigInvalid, WarmManager

# Seconds for a run to end by itself once the server is gone.
ORPHAN_GRACE = 3.0
# Seconds without a call after which FlexGet's database is closed.
KEPT_OPEN = 1.0
# Seconds without a run after which a new process stands ready for the next one, in place of one that has memory of its own. The
# next run takes 40 ms longer there, so not in the pauses of somebody who is at work.
QUIET = 300.0


class Host:
    """Serves one client until that hangs up."""

    def __init__(self, channel: socket.socket, manager: WarmManager, slots: int = 0) -> None:
        """`slots` is how many children may stand ready for another run; with 0, none runs a second one."""
        self.channel = channel
        self.manager = manager
        self.children = Children(manager, slots, self._leave)
        self.errands = Errands(manager, self._leave_children)
        self.loading = Loading(manager, self.notify)
        self.companions = Companions(manager, self._leave_children)
        self._lines = protocol.LineBuffer()
        self._fds: deque[int] = deque()
        # One that dies while it stands ready is not replaced before the next run: it might do so for ever.
        self._one_is_missing = True
        self._renew_at = time.monotonic() + QUIET
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Answer calls and look after children until the client hangs up and they are gone."""
        wakeup_read, wakeup_write = os.pipe()
        for fd in (wakeup_read, wakeup_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self.channel, selectors.EVENT_READ)
        self._selector.register(wakeup_read, selectors.EVENT_READ)
        connected = True
        while connected or self.children or self.errands or self.companions:
            if connected:
                self._have_one_ready()
            ready = self._selector.select(self._seconds_to_next_look())
            if not ready:
                # A file that is open keeps its disk from being unmounted.
                transactions.close(self.manager)
            for key, _ in ready:
                if key.fd == wakeup_read:
                    os.read(wakeup_read, 4096)
                elif isinstance(key.data, Errand):
                    self._hear_errand(key.data)
                elif isinstance(key.data, Companion):
                    self._hear_companion(key.data)
                elif key.data is not None:
                    self._hear(key.data)
                elif not self._read_channel():
                    connected = False
                    self._selector.unregister(self.channel)
                    self._abort_orphans()
            self._reap()
            self._kill_overdue()
            if time.monotonic() >= self._renew_at:
                self._renew_at = time.monotonic() + QUIET
                self._one_is_missing |= self.children.renew()

    def notify(self, method: str, **params: Any) -> None:
        """Tell the client something that it did not ask for."""
        self._send(protocol.notification(method, params))

    def _send(self, message: protocol.Message) -> None:
        # A client that is gone shows itself as the end of file on the next read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.channel.sendall(protocol.encode(message))

    def _read_channel(self) -> bool:
        """Read and answer what has come; False when the client has hung up."""
        try:
            data, fds, _, _ = socket.recv_fds(self.channel, 1 << 16, MAX_FDS)
        except ConnectionResetError:
            return False
        for fd in fds:
            os.set_inheritable(fd, False)
        self._fds.extend(fds)
        for line in self._lines.feed(data):
            self._answer(json.loads(line))
        return bool(data)

    def _answer(self, message: protocol.Message) -> None:
        method, params = message["method"], message["params"]
        if self.loading.is_awaited(message):
            return
        errand = self.loading.method_for(method, params)
        if errand is None and is_errand(methods.METHODS.get(method)):
            errand = methods.METHODS[method]
        if errand is not None:
            one = self.errands.send_out(message, errand)
            self.loading.sent(one, errand)
            self._selector.register(one.channel, selectors.EVENT_READ, one)
        else:
            self._send(answer(message["id"], lambda: self._dispatch(method, params)))

    def _hear_errand(self, one: Errand) -> None:
        """Pass on what an errand says; where it ended without an answer, say that."""
        try:
            for message in one.heard():
                if not self.loading.took(one, message):
                    self._send(message)
        except EOFError:
            self._selector.unregister(one.channel)
            one.channel.close()
            if not one.answered:
                failure = protocol.RpcError(
                    protocol.INTERNAL_ERROR, "FlexGet's process that was to do it has died."
                )
                self._send(protocol.error(one.call, failure))
            for message in self.loading.ended(one):
                self._answer(message)

    def _dispatch(self, method: str, params: protocol.Message) -> Any:
        if method == "execute":
            return self._execute(params)
        if method == "abort":
            return self._abort(params)
        if method == "companion":
            return self._companion(params)
        if method == "end_companion":
            return self.companions.end(params["name"])
        if method == "retire":
            return self.companions.retire()
        return methods.call(self.manager, method, params)

    def _execute(self, params: protocol.Message) -> dict[str, int]:
        fds = [self._fds.popleft() for _ in range(MAX_FDS)]
        try:
            if self.children.running(params["execution"]) is not None:
                raise protocol.RpcError(
                    protocol.CONFLICT, f"Execution {params['execution']} runs already."
                )
            warm(self.manager)
            child = self.children.execute(params, fds)
        finally:
            for fd in fds:
                os.close(fd)
        self._listen_to(child)
        return {"pid": child.pid}

    def _companion(self, params: protocol.Message) -> dict[str, Any]:
        name = params["name"]
        kind = methods.companion(name)
        one, new = self.companions.keep(
            name, kind, params["orders"], load=lambda: warm(self.manager)
        )
        if one is not None and new:
            self._selector.register(one.channel, selectors.EVENT_READ, one)
        return {"pid": None if one is None else one.pid, "new": new}

    def _hear_companion(self, one: Companion) -> None:
        try:
            for message in one.heard():
                said = {"what": message["method"], **message["params"]}
                self.notify("companion", name=one.name, pid=one.pid, **said)
        except EOFError:
            # Its end is news of its own.
            self._selector.unregister(one.channel)

    def _have_one_ready(self) -> None:
        if self._one_is_missing:
            self._one_is_missing = False
            child = self.children.have_one_ready()
            if child is not None:
                self._listen_to(child)

    def _listen_to(self, child: Child) -> None:
        with contextlib.suppress(KeyError):  # It is known from its last run.
            self._selector.register(child.channel, selectors.EVENT_READ, child)

    def _leave(self) -> None:
        """Let go, in a child, of what is the host's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        self.channel.close()
        self.companions.close_channels()

    def _leave_children(self) -> None:
        self._leave()
        for child in self.children:
            # Else they would not see it when the host is gone.
            child.channel.close()

    def _hear(self, child: Child) -> None:
        """Take what a child says: that it is ready for another run, or why it retires."""
        for message in child.heard():
            if message["method"] == "done":
                execution = child.execution
                self.children.stood_down(child)
                self._renew_at = time.monotonic() + QUIET
                self.notify("exited", execution=execution, status=0)
            else:
                child.retired = True
                reason = message["params"]["reason"]
                said = f"Process {child.pid} is not used again: {reason}."
                self.notify("log", level="DEBUG", message=said)
        if child.retired:
            # Its end is news of its own.
            self._selector.unregister(child.channel)

    def _abort(self, params: protocol.Message) -> None:
        child = self.children.running(params["execution"])
        if child is None:
            raise protocol.RpcError(
                protocol.NOT_RUNNING, f"Execution {params['execution']} is not running."
            )
        child.abort(params["grace"])

    def _abort_orphans(self) -> None:
        self.companions.retire()
        for child in self.children:
            if child.execution is None:
                child.retire()
            else:
                child.abort(ORPHAN_GRACE)
        for one in self.errands:
            one.end()

    def _seconds_to_next_look(self) -> float:
        processes = [*self.children, *self.companions]
        deadlines = [self._renew_at]
        deadlines += [process.kill_at for process in processes if process.kill_at]
        if transactions.is_open():
            deadlines.append(time.monotonic() + KEPT_OPEN)
        return max(0.0, min(deadlines) - time.monotonic())

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.kill_at and child.kill_at <= now:
                child.kill_at = None
                child.kill()

    def _reap(self) -> None:
        for one in self.errands.reap():
            self.manager.tidy_lock(one.pid)
        for companion, status in self.companions.reap():
            with contextlib.suppress(KeyError):
                self._selector.unregister(companion.channel)
            companion.channel.close()
            about = {"name": companion.name, "pid": companion.pid, "status": status}
            asked = companion.kill_at is not None
            self.notify("companion", what="ended", asked=asked, **about)
        for child, status in self.children.reap():
            with contextlib.suppress(KeyError):
                self._selector.unregister(child.channel)
            child.channel.close()
            self.manager.tidy_lock(child.pid)
            if child.kill_at is not None:
                # Aborted in time, but what it started (the commands of `exec`) may live on.
                child.kill()
            if child.execution is not None:
                self._one_is_missing = True
                self.notify("exited", execution=child.execution, status=status)


def warm(manager: WarmManager) -> None:
    """Do ahead of the fork what every execution needs, as far as it can be done now.

    What fails here fails again in the child, which reports it with its execution.
    """
    with contextlib.suppress(SQLAlchemyError):
        # Else every child works out how tables are related: a third of a short execution.
        configure_mappers()
    if not manager.initialized:
        with contextlib.suppress(OSError, DatabaseUnusable, SQLAlchemyError):
            _start(manager)
    # Behind it: a config may have its variables in the database.
    with contextlib.suppress(ConfigInvalid, OSError, SQLAlchemyError):
        manager.refresh_config()


def _start(manager: WarmManager) -> None:
    if manager.take_lock(alone=True):
        try:
            # On other machines there are other lock files, and one database.
            with manager.database.lock("state"):
                manager.prepare_database()
                # Plugins look at the config when they get ready.
                with contextlib.suppress(ConfigInvalid):
                    manager.refresh_config()
                manager.start_plugins()
        finally:
            manager.database.close()
            manager.drop_lock()


def pass_log_on(host: Host) -> None:
    """Send warnings of the host itself to the server's log."""

    def sink(message: Any) -> None:
        if os.getpid() == host_pid:
            record = message.record
            host.notify("log", level=record["level"].name, message=str(message).rstrip("\n"))

    host_pid = os.getpid()
    logger.add(sink, level="WARNING", format="{name}: {message}", backtrace=False, diagnose=False)
