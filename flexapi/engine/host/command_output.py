"""What commands of FlexGet's plugin `exec` print, logged line by line while they run.

FlexGet reads all of it when the command has ended, so nothing is seen of one that works for an hour, or is aborted.
"""

import os
import subprocess
import sys
from typing import IO, Any

from flexget.utils.tools import io_encoding
from loguru import logger

logger = logger.bind(name="exec")

EXEC = "flexget.plugins.output.exec"
READ_SIZE = 1 << 16


def log_lines() -> None:
    """Have the plugin start its commands by `Command`."""
    plugin = sys.modules.get(EXEC)
    if plugin is not None:
        plugin.subprocess = _Subprocess()  # type: ignore[attr-defined]


class _Subprocess:
    """The module `subprocess` as the plugin sees it."""

    def __getattr__(self, name: str) -> Any:
        return Command if name == "Popen" else getattr(subprocess, name)


class Command(subprocess.Popen[bytes]):
    """A process whose output, where somebody reads it to its end, is logged as it comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.stdout is not None:
            self.stdout = _Lines(self.stdout)  # type: ignore[assignment]


class _Lines:
    """The output of a process; as FlexGet does, it drops what is blank at the end."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._rest = b""
        self._blank = 0

    def read(self) -> bytes:
        """Log what comes until the end; return nothing that is left to log."""
        try:
            while data := os.read(self._pipe.fileno(), READ_SIZE):
                self._take(data)
        except BaseException:
            # An abort: what is in the pipe was printed before it.
            self._take(self._waiting())
            raise
        finally:
            self._log(self._rest)
        return b""

    def close(self) -> None:
        self._pipe.close()

    def _take(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._log(line)

    def _waiting(self) -> bytes:
        os.set_blocking(self._pipe.fileno(), False)
        try:
            return os.read(self._pipe.fileno(), READ_SIZE)
        except BlockingIOError:
            return b""

    def _log(self, line: bytes) -> None:
        text = line.decode(io_encoding, "replace").rstrip()
        if not text:
            self._blank += 1
            return
        for shown in [*[""] * self._blank, text]:
            logger.info("Stdout: {}", shown)
        self._blank = 0
