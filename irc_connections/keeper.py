"""The thread inside a server that sees to it that FlexGet's IRC connections are there, and stores what they say."""

import contextlib
import logging
import threading
import time
from collections import deque
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from executions.running.worker import FENCE, worker_name
from flexapi.background import Loop
from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.mirror import mirror
from flexapi.phrases import phrase

from . import announces
from .models import LOG_LINES, IrcCompanion, IrcConnection
from .signals import steered
from .status import section

ENDED = phrase("Their process ended with status {status}; again in {seconds} s.")

logger = logging.getLogger("irc")

# The companion's name: that of the app which brings it.
NAME = "irc_connections"
# Seconds between two looks.
PERIOD = 1.0
# Seconds that FlexGet's process may take for an answer; it may be busy with a check.
CALL_TIMEOUT = 3.0
# Signs of life within the time after which this server is lost.
BEATS = 4
# Seconds before a companion that died is started again; doubled each time, until one has lived for LONG.
FIRST_BACKOFF = 1.0
LAST_BACKOFF = 60.0
LONG = 60.0
# Seconds that it has at the end of the server.
STOP_TIMEOUT = 3.5
# Messages that are kept while the database is away.
MOST_KEPT = 5000
# FlexGet has one level more than Python.
LEVELS = {"VERBOSE": logging.DEBUG, "SUCCESS": logging.INFO, "TRACE": logging.DEBUG}
ERRORS = ("ERROR", "CRITICAL")


