"""FlexGet's own daemon with its web API, and its command line."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from . import configs, processes
from .http_client import Client


@dataclass(frozen=True, slots=True)
class FlexGet:
    """A running daemon: where its API is and how to log in."""

    pid: int
    port: int
    token: str

    @property
    def authorization(self) -> str:
        """The `Authorization` header."""
        return f"Token {self.token}"

    def client(self) -> Client:
        """Return a new connection."""
        return Client(self.port, self.authorization)

    def pids(self) -> list[int]:
        """Return the process ids of the daemon and of all it has started."""
        children = psutil.Process(self.pid).children(recursive=True)
        return [self.pid, *(child.pid for child in children)]


@contextlib.contextmanager
def flexget(folder: Path, config: dict[str, Any]) -> Iterator[FlexGet]:
    """Start the daemon on a config in a new folder; ready when its API listens."""
    port = processes.free_port()
    web_server = {"bind": "127.0.0.1", "port": port, "web_ui": False}
    path = configs.write(folder, config, web_server=web_server)
    command = [str(processes.FLEXGET), "-c", str(path)]
    # The user logs in by password first; the token stands in the daemon's database. A password that begins with `-` is no password
    # to the command line.
    processes.run([*command, "web", "passwd", secrets.token_hex()], folder)
    shown = processes.run([*command, "web", "showtoken"], folder)
    token = shown.rpartition("Token:")[2].split()[0]
    with processes.Server([*command, "daemon", "start"], folder, {}) as server:
        server.wait_for_port(port)
        yield FlexGet(server.pid, port, token)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`flexget execute` in a folder of its own, where no daemon answers in its place."""

    folder: Path
    config: Path

    @classmethod
    def prepare(cls, folder: Path, config: dict[str, Any]) -> "CommandLine":
        """Write the config and let FlexGet make its database."""
        prepared = cls(folder, configs.write(folder, config))
        prepared.execute(configs.TRIVIAL)
        return prepared

    def execute(self, task: str) -> None:
        """Run a task to its end; raises CommandFailed."""
        command = [str(processes.FLEXGET), "-c", str(self.config), "execute", "--tasks", task]
        processes.run(command, self.folder)
