"""New databases of a real PostgreSQL server, for tests.

    from flexapi.testing.postgres import postgres_database

A test module that imports the fixture gets a database of its own, dropped behind its last test.
"""

import importlib.util
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit, urlunsplit

import pytest

from flexapi.testing.process import ROOT

# Whose user may create databases; the path is the database that is there already.
SERVER = os.environ.get(
    "FLEXAPI_TEST_POSTGRES_SERVER", "postgres://postgres@127.0.0.1:5432/postgres"
)
Require = Callable[[str, bool, str], None]

_SQL = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"


def is_available() -> bool:
    """Whether a server listens and its driver is installed."""
    if importlib.util.find_spec("psycopg") is None:
        return False
    parts = urlsplit(SERVER)
    try:
        create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def new_database(require: Require) -> Iterator[str]:
    """Make a database and yield its URL; skip the test (see `require`) where there is no server."""
    require("postgres", is_available(), f"no driver, or no server at {urlsplit(SERVER).netloc}")
    name = f"flexapi_test_{secrets.token_hex(6)}"
    _execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
    finally:
        _execute(f"DROP DATABASE {name} WITH (FORCE)")


def _execute(sql: str) -> None:
    # In a process of its own: a test process that forks and threads must not load the driver.
    subprocess.run([sys.executable, "-c", _SQL, SERVER, sql], check=True, timeout=60)


@pytest.fixture(scope="module")
def postgres_database(require: Require) -> Iterator[str]:
    """The URL of a new database, shared by the tests of a module."""
    with new_database(require) as url:
        yield url


def printed_by(code: str, database: str, folder: Path) -> str:
    """Run code in another process that has Django on a new database, with its data in a folder; return what it prints."""
    environment = {**os.environ, "FLEXAPI_DATABASE_URL": database, "FLEXAPI_DATA_DIR": str(folder)}
    migrated = (
        "from django.core.management import call_command\ncall_command('migrate', verbosity=0)\n"
    )
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "-c", migrated + code, "--verbosity=0"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout
