"""The server process: daphne in front, the dispatcher and the engine behind it.

Import this module only to serve: importing daphne installs Twisted's reactor.
"""

import logging
import os
import signal
import socket
import threading

from daphne.server import Server as Daphne
from daphne.server import twisted_loop
from twisted.internet import reactor

from executions import announcements
from executions.dispatcher import Dispatcher
from flexapi.asgi import application
from flexapi.engine.shared import engine
from flexapi.mirror.watch import Watcher
from history.keeper import Keeper
from schedules.scheduler import Scheduler

logger = logging.getLogger(__name__)


class Server:
    """Serves on a socket that already listens, until it is told to stop."""

    def __init__(self, listener: socket.socket) -> None:
        self._daphne = Daphne(
            application,
            endpoints=[_endpoint(listener)],
            signal_handlers=False,
            # A log may be watched for days.
            websocket_timeout=-1,
            server_name="FlexAPI",
        )
        self._engine = engine()
        self._dispatcher = Dispatcher(self._engine)
        self._watcher = Watcher()
        self._scheduler = Scheduler()
        self._keeper = Keeper(self._engine)
        self._stopping = False

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM; the second one ends at once."""
        # Daphne made the reactor on this loop when it was imported.
        announcements.send_from(twisted_loop)
        for number in (signal.SIGINT, signal.SIGTERM):
            twisted_loop.add_signal_handler(number, self._on_signal)
        self._watcher.start()
        self._engine.start()
        self._dispatcher.start()
        self._scheduler.start()
        self._keeper.start()
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
        self._scheduler.stop()
        self._dispatcher.stop()
        self._watcher.stop()
        self._keeper.stop()
        self._engine.stop()
        reactor.callFromThread(reactor.stop)  # type: ignore[misc]


def _endpoint(listener: socket.socket) -> str:
    """Return Twisted's description of what to listen on: the socket that is bound already."""
    if listener.family == socket.AF_INET:
        # Twisted closes the descriptor it is given.
        return f"fd:fileno={os.dup(listener.fileno())}"
    # It adopts IPv4 sockets alone; the port is free again for an instant.
    host, port = listener.getsockname()[:2]
    listener.close()
    return f"tcp6:port={port}:interface={host.replace(':', chr(92) + ':')}"
