"""A process of the project's own, as tests and benchmarks start, stop and kill it."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class OwnProcess:
    """A process that can be started again after it ended; what it logs goes into one file."""

    def __init__(self, log_file: Path) -> None:
        self.log_file = log_file
        self.process: subprocess.Popen[str] | None = None

    def launch(
        self, command: Sequence[str], environment: Mapping[str, str], **options: Any
    ) -> None:
        """Start it in the project's folder; `options` are those of `subprocess.Popen`."""
        with self.log_file.open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stderr=log,
                text=True,
                **{"stdout": log} | options,
            )

    def log(self) -> str:
        """Return what it logged."""
        return self.log_file.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM, timeout: float = 30) -> int:
        """Send a signal and wait for the end, `timeout` seconds long; return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def end(self) -> None:
        """Be gone, whatever the state."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
