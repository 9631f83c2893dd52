"""A PostgreSQL of its own that counts statements."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg

from flexapi.testing.live import START_TIMEOUT
from flexapi.testing.pgbouncer import USER
from flexapi.testing.process import OwnProcess

# Who connects, so that statements and connections can be told apart.
ROLES = ("server", "worker", "flexget")
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "10000",
    "unix_socket_directories": "",
    "max_connections": "1000",
    "shared_buffers": "256MB",
}


# Seconds that it may take to end hundreds of sessions on a busy machine: 30 were too few at a load of 50.
STOP_TIMEOUT = 120.0


class Missing(Exception):
    """What is needed is not installed."""


def _program(name: str) -> str:
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]
    program = shutil.which(name) or (found[-1] if found else None)
    if program is None:
        raise Missing(f"{name} is not installed")
    return program


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _own(folder: Path) -> None:
    folder.mkdir()
    if USER:
        shutil.chown(folder, USER["user"], USER["group"])


class Postgres(OwnProcess):
    """A server with an empty database `flexapi`, which may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "postgres.log")
        self.port = _free_port()
        self._data = folder / "postgres"
        _own(self._data)
        command = [_program("initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60, **USER)
        self.start()
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for role in ROLES:
                # None is a superuser: a few connections are kept for those.
                connection.execute(f"CREATE ROLE {role} LOGIN")
                if role != ROLES[0]:
                    connection.execute(f"GRANT {ROLES[0]} TO {role}")
            connection.execute(f"CREATE DATABASE flexapi OWNER {ROLES[0]}")
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")

    def url(self, role: str, database: str = "flexapi") -> str:
        """Return where a role connects to."""
        return f"postgres://{role}@127.0.0.1:{self.port}/{database}"

    def start(self, **settings: str) -> None:
        """Start it, with other settings than SETTINGS where they are given; returns when it answers."""
        given = [f"-c{name}={value}" for name, value in (SETTINGS | settings).items()]
        command = [_program("postgres"), "-D", str(self._data), f"-p{self.port}", *given]
        self.launch(command, os.environ, **USER)
        _wait_for(self.url("postgres", "postgres"))

    def restart(self, **settings: str) -> None:
        """Break all connections off, as `pg_ctl restart` does, and start it again."""
        self.stop(signal.SIGINT, STOP_TIMEOUT)
        self.start(**settings)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
