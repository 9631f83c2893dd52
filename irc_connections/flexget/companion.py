"""The life of the companion: FlexGet's plugin `irc` as its daemon has it, with executions in place of FlexGet's task queue.

What it wants to be told: `{"stopped": [names of connections that are to be left alone], "restarts": {name: how often somebody
asked for a restart}}`. What it says:

`state`     `{"connections": {name: {"state": "connecting" | "connected" | "failed" | "stopped", "server", "port",
            "nickname", "channels": [{"name", "joined"}], "connected_since", "last_line": {"time", "channel", "text"}
            or null, "announces", "dropped"}}}`, where something of it changed
`announce`  `{"connection", "tasks", "options"}`: a run that a connection asks for, as a request has it
`log`       `{"connection": its name, or "" for all, "time", "level", "message"}`
"""

import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flexget.components.irc import irc
from loguru import logger

from flexapi.engine.host import options as execute_options
from flexapi.engine.host.companions import Wire
from flexapi.engine.host.manager import WarmManager

from .bound import Bound
from .connection import MINUTE, UNUSABLE, Connection, Seen, now, seen, speaking, speaking_for

logger = logger.bind(name="irc")

# Lines that each connection may log within a minute, and as many again that say what is wrong.
MOST_LINES = 60
# Seconds after which it is worth a report that another line was said and nothing else changed.
LINE_INTERVAL = 5.0


def live(manager: WarmManager, wire: Wire) -> None:
    """Keep the connections of the config until the server wants no more."""
    _Companion(manager, wire).live()


