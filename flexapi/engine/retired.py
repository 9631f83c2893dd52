"""Hosts that another has taken over from: they end with what they run."""

import contextlib
import json
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from . import protocol, texts
from .connection import Connection

# Seconds that a host has to end by itself.
STOP_TIMEOUT = 5.0
# Seconds in which a retired host has nothing to do before it is let go: who found it ready may just begin to ask.
IDLE_FOR = 2.0
# Seconds that a host has to answer once more when it is to go.
RETIRE_TIMEOUT = 10.0


def retire(connection: Connection) -> None:
    """Tell a host that it is to go: it ends when it has nothing to do any more. Raises EngineUnavailable.

    Its answer wakes who listens to it; so does the end of one that hangs, which is killed.
    """
    answer = connection.send("retire", {})
    overdue = threading.Timer(RETIRE_TIMEOUT, _kill_silent, (connection, answer))
    overdue.daemon = True
    overdue.start()


def _kill_silent(connection: Connection, answer: "Future[Any]") -> None:
    if not answer.done():
        connection.process.kill()


def end_host(connection: Connection) -> int:
    """See to it that a host is gone; return its exit status."""
    # A host that nobody listens to any more ends by that; one that has ended doesn't notice.
    with contextlib.suppress(OSError):
        connection.channel.shutdown(socket.SHUT_RDWR)
    try:
        status = connection.process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        connection.process.kill()
        status = connection.process.wait()
    connection.channel.close()
    return status


class RetiredHosts:
    """Listens to each of them in a thread."""

    def __init__(self) -> None:
        self._leaving: dict[threading.Thread, Connection] = {}

    def see_off(self, connection: Connection, take: Callable[[protocol.Message], object]) -> None:
        """Hand `take` what the host says until it has nothing to do any more, then let it go."""
        thread = threading.Thread(
            target=self._listen, args=(connection, take), name="engine-retired", daemon=True
        )
        self._leaving[thread] = connection
        thread.start()

    def hang_up(self) -> None:
        """Have them abort what they run, and end."""
        for connection in list(self._leaving.values()):
            with contextlib.suppress(OSError):  # It has ended just now.
                connection.channel.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        """Wait until they are gone; kill those that take too long."""
        for thread, connection in list(self._leaving.items()):
            thread.join(STOP_TIMEOUT)
            if thread.is_alive():
                connection.process.kill()

    def _listen(self, connection: Connection, take: Callable[[protocol.Message], object]) -> None:
        connection.channel.settimeout(IDLE_FOR)
        with contextlib.suppress(ConnectionResetError):
            while True:
                try:
                    data = connection.channel.recv(1 << 16)
                except TimeoutError:
                    if connection.is_idle:
                        break
                    continue
                if not data:
                    break
                for line in connection.lines.feed(data):
                    take(json.loads(line))
        end_host(connection)
        connection.lose(texts.OLD_ENDED)
        self._leaving.pop(threading.current_thread(), None)
