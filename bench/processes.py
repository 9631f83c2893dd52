"""Processes that the benchmark starts, and their end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
FLEXGET = Path(sys.executable).with_name("flexget")
# Seconds that a server may take to answer for the first time, and to end when asked to.
START_TIMEOUT = 120.0
STOP_TIMEOUT = 15.0
# Seconds between two tries to reach a server that is starting.
START_POLL = 0.1


class NotStarted(Exception):
    """A server ended, or did not answer in time; the message carries the end of its output."""


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which nothing of the user's own is found."""
    dropped = ("FLEXAPI_", "DJANGO_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "HOME": str(home), **variables}


class CommandFailed(Exception):
    """A command ended with an error; the message carries what it said."""


class Server:
    """A server process in a group of its own, its output in a file; a context manager."""

    def __init__(self, command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> None:
        self.output = folder / "output.txt"
        self._command = list(command)
        self._environment = environment(folder, variables)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        if error is not None:
            error.add_note(f"{self.output_end()}\nexit status: {self._process.poll()}")
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # What it started and did not take along.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None
        return self._process.pid

    def wait_for_port(self, port: int) -> None:
        """Return once somebody listens on a port of the loopback address; raises NotStarted."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            self.check_alive()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(START_POLL)
        raise NotStarted(f"Nobody listens after {START_TIMEOUT:g} s.\n{self.output_end()}")

    def check_alive(self) -> None:
        """Raise NotStarted where the process has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise NotStarted(f"It ended with {self._process.returncode}.\n{self.output_end()}")

    def output_end(self) -> str:
        """Return the last lines of what the server printed."""
        lines = self.output.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-20:])


def run(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    timeout: float = 120.0,
) -> str:
    """Run a command to its end and return what it printed; raises CommandFailed."""
    finished = subprocess.run(
        list(command),
        cwd=ROOT,
        env=environment(folder, variables or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    if finished.returncode:
        raise CommandFailed(f"{command} ended with {finished.returncode}.\n{finished.stderr}")
    return finished.stdout
