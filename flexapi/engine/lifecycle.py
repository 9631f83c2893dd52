"""FlexGet's host from its start to its end: started, watched, started again, loaded again, unloaded."""

import contextlib
import json
import logging
import socket
import threading
import time
from dataclasses import dataclass, replace
from functools import partial

from flexapi.background import Loop
from flexapi.phrases import phrase

from . import protocol, texts
from .connection import Connection, EngineUnavailable
from .retired import STOP_TIMEOUT, RetiredHosts, end_host, retire

UNUSABLE = phrase("FlexGet's host can't be used: {reason}")
ENDED = phrase("FlexGet's host ended (exit status {status}).")
UNLOADED = phrase("FlexGet is unloaded, as nothing needs it.")
LOADING = phrase("FlexGet is still loading.")
NOT_RUNNING = phrase("FlexGet's host is not running.")

logger = logging.getLogger("flexapi.engine")

# Seconds before a host that died is started again; doubled each time it dies before it is ready.
FIRST_BACKOFF = 0.2
LAST_BACKOFF = 30.0
# Between two looks of a supervisor that is called as soon as there is something to do.
UNTIL_CALLED = 3600.0


@dataclass(frozen=True, slots=True)
class State:
    """Where the engine is: `stopped`, `starting`, `ready`, `unloaded` or `failed`, and what it runs."""

    name: str
    reason: str = ""
    flexget: str = ""
    python: str = ""
    pid: int | None = None


