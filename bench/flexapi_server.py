"""This project's server, started as its users start it."""

import contextlib
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from . import configs, processes
from .http_client import Client, Failed


@dataclass(frozen=True, slots=True)
class FlexApi:
    """A running server: where it is and how to log in."""

    pid: int
    port: int
    token: str

    @property
    def authorization(self) -> str:
        """The `Authorization` header."""
        return f"Token {self.token}"

    @property
    def websocket(self) -> str:
        """The base URL of the websockets."""
        return f"ws://127.0.0.1:{self.port}"

    def client(self) -> Client:
        """Return a new connection."""
        return Client(self.port, self.authorization)

    def host_pid(self) -> int:
        """Return the process id of FlexGet's host."""
        with contextlib.closing(self.client()) as client:
            pid: int = client.get("/api/server")["object"]["engine"]["pid"]
            return pid

    def pids(self) -> list[int]:
        """Return the process ids of the server and of all it has started."""
        children = psutil.Process(self.pid).children(recursive=True)
        return [self.pid, *(child.pid for child in children)]


@contextlib.contextmanager
def flexapi(
    folder: Path, config: dict[str, Any], settings: Mapping[str, str] | None = None
) -> Iterator[FlexApi]:
    """Start the server on a config in a new folder; ready when FlexGet is loaded in its host.

    `settings` are more variables for it.
    """
    port = processes.free_port()
    variables = {
        "FLEXAPI_DATA_DIR": str(folder / "data"),
        "FLEXAPI_CONFIG": str(configs.write(folder, config)),
        "FLEXAPI_PORT": str(port),
        "FLEXAPI_ADMIN_PASSWORD": secrets.token_urlsafe(),
        **(settings or {}),
    }
    manage = [sys.executable, str(processes.ROOT / "manage.py")]
    with processes.Server([*manage, "serve"], folder, variables) as server:
        server.wait_for_port(port)
        with contextlib.closing(Client(port, "")) as client:
            # It takes connections from the start and answers them once it is set up.
            client.get("/healthz")
        token = processes.run([*manage, "create_token", "admin"], folder, variables).strip()
        started = FlexApi(server.pid, port, token)
        _wait_for_engine(server, started)
        yield started


def _wait_for_engine(server: processes.Server, started: FlexApi) -> None:
    deadline = time.monotonic() + processes.START_TIMEOUT
    with contextlib.closing(started.client()) as client:
        while time.monotonic() < deadline:
            server.check_alive()
            with contextlib.suppress(Failed):
                # On a busy machine it is an error at first: not known in time.
                if client.get("/api/server")["object"]["engine"].get("state") == "ready":
                    return
            time.sleep(processes.START_POLL)
    raise processes.NotStarted(f"FlexGet is not ready.\n{server.output_end()}")
