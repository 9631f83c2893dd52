"""The server process: daphne in front, the dispatcher and the engine behind it.

Import this module only to serve: importing daphne installs Twisted's reactor.
"""

import logging
import os
import signal
import socket
import threading
from typing import Protocol

from daphne.server import twisted_loop
from django.conf import settings
from twisted.internet import reactor

from executions import endings
from executions.following import announcements
from executions.running.dispatcher import Dispatcher
from executions.running.reaper import Reaper, Wake
from executions.running.runner import Unprepared
from executions.running.worker import WorkerProcess
from executions.searching.keeper import LogIndexer
from flexapi.api.accounts.last_use import last_use
from flexapi.api.accounts.visits import visits
from flexapi.api.http import unparsed
from flexapi.asgi import application
from flexapi.daphne import PatientServer
from flexapi.engine.client import Engine
from flexapi.engine.instance import engine
from flexapi.garbage import GarbageCollector
from flexapi.mirror import mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.disk.watch import Watcher
from flexapi.mirror.files import named as files
from flexapi.mirror.invalid import InvalidTasks
from history.keeper import Keeper
from hooks.keeper import CallKeeper
from irc_connections.keeper import IrcKeeper
from notifications.checking import Checker
from notifications.delivering import Deliverer
from schedules.scheduler import Scheduler
from schedules.unloading import Unloader

logger = logging.getLogger(__name__)


class Server:
    """Serves on a socket that already listens, until it is told to stop.

    With `works` false it runs no executions, but queues them for workers.
    """

    def __init__(self, listener: socket.socket, *, works: bool = True) -> None:
        unparsed.install()
        self._daphne = PatientServer(
            application,
            endpoints=[_endpoint(listener)],
            signal_handlers=False,
            # A log may be watched for days.
            websocket_timeout=-1,
            # A slow machine that loads FlexGet has the time that it has for the rest of a connection's beginning.
            websocket_handshake_timeout=20,
            server_name="FlexAPI",
        )
        flexget = self._engine = engine()
        # Each has `start` and `stop`; they are started in this order and stopped in the other.
        self._parts: list[_Part] = [
            GarbageCollector(),
            last_use,
            visits,
            Watcher(),
            # It ends after FlexGet, for which it may wait.
            InvalidTasks(),
            flexget,
            *_workers(flexget, works),
            Scheduler(),
            *([Unloader(flexget)] if settings.ENGINE_IDLE else []),
            LogIndexer(),
            Deliverer(),
            Checker(),
            CallKeeper(),
            IrcKeeper(flexget, among_others=bool(settings.DATABASE_URL)),
        ]
        if settings.ONE_FLEXGET_DATABASE:
            self._parts.append(Keeper(flexget))
        self._stopping = False

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM; the second one ends at once."""
        # Daphne made the reactor on this loop when it was imported.
        announcements.send_from(twisted_loop)
        for number in (signal.SIGINT, signal.SIGTERM):
            twisted_loop.add_signal_handler(number, self._on_signal)
        for part in self._parts:
            part.start()
        self._daphne.run()

    def _on_signal(self) -> None:
        if self._stopping:
            logger.warning("Told twice to stop: ending at once.")
            os._exit(1)
        self._stopping = True
        logger.info("Stopping.")
        # In a thread, so that those who watch still see how their executions end.
        threading.Thread(target=self._stop, name="stop").start()

    def _stop(self) -> None:
        # Else parts that wait for it would do so until it is there.
        self._engine.stop_loading()
        for part in reversed(self._parts):
            part.stop()
        reactor.callFromThread(reactor.stop)  # type: ignore[misc]


class _Part(Protocol):
    """What runs beside daphne."""

    def start(self) -> None: ...

    def stop(self) -> object: ...


def _workers(engine: Engine, works: bool) -> list[_Part]:
    """What runs executions here, and what looks after those who do elsewhere."""
    several = bool(settings.DATABASE_URL)
    parts: list[_Part] = []
    if several:
        parts.append(Reaper(_wake()))
    if works:
        worker = WorkerProcess(
            engine,
            served=settings.QUEUES,
            slots=settings.SLOTS,
            among_others=several,
            prepare=_take_config if several else None,
        )
        parts.append(Dispatcher(worker))
    return parts


def _take_config() -> None:
    """Bring the file in step: what is to be run may be newer, and queued by another server."""
    try:
        mirror.recover()
        for _ in files.recover():
            pass
    except (OSError, LockBusy) as error:
        raise Unprepared(endings.NOT_IN_STEP.format(problem=error)) from error


def _wake() -> Wake | None:
    if not settings.REDIS_URL:
        return None
    from executions.running import delivery  # Celery takes half a second to load.

    return delivery.wake


def _endpoint(listener: socket.socket) -> str:
    """Return Twisted's description of what to listen on: the socket that is bound already."""
    if listener.family == socket.AF_INET:
        # Twisted closes the descriptor it is given.
        return f"fd:fileno={os.dup(listener.fileno())}"
    # It adopts IPv4 sockets alone; the port is free again for an instant.
    host, port = listener.getsockname()[:2]
    listener.close()
    return f"tcp6:port={port}:interface={host.replace(':', chr(92) + ':')}"
