"""A pgbouncer in front of a PostgreSQL server."""

import os
import shutil
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from flexapi.testing.live import START_TIMEOUT
from flexapi.testing.process import OwnProcess

# It doesn't want to be root, and neither does PostgreSQL.
USER: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def program() -> str | None:
    """Return where pgbouncer is; None where it isn't installed."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class Bouncer(OwnProcess):
    """pgbouncer that gives out its `size` connections to a database transaction by transaction.

    `folder` is one that PostgreSQL's user may enter, where root starts it.
    """

    def __init__(self, folder: Path, database: str, size: int) -> None:
        super().__init__(folder / "pgbouncer.log")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._database = urlsplit(database)
        self._configuration = folder / "pgbouncer.ini"
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": size,
            "max_client_conn": 2000,
        }
        target = {
            "host": self._database.hostname,
            "port": self._database.port or 5432,
            "user": self._database.username,
        }
        if self._database.password:
            target["password"] = unquote(self._database.password)
        given = " ".join(f"{name}={value}" for name, value in target.items())
        lines = [f"{name} = {value}" for name, value in settings.items()]
        text = "\n".join(["[databases]", f"* = {given}", "[pgbouncer]", *lines])
        self._configuration.write_text(f"{text}\n")

    @property
    def url(self) -> str:
        """Where clients connect to."""
        where = f"{self._database.username}@127.0.0.1:{self.port}"
        return urlunsplit(self._database._replace(netloc=where))

    def start(self) -> None:
        """Start it; returns when it listens."""
        found = program()
        assert found, "pgbouncer is not installed"
        self.launch([found, str(self._configuration)], os.environ, **USER)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 2).close()
                return
            except OSError:
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.02)
