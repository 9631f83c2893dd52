"""Copies of databases that are in use: SQLite's by its own backup, PostgreSQL's by pg_dump."""

import contextlib
import os
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flexapi.backup.contents import BackupError

# SQLite copies so many pages and lets others write for a moment; a writer makes it begin again.
PAGES = 2000
PAUSE = 0.02
# After so many seconds of others' writes the rest is copied in one go: they wait.
PATIENCE = 30.0


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite file that others may write to. Raises BackupError."""
    with (
        contextlib.closing(
            sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
        ) as original,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        try:
            original.backup(copy, pages=PAGES, sleep=PAUSE, progress=_Patience())
        except _TooBusy:
            original.backup(copy)
        except sqlite3.Error as error:
            raise BackupError(f"{source} can't be copied: {error}.") from error


class _TooBusy(Exception):
    """Others write all the time."""


class _Patience:
    """Counts the pages that were copied in vain."""

    def __init__(self) -> None:
        self._copied = 0

    def __call__(self, status: int, remaining: int, total: int) -> None:
        self._copied += PAGES
        if self._copied > 3 * total + PAGES * PATIENCE / PAUSE:
            raise _TooBusy


def check_sqlite(path: Path) -> None:
    """Raise BackupError where a file isn't a sound SQLite database."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict != "ok":
        raise BackupError(f"{path.name} in the backup is damaged: {verdict}.")


def dump_postgresql(url: str, target: Path) -> None:
    """Write what a PostgreSQL database holds, in `pg_dump`'s own form. Raises BackupError."""
    _run(["pg_dump", "--format=custom", f"--file={target}"], url)


def load_postgresql(url: str, source: Path) -> None:
    """Make a database hold what a dump has and nothing else; all of it or nothing. Raises BackupError."""
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
    _run([*command, f"--dbname={urlsplit(url).path.lstrip('/')}", str(source)], url)


def _run(command: list[str], url: str) -> None:
    parts = urlsplit(url)
    # Not as arguments, which others on this machine can read.
    given = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }
    environment = os.environ | {name: value for name, value in given.items() if value}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BackupError(
            f"{command[0]} is missing: install PostgreSQL's client programs (postgresql-client), "
            "of the server's version or a newer one."
        ) from error
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()[-1000:]}")
