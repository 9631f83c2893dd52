"""The server's side of the engine: starts the host, keeps it running, calls it."""

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flexapi.background import Loop

from . import plugin_files, protocol, waiting
from .connection import CALL_TIMEOUT, Connection, EngineError, EngineUnavailable, Told
from .retired import STOP_TIMEOUT, RetiredHosts, end_host
from .run import Ending, Pipes, Run

__all__ = ["CALL_TIMEOUT", "Engine", "EngineError", "EngineUnavailable", "State", "environment"]

logger = logging.getLogger("flexapi.engine")

HOST = Path(__file__).with_name("host") / "main.py"
# Where a process that runs without Django finds the project's packages.
ROOT = Path(__file__).resolve().parents[2]
# Seconds that FlexGet may take to load: three on a desktop, a minute on a small NAS.
START_TIMEOUT = 120.0
# Seconds that a host has to answer once more when another is to take over.
RETIRE_TIMEOUT = 10.0
# Seconds before a host that died is started again; doubled each time it dies before it is ready.
FIRST_BACKOFF = 0.2
LAST_BACKOFF = 30.0
# Variables of the server that FlexGet, and what its `exec` starts, have no business with.
PRIVATE_VARIABLES = ("FLEXAPI_", "DJANGO_")


def environment() -> dict[str, str]:
    """Return the environment variables for processes that run FlexGet."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(PRIVATE_VARIABLES)
    }


@dataclass(frozen=True, slots=True)
class State:
    """Where the engine is: `stopped`, `starting`, `ready` or `failed`, and what it runs."""

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
        self.start()
        with self._changed:
            connection, state = self._connection, self._state.name
            if state == "ready" and connection is not None:
                connection.retired = True
                self._set_state(State("starting", reason="FlexGet is loaded again."))
        if state == "ready" and connection is not None:
            # Its answer wakes the supervisor, which then starts another; so does the end of one that hangs.
            answer = connection.send("retire", {})
            overdue = threading.Timer(RETIRE_TIMEOUT, _kill_silent, (connection, answer))
            overdue.daemon = True
            overdue.start()
        elif state == "failed":
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
        self, method: str, params: protocol.Message | None = None, timeout: float = CALL_TIMEOUT
    ) -> Any:
        """Call one of the host's methods and return its result.

        Raises EngineError where FlexGet answers with an error and EngineUnavailable where it
        can't be reached within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with waiting.allowed():
            answer = self.begin(method, params, timeout)
            try:
                return answer.result(max(0.0, deadline - time.monotonic()))
            except FutureTimeoutError as error:
                raise EngineUnavailable(
                    f"FlexGet did not answer {method!r} within {timeout:g} s."
                ) from error

    def begin(
        self,
        method: str,
        params: protocol.Message | None = None,
        timeout: float = 0.0,
        errand: Told | None = None,
    ) -> "Future[Any]":
        """Call one of the host's methods; the future gets the result, or what `call` raises.

        For a method that is an errand (see `host.errands`), `errand` is called with what it says before its answer, in
        the thread that hears it. Raises EngineUnavailable where FlexGet isn't ready within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        connection = self._wait_until_ready(timeout)
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
                raise EngineUnavailable("FlexGet's host does not start the execution.") from error
            raise
        pipes.close_write_ends()
        return run

    # -- the supervisor's thread

    def _live(self) -> float:
        """Start the host and serve it to its end; return the seconds until it is started again."""
        try:
            connection = self._spawn()
            self._read(connection)
        except Exception as error:
            self._set_state(State("failed", reason=f"FlexGet's host can't be used: {error}"))
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
        ours, theirs = socket.socketpair()
        command = [self.python, str(HOST), "--config", str(self.config)]
        for name, module in self.methods.items():
            command += ["--methods", f"{name}={module}"]
        for name, package in self.plugins.items():
            command += ["--plugins", f"{name}={package}"]
        with theirs, contextlib.ExitStack() as unless_started:
            unless_started.enter_context(ours)
            process = subprocess.Popen(
                [*command, "--fd", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment(),
                # Ctrl-C in the server's terminal is the server's to handle.
                start_new_session=True,
            )
            unless_started.pop_all()
        connection = Connection(process, ours)
        # Not by argument or environment: the database's address has its password in it.
        with contextlib.suppress(OSError):  # A host that has ended already says so by that.
            connection.outbox.send(
                protocol.encode(protocol.notification("configure", self._configuration))
            )
        self._set_state(State("starting", pid=process.pid), connection)
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
        reason = failure or f"FlexGet's host ended (exit status {status})."
        if not self._stopping.is_set():
            logger.error(reason)
        self._set_state(State("failed", reason=reason))
        connection.lose(reason)

    def _take(self, connection: Connection, message: protocol.Message) -> str:
        """Handle one message; return why the host can't work, where it says so."""
        method, params = message.get("method"), message.get("params", {})
        if method is None:
            connection.answer(message)
        elif method == "exited":
            run = connection.runs.pop(params["execution"], None)
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

    def _wait_until_ready(self, timeout: float) -> Connection:
        if self._on_demand and not self._stopping.is_set():
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
            return "FlexGet is still loading."
        return self._state.reason or "FlexGet's host is not running."


def _kill_silent(connection: Connection, answer: "Future[Any]") -> None:
    """Kill a host that has not given the answer."""
    if not answer.done():
        connection.process.kill()
