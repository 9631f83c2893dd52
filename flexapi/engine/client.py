"""The server's side of the engine: starts the host, keeps it running, calls it."""

import contextlib
import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from flexapi.background import Loop
from flexapi.phrases import phrase

from . import host_process, plugin_files, protocol, waiting
from .connection import CALL_TIMEOUT, Connection, EngineError, EngineUnavailable, Told
from .retired import STOP_TIMEOUT, RetiredHosts, end_host, retire
from .run import Ending, Pipes, Run

NO_ANSWER = phrase("FlexGet did not answer {method!r} within {seconds:g} s.")
NOT_STARTED = phrase("FlexGet's host does not start the execution.")
UNUSABLE = phrase("FlexGet's host can't be used: {reason}")
ENDED = phrase("FlexGet's host ended (exit status {status}).")
UNLOADED = phrase("FlexGet is unloaded, as nothing needs it.")
LOADING = phrase("FlexGet is still loading.")
NOT_RUNNING = phrase("FlexGet's host is not running.")

__all__ = ["CALL_TIMEOUT", "Engine", "EngineError", "EngineUnavailable", "State"]

logger = logging.getLogger("flexapi.engine")

# Seconds that FlexGet may take to load: three on a desktop, a minute on a small NAS.
START_TIMEOUT = 120.0
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


