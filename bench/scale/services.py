"""A PostgreSQL of its own that counts statements, and pgbouncer in front of it."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from flexapi.testing.live import START_TIMEOUT
from flexapi.testing.process import OwnProcess

# Neither of the two wants to be root.
USER: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
# Who connects, so that statements and connections can be told apart.
ROLES = ("server", "worker", "flexget")
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "10000",
    "unix_socket_directories": "",
    "max_connections": "1000",
    "shared_buffers": "256MB",
}


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


class Bouncer(OwnProcess):
    """pgbouncer that gives out its connections transaction by transaction."""

    def __init__(self, folder: Path, database: Postgres, size: int) -> None:
        super().__init__(folder / "pgbouncer.log")
        self.port = _free_port()
        self._folder = folder / "pgbouncer"
        _own(self._folder)
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": size,
            "max_client_conn": 2000,
        }
        lines = [f"{name} = {value}" for name, value in settings.items()]
        target = f"host=127.0.0.1 port={database.port} user=worker"
        text = "\n".join(["[databases]", f"flexapi = {target}", "[pgbouncer]", *lines])
        (self._folder / "pgbouncer.ini").write_text(f"{text}\n")

    def url(self) -> str:
        """Return where clients connect to."""
        return f"postgres://worker@127.0.0.1:{self.port}/flexapi"

    def start(self) -> None:
        """Start it; returns when it answers."""
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        if not Path(program).exists():
            raise Missing("pgbouncer is not installed")
        self.launch([program, str(self._folder / "pgbouncer.ini")], os.environ, **USER)
        _wait_for(self.url())


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