class _Companion:
    def __init__(self, manager: WarmManager, wire: Wire) -> None:
        self._manager = manager
        self._wire = wire
        # As the config has them, by their names as text.
        self._section = {str(key): (key, config) for key, config in manager.config["irc"].items()}
        self._stopped: set[str] = set()
        self._restarts: dict[str, int] = {}
        self._begun = False
        # FlexGet waits for the end of threads, so this is for a thread of its own.
        self._work: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._lines: dict[tuple[str, bool], Bound] = {}
        self._reported: dict[str, Any] = {}
        self._report_due = 0.0

    def live(self) -> None:
        self._prepare()
        threading.Thread(target=self._do_work, name="orders", daemon=True).start()
        try:
            for orders in self._wire.orders():
                if orders is not None:
                    self._follow(orders)
                self._report()
                if irc.irc_manager is not None and not irc.irc_manager.is_alive():
                    raise RuntimeError("FlexGet's keeper of IRC connections ended by an error")
        finally:
            self._leave()

    def _prepare(self) -> None:
        """Give FlexGet's plugin what it finds in FlexGet's daemon."""
        irc.IRCConnection = Connection
        self._manager.is_daemon = True
        self._manager.run_elsewhere = self._announce
        if not hasattr(ssl, "wrap_socket"):
            # Python had it up to 3.11, and irc_bot needs it.
            vars(ssl)["wrap_socket"] = _wrapped
        logging.getLogger("irc_bot").setLevel(logging.INFO)
        logger.add(self._log, level="VERBOSE", format="{message}", backtrace=False, diagnose=False)

    # -- orders

    def _follow(self, orders: dict[str, Any]) -> None:
        stopped = set(orders["stopped"]) & set(self._section)
        restarts = {name: orders["restarts"].get(name, 0) for name in self._section}
        if not self._begun:
            self._begun = True
            self._work.put(lambda: self._run(*(set(self._section) - stopped)))
        else:
            for name in self._section:
                asked = restarts[name] != self._restarts[name]
                if name in stopped and name not in self._stopped:
                    self._work.put(lambda name=name: self._stop(name))  # type: ignore[misc]
                elif name not in stopped and (asked or name in self._stopped):
                    self._work.put(lambda name=name: self._restart(name))  # type: ignore[misc]
        self._stopped, self._restarts = stopped, restarts

    def _do_work(self) -> None:
        while True:
            self._work.get()()

    def _run(self, *names: str) -> None:
        """Have FlexGet's plugin take these connections up, beside those that it has."""
        present = {} if irc.irc_manager is None else irc.irc_manager.config
        section = {**present, **dict(self._section[name] for name in names)}
        self._manager.config["irc"] = section
        if section:
            irc.irc_update_config(self._manager)

    def _stop(self, name: str) -> None:
        connection = self._connection(name)
        if connection is not None:
            with speaking_for(name):
                logger.info("Stopped, as somebody asked.")
                connection.inject_before_shutdown = True
                irc.irc_manager.stop_connection(self._section[name][0])

    def _restart(self, name: str) -> None:
        key, config = self._section[name]
        with speaking_for(name):
            logger.info("Restarted, as somebody asked.")
            try:
                if key in irc.irc_connections:
                    irc.irc_manager.restart_connection(key, config)
                else:
                    self._run(name)
            except UNUSABLE as error:
                logger.error("{}", error)

    def _leave(self) -> None:
        for connection in list(irc.irc_connections.values()):
            if connection.is_alive():
                # It may be gone, or about to connect; the process ends in any case.
                with suppress(Exception):
                    connection.leave()

    def _connection(self, name: str) -> Connection | None:
        found: Connection | None = irc.irc_connections.get(self._section[name][0])
        return found

    # -- what is said

    def _announce(self, options: Any) -> None:
        defaults = self._manager.options.execute
        wanted = execute_options.complete(defaults, options)
        request = execute_options.as_request(defaults, wanted, None, {})
        self._wire.say(
            "announce", connection=speaking.get(), tasks=list(wanted.tasks), options=request
        )

    def _log(self, message: Any) -> None:
        record = message.record
        connection = speaking.get()
        if not connection and not record["name"].startswith("irc"):
            return
        # What is wrong must not be lost among what goes well.
        kind = (connection, record["level"].no >= logging.WARNING)
        let, before = self._lines.setdefault(kind, Bound(MOST_LINES, MINUTE)).take()
        text = str(message).rstrip("\n")
        if before:
            text = f"[{before} lines of the minute before are left out] {text}"
        if let:
            level = record["level"].name
            self._wire.say("log", connection=connection, time=now(), level=level, message=text)

    def _report(self) -> None:
        states = {name: self._state(name) for name in self._section}
        lasting = {
            name: {key: value for key, value in state.items() if key != "last_line"}
            for name, state in states.items()
        }
        if lasting == self._reported and time.monotonic() < self._report_due:
            return
        self._reported = lasting
        self._report_due = time.monotonic() + LINE_INTERVAL
        self._wire.say("state", connections=states)

    def _state(self, name: str) -> dict[str, Any]:
        _, config = self._section[name]
        connection = self._connection(name)
        noted = seen.get(name) or Seen()
        return {
            "state": self._word(name, connection),
            "server": config.get("server") if connection is None else connection.servers[0],
            "port": config.get("port"),
            "nickname": config.get("nickname") if connection is None else connection.real_nickname,
            "channels": [] if connection is None else _channels(connection),
            "connected_since": noted.since,
            "last_line": noted.line,
            "announces": noted.announces,
            "dropped": noted.dropped,
        }

    def _word(self, name: str, connection: Connection | None) -> str:
        if name in self._stopped:
            return "stopped"
        if connection is None:
            return "failed" if name in seen and seen[name].unusable else "connecting"
        if not connection.running:
            return "failed"
        return "connected" if connection.is_connected_now else "connecting"


def _wrapped(connection: socket.socket) -> ssl.SSLSocket:
    """Return a socket that speaks TLS with whoever answers, as `ssl.wrap_socket` did by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection)


def _channels(connection: Connection) -> list[dict[str, Any]]:
    joined = set(connection.connected_channels)
    return [
        {"name": name, "joined": name in joined and connection.is_connected_now}
        for name in list(connection.channels)
    ]
