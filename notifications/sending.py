"""The server's side of the process that talks to addresses (`notifications.sender`)."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings

from flexapi.engine.host_process import environment
from flexapi.phrases import phrase

NO_ANSWER = phrase("No answer within {seconds} s.")
ENDED = phrase("The process that sends it ended: perhaps too big an answer.")

ROOT = Path(__file__).resolve().parents[1]
# Seconds for one message, whatever the other side does, and for the process to load before the first.
TIMEOUT = 20.0
START = 40.0
# Seconds that a process without work stays.
IDLE = 60.0
# Variables by which libraries go through a proxy, which would connect to whatever it is told to.
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message. `status` is the HTTP status, None where there was none."""

    ok: bool
    status: int | None
    text: str


class Stopped(Exception):
    """The server stops: nobody knows whether the message arrived."""


class Sender:
    """One process, used by one thread at a time; it starts with the first request, and again where it was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def ask(self, request: dict[str, Any]) -> Answer:
        """Return the answer to a request (see `notifications.sender.__main__`), in about TIMEOUT seconds at the most."""
        process, timeout = self._process, TIMEOUT
        if process is None or process.poll() is not None:
            self.end()
            process, timeout = self._start(), TIMEOUT + START
        stdin = cast(IO[str], process.stdin)
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            self.end()
            return Answer(False, None, NO_ANSWER.format(seconds=f"{TIMEOUT:g}"))
        except OSError:
            line = ""
        if not line:
            self.end()
            return Answer(False, None, ENDED)
        answer = json.loads(line)
        return Answer(answer["ok"], answer["status"], answer["answer"])

    def _start(self) -> subprocess.Popen[str]:
        variables = environment()
        if not settings.NOTIFY_PRIVATE:
            variables = {
                name: value for name, value in variables.items() if name.lower() not in PROXIES
            }
        private = ["--private"] if settings.NOTIFY_PRIVATE else []
        process = self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", "notifications.sender", *private],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # Ctrl-C in the server's terminal is the server's to handle.
            start_new_session=True,
        )
        self._lines = queue.Queue()
        threading.Thread(
            target=_read, args=(process, self._lines), name="sender", daemon=True
        ).start()
        return process

    def end(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):  # What was not written any more.
                cast(IO[str], process.stdin).close()


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
    with cast(IO[str], process.stdout) as stdout:
        for line in stdout:
            lines.put(line)
    lines.put("")


class Senders:
    """As many as are used at the same time; those that have nothing to do end after a while."""

    def __init__(self) -> None:
        self._idle: list[tuple[float, Sender]] = []
        self._busy: set[Sender] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        """Take requests (again)."""
        self._stopped = False

    def stop(self) -> None:
        """End all, at work or not."""
        self._stopped = True
        with self._lock:
            senders = [*self._busy, *(sender for _, sender in self._idle)]
            self._idle.clear()
        for sender in senders:
            sender.end()

    def ask(self, request: dict[str, Any]) -> Answer:
        """Return the answer to a request, as `Sender.ask` does. May be called by any thread. Raises Stopped."""
        with self._lock:
            if self._stopped:
                raise Stopped
            sender = self._idle.pop()[1] if self._idle else Sender()
            self._busy.add(sender)
        try:
            answer = sender.ask(request)
        finally:
            with self._lock:
                self._busy.discard(sender)
                self._idle.append((time.monotonic(), sender))
        if self._stopped:
            sender.end()
            if not answer.ok:
                raise Stopped
        return answer

    def retire(self, idle: float = IDLE) -> None:
        """End those that had nothing to do for so many seconds."""
        with self._lock:
            old = [entry for entry in self._idle if time.monotonic() - entry[0] >= idle]
            self._idle = [entry for entry in self._idle if entry not in old]
        for _, sender in old:
            sender.end()


senders = Senders()