class IrcKeeper(Loop):
    """Any number of servers may have one: the connections are those of one of them.

    `among_others` tells that other servers may work on the same database.
    """

    def __init__(self, engine: Engine, *, among_others: bool) -> None:
        super().__init__("irc", self.look, period=PERIOD, longest_pause=PERIOD)
        self._engine = engine
        self._among_others = among_others
        self._server = worker_name()
        self._heard: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)
        self._ended = threading.Event()
        self._holds = False
        self._last_beat = 0.0
        self._pid: int | None = None
        self._born = 0.0
        # The host that it was forked from.
        self._host: int | None = None
        self._backoff = FIRST_BACKOFF
        self._next_try = 0.0
        self._reason = ""
        # What is stored of each connection, and which of it is not stored yet.
        self._live: dict[str, dict[str, Any]] = {}
        self._unsaved: set[str] = set()

    def start(self) -> None:
        """Begin."""
        self._engine.companion_handlers[NAME] = self._hear
        steered.connect(self._on_steered)
        super().start()

    def stop(self, timeout: float | None = None) -> bool:
        """End the connections in order, and let other servers have them."""
        steered.disconnect(self._on_steered)
        ended = super().stop(timeout)
        with contextlib.suppress(DatabaseError):  # Then others wait until it is overdue.
            close_old_connections()
            if self._holds:
                self._let_go()
                if self._pid is not None:
                    self._ended.wait(STOP_TIMEOUT)
                self._store()
                IrcCompanion.objects.release(self._server)
        return ended

    def _on_steered(self, **kwargs: Any) -> None:
        self.call()

    # -- the engine's thread

    def _hear(self, message: dict[str, Any]) -> None:
        self._heard.append(message)
        if message["what"] == "ended":
            self._ended.set()
        self.call()

    # -- the loop's thread

    def look(self) -> float:
        """Look once; return the seconds until it is worth to look again. Raises DatabaseError."""
        self._store()
        wanted = section(mirror.current().data)
        if not wanted or not self._hold():
            if self._holds:
                self._let_go()
                IrcCompanion.objects.release(self._server)
                self._holds = False
            return PERIOD
        if self._pid is not None and self._engine.state.pid != self._host:
            # It ended with FlexGet's process, which nobody tells.
            self._pid = None
            IrcCompanion.objects.note(self._server, pid=None, since=None)
        left = self._next_try - time.monotonic()
        if left > 0:
            return min(left, PERIOD)
        self._keep(wanted)
        return PERIOD

    def _hold(self) -> bool:
        """Whether the connections are this server's; gives the sign of life that keeps them."""
        sent = time.monotonic()
        if self._holds and sent - self._last_beat < settings.WORKER_TIMEOUT / BEATS:
            return True
        held = IrcCompanion.objects.hold(self._server, among_others=self._among_others)
        if held:
            self._holds = True
            # What counts is when it was sent: the answer may have been long on its way.
            self._last_beat = sent
        return held

    def _keep(self, wanted: dict[str, Any]) -> None:
        rows = IrcConnection.objects.filter(name__in=list(wanted))
        orders = {
            "stopped": [row.name for row in rows if row.stopped],
            "restarts": {row.name: row.restarts for row in rows},
            # Where the database can't be reached, others may take the connections over.
            "until": self._last_beat + FENCE * settings.WORKER_TIMEOUT
            if self._among_others
            else None,
        }
        params = {"name": NAME, "orders": orders}
        try:
            answer = self._engine.call("companion", params, timeout=CALL_TIMEOUT)
        except (EngineError, EngineUnavailable) as error:
            self._cannot(error)
            return
        if answer["new"]:
            self._began(answer["pid"])
            # One that comes back later by the same name is another one.
            self._forget_all_but(wanted)
        elif self._reason and answer["pid"]:
            self._say("")

    def _began(self, pid: int) -> None:
        self._pid, self._born = pid, time.monotonic()
        self._host = self._engine.state.pid
        self._ended.clear()
        logger.info("FlexGet's IRC connections are up, in process %s.", pid)
        self._reason = ""
        IrcCompanion.objects.note(self._server, pid=pid, since=timezone.now(), reason="")

    def _forget_all_but(self, wanted: dict[str, Any]) -> None:
        IrcConnection.objects.exclude(name__in=list(wanted)).delete()
        self._live = {name: live for name, live in self._live.items() if name in wanted}
        self._unsaved &= set(wanted)

    def _cannot(self, error: EngineError | EngineUnavailable) -> None:
        """Say why there are no connections; where FlexGet is only busy, those that there are go on."""
        if isinstance(error, EngineUnavailable) and self._engine.state.name in (
            "ready",
            "starting",
        ):
            return
        self._pid = None
        self._say(f"{error}.".replace("..", "."))

    def _say(self, reason: str) -> None:
        if reason and reason != self._reason:
            logger.error("No IRC connections: %s", reason)
        self._reason = reason
        IrcCompanion.objects.note(self._server, pid=self._pid, reason=reason)

    def _let_go(self) -> None:
        with contextlib.suppress(EngineError, EngineUnavailable):  # It ends with FlexGet's process.
            self._engine.call("end_companion", {"name": NAME}, timeout=CALL_TIMEOUT)

    # -- what was heard

    def _store(self) -> None:
        """Store what was heard; what can't be is kept for the next look. Raises DatabaseError."""
        while self._heard:
            message = self._heard[0]
            getattr(self, f"_on_{message['what']}")(message)
            self._heard.popleft()
        for name in list(self._unsaved):
            IrcConnection.objects.update_or_create(name=name, defaults={"live": self._of(name)})
            self._unsaved.discard(name)

    def _of(self, name: str) -> dict[str, Any]:
        """Return what is known of a connection, also from before this server."""
        if name not in self._live:
            row = IrcConnection.objects.filter(name=name).first()
            self._live[name] = {} if row is None else row.live
        return self._live[name]

    def _on_state(self, message: dict[str, Any]) -> None:
        for name, state in message["connections"].items():
            self._of(name).update(state)
            self._unsaved.add(name)

    def _on_log(self, message: dict[str, Any]) -> None:
        name, level, text = message["connection"], message["level"], message["message"]
        severity = LEVELS.get(level, logging.getLevelNamesMapping().get(level, logging.INFO))
        logger.log(severity, "%s: %s", name or "all connections", text)
        if not name:
            return
        live = self._of(name)
        line = {"time": message["time"], "level": level, "message": text}
        live["log"] = [*live.get("log", []), line][-LOG_LINES:]
        if level in ERRORS:
            live["last_error"] = {"time": message["time"], "message": text}
        self._unsaved.add(name)

    def _on_announce(self, message: dict[str, Any]) -> None:
        name, options = message["connection"], message["options"]
        execution = announces.queue(name, message["tasks"], options)
        titles = [entry["title"] for entry in options.get("inject", [])]
        self._of(name)["last_announce"] = {
            "time": timezone.now().isoformat(),
            "title": titles[-1] if titles else "",
            "execution": None if execution is None else execution.pk,
        }
        self._unsaved.add(name)

    def _on_ended(self, message: dict[str, Any]) -> None:
        if message["pid"] != self._pid:
            return
        self._pid = None
        if message["asked"]:
            logger.info("FlexGet's IRC connections were ended.")
            IrcCompanion.objects.note(self._server, pid=None)
            return
        if time.monotonic() - self._born > LONG:
            self._backoff = FIRST_BACKOFF
        self._next_try = time.monotonic() + self._backoff
        reason = ENDED.format(status=message["status"], seconds=f"{self._backoff:g}")
        logger.error("FlexGet's IRC connections: %s", reason)
        self._backoff = min(2 * self._backoff, LAST_BACKOFF)
        row = IrcCompanion.objects.filter(pk=1, server=self._server)
        restarts = sum(row.values_list("restarts", flat=True)) + 1
        row.update(pid=None, since=None, restarts=restarts, reason=reason)
        self._reason = reason