class Engine:
    """FlexGet in a process of its own. Safe to use from any thread.

    `start()` returns at once; calls wait until FlexGet is loaded. A host that dies is started
    again until `stop()`.
    """

    def __init__(
        self,
        config: Path,
        python: str | None = None,
        methods: Mapping[str, str] | None = None,
        plugins: Mapping[str, str] | None = None,
        on_demand: bool = False,
        database: str = "",
        slots: int = 1,
        reuse: bool = True,
        all_or_nothing: bool = False,
    ) -> None:
        """`database` is the URL of a PostgreSQL in which FlexGet keeps its tables, "" for its own SQLite
        file, and `slots` is how many executions there may be at once. `methods` names modules whose `METHODS` are added to the host's: `{"watched": "package.module"}`
        adds `watched.…`; `plugins` names packages of FlexGet plugins to load. The interpreter `python` must be able to import them. With `on_demand` the
        first call starts the host, where `start` has not. Without `reuse`, each execution has a process of its own.
        With `all_or_nothing`, one complaint of FlexGet's about the config keeps all tasks from running."""
        self.config = config
        self.python = python or sys.executable
        self.methods = dict(methods or {})
        self.plugins = dict(plugins or {})
        # Why the host could not add some of them, by name.
        self.missing_methods: dict[str, str] = {}
        self.restarts = 0
        # What the host says of FlexGet's plugins; nothing before it is ready.
        self._loaded_plugins: dict[str, Any] | None = None
        self._on_demand = on_demand
        # Called with what a companion says, by its name, in the thread that hears it.
        self.companion_handlers: dict[str, Callable[[dict[str, Any]], object]] = {}
        self._configuration = {
            "database": database,
            "slots": slots,
            "reuse": reuse,
            "all_or_nothing": all_or_nothing,
        }
        self._options: dict[str, Any] | None = None
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

    @property
    def state(self) -> State:
        """Where the engine is right now."""
        return self._state

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
            self._set_state(State("stopped", reason="The server stops."))
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
                self._set_state(State("starting", reason="FlexGet is loaded again."))
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

    def plugins_in_part(self) -> list[dict[str, Any]]:
        """Return which plugins wait for an event that never comes here; none before FlexGet was loaded."""
        in_part: list[dict[str, Any]] = (self._loaded_plugins or {}).get("in_part", [])
        return in_part

    def plugin_problems(self) -> list[dict[str, Any]]:
        """Return which of FlexGet's plugins are left out or work in part and why, and which files came after it was
        loaded."""
        loaded = self._loaded_plugins
        return [] if loaded is None else plugin_files.problems(self.config, loaded)

    def call(
        self,
        method: str,
        params: protocol.Message | None = None,
        timeout: float = CALL_TIMEOUT,
        *,
        in_passing: bool = False,
    ) -> Any:
        """Call one of the host's methods and return its result.

        Who calls `in_passing`, as loops do, neither keeps FlexGet loaded by that nor has it loaded.
        Raises EngineError where FlexGet answers with an error and EngineUnavailable where it
        can't be reached within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with waiting.allowed():
            answer = self.begin(method, params, timeout, in_passing=in_passing)
            try:
                return answer.result(max(0.0, deadline - time.monotonic()))
            except FutureTimeoutError as error:
                raise EngineUnavailable(NO_ANSWER.format(method=method, seconds=timeout)) from error

    def begin(
        self,
        method: str,
        params: protocol.Message | None = None,
        timeout: float = 0.0,
        errand: Told | None = None,
        *,
        in_passing: bool = False,
    ) -> "Future[Any]":
        """Call one of the host's methods; the future gets the result, or what `call` raises.

        For a method that is an errand (see `host.errands`), `errand` is called with what it says before its answer, in
        the thread that hears it. Raises EngineUnavailable where FlexGet isn't ready within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        connection = self._wait_until_ready(timeout, in_passing=in_passing)
        left = max(0.0, deadline - time.monotonic())
        return connection.send(method, params or {}, timeout=left, errand=errand)

    @property
    def unanswered(self) -> float | None:
        """For how many seconds FlexGet has said nothing though it was asked; None where it wasn't."""
        connection = self._connection
        return None if connection is None else connection.unanswered()

    def execute_options(self, timeout: float = CALL_TIMEOUT) -> dict[str, Any]:
        """Return the JSON Schema of the options that `execute` takes; not to be modified.

        Raises EngineUnavailable where FlexGet was never loaded. Later it answers at once, even
        while a host is started again.
        """
        if self._options is None:
            with waiting.allowed():
                return self._wait_until_ready(timeout).options
        return self._options

    def execute(
        self,
        execution: int,
        tasks: list[str] | None,
        options: dict[str, Any],
        manual: bool = True,
        extras: dict[str, Any] | None = None,
        trial: dict[str, Any] | None = None,
        keep_entries: int = 0,
        timeout: float = START_TIMEOUT,
    ) -> Run:
        """Start an execution of the tasks that match the patterns in `tasks` (None: all).

        `manual` lets tasks run that are marked `manual` and named; `extras` is for FlexAPI's own
        plugins, by name; `trial` makes it a run of a config that is not saved (see `host.trial`), and of a task's entries
        as they came in, so many bytes are reported (`host.kept_entries`). Raises EngineError where the host refuses, EngineUnavailable where it is
        not ready within `timeout` seconds.
        """
        connection = self._wait_until_ready(timeout)
        pipes = Pipes.open()

        def send_abort(grace: float) -> None:
            # A run that has ended meanwhile needs no abort.
            with contextlib.suppress(EngineUnavailable):
                connection.send("abort", {"execution": execution, "grace": grace})

        run = Run(pipes, send_abort)
        connection.runs[execution] = run
        params = {"execution": execution, "tasks": tasks, "options": options, "manual": manual}
        params |= {"extras": extras or {}, "trial": trial, "keep_entries": keep_entries}
        try:
            answer = connection.send("execute", params, pipes.write_ends)
            run.pid = answer.result(CALL_TIMEOUT)["pid"]
        except (EngineUnavailable, EngineError, FutureTimeoutError) as error:
            connection.runs.pop(execution, None)
            pipes.close()
            if isinstance(error, FutureTimeoutError):
                raise EngineUnavailable(NOT_STARTED) from error
            raise
        pipes.close_write_ends()
        return run

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
        connection = host_process.start(
            self.python, self.config, self.methods, self.plugins, self._configuration
        )
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

    def _take(self, connection: Connection, message: protocol.Message) -> str:
        """Handle one message; return why the host can't work, where it says so."""
        method, params = message.get("method"), message.get("params", {})
        if method is None:
            connection.answer(message)
        elif method == "exited":
            run = connection.runs.pop(params["execution"], None)
            self._used = time.monotonic()
            if run is not None:
                run.end(Ending(params["status"]))
        elif method == "ready":
            self._loaded_plugins = params.pop("plugins")
            self._options = connection.options = params.pop("options")
            self.missing_methods = params.pop("missing_methods")
            for name, problem in self.missing_methods.items():
                logger.error("FlexGet's host has no methods of %s: %s", name, problem)
            connection.ready.set()
            self._supervisor.health.succeeded()
            self._set_state(State("ready", **params), connection)
            logger.info("FlexGet %s is ready.", params["flexget"])
        elif method == "told":
            connection.tell(params)
        elif method == "companion":
            connection.note_companion(params)
            handler = self.companion_handlers.get(params["name"])
            if handler is not None:
                handler(params)
        elif method == "log":
            logger.log(logging.getLevelName(params["level"]), "%s", params["message"])
        elif method == "failed":
            return str(params["reason"])
        return ""

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
