"""One life of FlexGet's host, as the server sees it: the process, its socket, and the calls that wait for answers."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from flexapi.phrases import phrase

from . import protocol
from .outbox import Outbox, OutboxFull
from .run import Ending, Run

NOT_LISTENING = phrase("FlexGet's host does not listen.")
JUST_ENDED = phrase("FlexGet's host has just ended.")

# Seconds that a caller waits for an answer, unless it says otherwise.
CALL_TIMEOUT = 30.0

# Called with what is said before a call is answered.
Told = Callable[[dict[str, Any]], object]


class EngineUnavailable(Exception):
    """FlexGet can't be reached right now; the message says why."""


class EngineError(Exception):
    """FlexGet answered a call with an error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Connection:
    """One life of the host: its process, its socket and the calls that wait for answers."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self.process = process
        self.channel = channel
        self.ready = threading.Event()
        self.outbox = Outbox(channel)
        self._calls = threading.Lock()
        self._next_id = 0
        self._waiting: dict[int, Future[Any]] = {}
        self._errands: dict[int, Told] = {}
        # When something was last heard, or asked after nothing was left to be answered.
        self._heard = time.monotonic()
        self.lines = protocol.LineBuffer()
        # Another host takes what comes; this one ends with what it runs.
        self.retired = False
        self.runs: dict[int, Run] = {}
        self._companions: set[str] = set()
        self.options: dict[str, Any] = {}

    def send(
        self,
        method: str,
        params: protocol.Message,
        fds: list[int] | None = None,
        timeout: float = CALL_TIMEOUT,
        errand: Told | None = None,
    ) -> Future[Any]:
        """Send a call, descriptors along with it; the future gets the answer. Raises EngineUnavailable.

        Where the host has an `errand` done for it, that is called, in the thread that hears it, with what is said before
        the answer.
        """
        answer: Future[Any] = Future()
        with self._calls:
            self._next_id += 1
            call_id = self._next_id
            if self.unanswered() is None:
                self._heard = time.monotonic()
            self._waiting[call_id] = answer
            if errand is not None:
                self._errands[call_id] = errand
        try:
            data = protocol.encode(protocol.request(call_id, method, params))
            self.outbox.send(data, fds, timeout)
        except (OSError, OutboxFull) as error:
            self._waiting.pop(call_id, None)
            if isinstance(error, OutboxFull):
                raise EngineUnavailable(NOT_LISTENING) from error
            raise EngineUnavailable(JUST_ENDED) from error
        return answer

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nobody waits for an answer."""
        return not self.runs and not self._waiting

    @property
    def is_spare(self) -> bool:
        """Whether it is idle, and nothing lives on it that would end with it."""
        return self.is_idle and not self._companions

    def note_companion(self, said: dict[str, Any]) -> None:
        """Note what a companion says: as long as it lives, the host is needed."""
        if said["what"] == "ended":
            self._companions.discard(said["name"])
        else:
            self._companions.add(said["name"])

    def unanswered(self) -> float | None:
        """Return for how many seconds nothing was heard while a call waits for the host itself; None while none does."""
        return time.monotonic() - self._heard if len(self._waiting) > len(self._errands) else None

    def answer(self, message: protocol.Message) -> None:
        """Hand an answer to the call that waits for it."""
        self._heard = time.monotonic()
        future = self._waiting.pop(message["id"], None)
        self._errands.pop(message["id"], None)
        if future is None:
            return
        if "error" in message:
            body = message["error"]
            future.set_exception(EngineError(body["code"], body["message"], body.get("data")))
        else:
            future.set_result(message["result"])

    def tell(self, params: protocol.Message) -> None:
        """Hand what is said before an answer to whoever waits for that."""
        told = self._errands.get(params["call"])
        if told is not None:
            told(params["said"])

    def lose(self, reason: str) -> None:
        """Fail all that waits and end all runs: the host is gone."""
        with self._calls:
            lost, self._waiting = self._waiting, {}
        for future in lost.values():
            future.set_exception(EngineUnavailable(reason))
        for run in list(self.runs.values()):
            run.end(Ending(None, lost=reason))
        self.runs.clear()
