"""The server's side of the engine: what FlexGet's host is asked, and the runs that it is given."""

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any

from . import host_process, plugin_files, protocol, texts, waiting
from .connection import CALL_TIMEOUT, Connection, EngineError, EngineUnavailable, Told
from .lifecycle import Lifecycle, State
from .run import Ending, Pipes, Run

__all__ = ["CALL_TIMEOUT", "Engine", "EngineError", "EngineUnavailable", "State"]

logger = logging.getLogger("flexapi.engine")

# Seconds that FlexGet may take to load: three on a desktop, a minute on a small NAS.
START_TIMEOUT = 120.0


class Engine(Lifecycle):
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
        super().__init__(on_demand)
        self.config = config
        self.python = python or sys.executable
        self.methods = dict(methods or {})
        self.plugins = dict(plugins or {})
        # Why the host could not add some of them, by name.
        self.missing_methods: dict[str, str] = {}
        # What the host says of FlexGet's plugins; nothing before it is ready.
        self._loaded_plugins: dict[str, Any] | None = None
        # Called with what a companion says, by its name, in the thread that hears it.
        self.companion_handlers: dict[str, Callable[[dict[str, Any]], object]] = {}
        self._configuration = {
            "database": database,
            "slots": slots,
            "reuse": reuse,
            "all_or_nothing": all_or_nothing,
        }
        self._options: dict[str, Any] | None = None

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
                raise EngineUnavailable(
                    texts.NO_ANSWER.format(method=method, seconds=timeout)
                ) from error

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
        as they came in, so many bytes are reported (`host.kept_entries`). Raises EngineError where the host refuses, or where this
        execution runs already, EngineUnavailable where it is not ready within `timeout` seconds, or died, and nobody began
        with it. Where somebody may have, a host that is lost before it answers loses a run.
        """
        connection = self._wait_until_ready(timeout)
        pipes = Pipes.open()

        def send_abort(grace: float) -> None:
            # A run that has ended meanwhile needs no abort.
            with contextlib.suppress(EngineUnavailable):
                connection.send("abort", {"execution": execution, "grace": grace})

        run = Run(pipes, send_abort)
        if connection.runs.setdefault(execution, run) is not run:
            run.close()
            raise EngineError(protocol.CONFLICT, f"Execution {execution} runs already.")
        params = {"execution": execution, "tasks": tasks, "options": options, "manual": manual}
        params |= {"extras": extras or {}, "trial": trial, "keep_entries": keep_entries}
        try:
            answer = connection.send("execute", params, pipes.write_ends)
        except EngineUnavailable:
            connection.runs.pop(execution, None)
            run.close()
            raise
        pipes.close_write_ends()
        self._await_start(connection, execution, run, answer)
        return run

    @staticmethod
    def _await_start(
        connection: Connection, execution: int, run: Run, answer: "Future[Any]"
    ) -> None:
        """Wait for the process of a run that was given to the host; a host that is busy starts it later.

        Raises EngineError, and EngineUnavailable where the host died and nobody has it.
        """
        try:
            run.pid = answer.result(CALL_TIMEOUT)["pid"]
        except FutureTimeoutError:
            answer.add_done_callback(run.began)
        except (EngineError, EngineUnavailable) as error:
            # To give it to another host might run it twice, unless nobody has it. It ends as one of a host that is lost.
            if isinstance(error, EngineUnavailable) and not run.is_untouched:
                return
            connection.runs.pop(execution, None)
            run.close()
            raise

    # -- what the host says

    def _start_host(self) -> Connection:
        return host_process.start(
            self.python, self.config, self.methods, self.plugins, self._configuration
        )

    def _take(self, connection: Connection, message: protocol.Message) -> str:
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