class Lifecycle:
    """Keeps a host running from `start` to `stop`: one that dies is started again. Safe to use from any thread.

    A subclass says how a host is started and takes what it says.
    """

    def __init__(self, on_demand: bool) -> None:
        """With `on_demand` the first call starts the host, where `start` has not."""
        self.restarts = 0
        self._on_demand = on_demand
        self._state = State("stopped")
        self._connection: Connection | None = None
        self._retired = RetiredHosts()
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._started = False
        self._supervisor = Loop("engine", self._live, period=FIRST_BACKOFF, database=False)
        self._backoff = FIRST_BACKOFF
        # When somebody asked FlexGet for something, or a run ended.
        self._used = time.monotonic()

    def _start_host(self) -> Connection:
        """Start a process of the host. Raises OSError."""
        raise NotImplementedError

    def _take(self, connection: Connection, message: protocol.Message) -> str:
        """Handle one message; return why the host can't work, where it says so."""
        raise NotImplementedError

    @property
    def state(self) -> State:
        """Where the engine is right now."""
        return self._state

    @property
    def is_ready(self) -> bool:
        """Whether FlexGet is loaded, so that a call is sent at once."""
        return self._state.name == "ready"

    def wait_until_ready(self, timeout: float) -> None:
        """Wait for FlexGet, and have it loaded where it is not. Raises EngineUnavailable where it isn't there within `timeout` seconds."""
        self._wait_until_ready(timeout)

    def start(self) -> None:
        """Start the host, unless it runs."""
        with self._changed:
            if self._started:
                return
            self._started = True
            self._stopping.clear()
            self._state = State("starting")
            self._backoff = FIRST_BACKOFF
            self._supervisor.start()

    def stop_loading(self) -> None:
        """Give a host up that still loads FlexGet, for whoever is about to `stop`: it listens to nobody and runs nothing.

        Those who wait for it are told at once. A host that is ready is left alone.
        """
        with self._changed:
            if self._state.name != "starting":
                return
            self._stopping.set()
            self._supervisor.end()
            connection = self._connection
            self._set_state(State("stopped", reason=texts.STOPPING))
        if connection is not None:
            connection.process.kill()

    def stop(self) -> None:
        """End the host and what it runs; returns when they are gone."""
        with self._changed:
            started, self._started = self._started, False
            self._stopping.set()
            connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                # The host sees the end of file, aborts what runs and ends.
                connection.channel.shutdown(socket.SHUT_WR)
        if not started:
            return
        self._retired.hang_up()
        if not self._supervisor.stop(STOP_TIMEOUT) and connection is not None:
            connection.process.kill()
            self._supervisor.stop()
        self._retired.end()
        self._set_state(State("stopped"))

    def reload(self) -> None:
        """Load FlexGet and its plugins again, in a new host; what runs goes on in the old one to its end.

        Returns at once. Raises EngineUnavailable where the old host can't be told.
        """
        self.load()
        with self._changed:
            connection, state = self._connection, self._state.name
            if state == "ready" and connection is not None:
                connection.retired = True
                self._set_state(State("starting", reason=texts.RELOADED))
        if state == "ready" and connection is not None:
            retire(connection)
        elif state == "failed":
            self._supervisor.call()

    def unload(self, unused_for: float) -> bool:
        """Let FlexGet's process go where nothing runs and nobody has used it for so many seconds; return whether it goes.

        Who needs FlexGet then, or calls `load`, has it loaded again. Raises EngineUnavailable where the host can't be told.
        """
        with self._changed:
            connection, state = self._connection, self._state
            if state.name != "ready" or connection is None or not connection.is_spare:
                return False
            if time.monotonic() - self._used < unused_for:
                return False
            connection.retired = True
            # What was learned from that process holds until there is another.
            self._set_state(replace(state, name="unloaded"))
        retire(connection)
        return True

    def load(self) -> None:
        """Have FlexGet loaded, where it is not; returns at once."""
        self.start()
        with self._changed:
            if self._state.name == "unloaded":
                self._set_state(State("starting"))
                self._supervisor.call()

    # -- the supervisor's thread

    def _live(self) -> float:
        """Start the host and serve it to its end; return the seconds until it is started again."""
        if self._state.name == "unloaded":
            return UNTIL_CALLED
        try:
            connection = self._spawn()
            self._read(connection)
        except Exception as error:
            self._set_state(State("failed", reason=UNUSABLE.format(reason=error)))
            raise
        if connection.retired:
            return 0.0
        if connection.ready.is_set():
            self._backoff = FIRST_BACKOFF
        pause = self._backoff
        if not self._stopping.is_set():
            self.restarts += 1
            logger.warning("FlexGet's host is started again in %.1f s.", pause)
            self._backoff = min(pause * 2, LAST_BACKOFF)
        return pause

    def _spawn(self) -> Connection:
        connection = self._start_host()
        self._set_state(State("starting", pid=connection.process.pid), connection)
        return connection

    def _read(self, connection: Connection) -> None:
        """Take what the host says until it is gone."""
        failure = ""
        try:
            failure = self._listen(connection)
        finally:
            if connection.retired:
                self._retired.see_off(connection, partial(self._take, connection))
            else:
                self._bury(connection, failure)

    def _listen(self, connection: Connection) -> str:
        """Handle all messages, as long as the host doesn't retire; return why it can't work, where it said so."""
        failure = ""
        with contextlib.suppress(ConnectionResetError):
            while not connection.retired and (data := connection.channel.recv(1 << 16)):
                for line in connection.lines.feed(data):
                    failure = self._take(connection, json.loads(line)) or failure
        return failure

    def _bury(self, connection: Connection, failure: str) -> None:
        """See to it that the host is gone, and tell all who wait for it."""
        status = end_host(connection)
        reason = failure or ENDED.format(status=status)
        if not self._stopping.is_set():
            logger.error(reason)
        with self._changed:
            # Those who wait for one that was given up are to read why, however late they wake.
            if self._state.name != "stopped":
                self._set_state(State("failed", reason=reason))
        connection.lose(reason)

    # -- state

    def _set_state(self, state: State, connection: Connection | None = None) -> None:
        with self._changed:
            self._state = state
            self._connection = connection
            self._changed.notify_all()

    def _wait_until_ready(self, timeout: float, *, in_passing: bool = False) -> Connection:
        if not in_passing:
            self._used = time.monotonic()
        if self._state.name == "unloaded":
            if in_passing:
                raise EngineUnavailable(UNLOADED)
            self.load()
        elif self._on_demand and not self._stopping.is_set():
            self.start()
        with self._changed:
            self._changed.wait_for(
                lambda: self._state.name in ("ready", "failed", "stopped"), timeout
            )
            if self._state.name == "ready" and self._connection is not None:
                return self._connection
            raise EngineUnavailable(self._why_not_ready())

    def _why_not_ready(self) -> str:
        if self._state.name == "starting":
            return LOADING
        return self._state.reason or NOT_RUNNING
