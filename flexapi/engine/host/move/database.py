"""Moves FlexGet's SQLite database into PostgreSQL. Run by the interpreter that has FlexGet.

Standard input is one line of JSON, `{"config": path, "source": path of the SQLite file, "database": URL,
"replace": bool, "upgrade": bool}`. Standard output is one JSON object a line:

`{"table", "rows": of it, "done": rows of all tables, "total": rows of all tables}` now and then,
`{"note": what was repaired, or left behind}`, `{"error": why nothing was moved}` or `{"moved": rows}` at the end.

All is one transaction of PostgreSQL: until its end nothing has been moved. The file is only read.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

# Run as a script; see `host`.
if __name__ == "__main__":
    sys.path[0:1] = []
    sys.path.append(str(Path(__file__).resolve().parents[4]))

from flexget import db_schema
from flexget.manager import Base
from sqlalchemy import Connection, Table, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from flexapi.engine.host.database.postgresql import PostgreSQL, set_sequences
from flexapi.engine.host.database.unusable import DatabaseUnusable, unusable
from flexapi.engine.host.manager import WarmManager, start_logging
from flexapi.engine.host.move.rows import Moved, move_table, quoted
from flexapi.engine.host.move.values import Text

# What a FlexGet that has only been started leaves in its tables.
OF_A_START = {"plugin_schema", "flexget_version", "simple_persistence"}
# Seconds between two words of progress.
PROGRESS = 0.5


class MoveRefused(Exception):
    """Nothing is moved; the message says why and what to do."""


# Plugins print, so messages have a descriptor of their own.
_messages = sys.stdout


def say(**message: Any) -> None:
    """Write one message."""
    _messages.write(json.dumps(message, default=str) + "\n")
    _messages.flush()


@contextmanager
def source(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the SQLite file for reading. Raises MoveRefused."""
    if not path.is_file():
        raise MoveRefused(f"There is no {path}.")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.text_factory = Text
    try:
        # One state of all tables, whoever writes meanwhile.
        connection.execute("BEGIN")
        connection.execute("SELECT name FROM sqlite_master").fetchone()
        yield connection
    except sqlite3.DatabaseError as error:
        raise MoveRefused(f"{path} can't be read: {error}") from error
    finally:
        connection.close()


def outdated(connection: sqlite3.Connection) -> list[str]:
    """Return which tables are of an older FlexGet; raises MoveRefused where some are of a newer one."""
    older = []
    try:
        versions = connection.execute("SELECT plugin, version FROM plugin_schema").fetchall()
    except sqlite3.OperationalError:
        raise MoveRefused(
            "The file is no database of FlexGet: it has no table plugin_schema."
        ) from None
    for name, stored in versions:
        plugin = (name or b"").decode()
        known = db_schema.plugin_schemas.get(plugin, {}).get("version", stored)
        if (stored or 0) > known:
            raise MoveRefused(
                f"The database is of a newer FlexGet: the tables of {plugin} have version {stored}, "
                f"not {known}. Upgrade the FlexGet here first."
            )
        if (stored or 0) < known:
            older.append(f"{plugin} has version {stored}, not {known}")
    return older


@contextmanager
def current(path: Path, config: Path, upgrade: bool) -> Iterator[sqlite3.Connection]:
    """Open the file, or a copy that FlexGet has upgraded where it is of an older one and that is wanted."""
    with source(path) as connection:
        older = outdated(connection)
        if not older:
            yield connection
            return
        if not upgrade:
            raise MoveRefused(
                f"The database is of an older FlexGet ({'; '.join(older)}). "
                "Give --upgrade to have a copy of it upgraded and moved."
            )
        with tempfile.TemporaryDirectory(prefix="flexapi-move-") as folder:
            copy = Path(folder) / f"db-{config.stem}.sqlite"
            with closing(sqlite3.connect(copy)) as target:
                connection.backup(target)
            say(
                note="A copy of the database is upgraded by FlexGet; the file itself is not touched."
            )
            _upgrade(copy, config)
            with source(copy) as upgraded:
                if still := outdated(upgraded):
                    raise MoveRefused(f"FlexGet could not upgrade a copy: {'; '.join(still)}.")
                yield upgraded


def _upgrade(copy: Path, config: Path) -> None:
    """Let FlexGet upgrade a copy, in a process of its own: one manager is all that FlexGet bears."""
    shutil.copy(config, copy.with_name(config.name))
    for folder in ("plugins", "components"):
        if (config.parent / folder).is_dir():
            shutil.copytree(config.parent / folder, copy.parent / folder)
    program = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from pathlib import Path\n"
        "from flexapi.engine.host.manager import WarmManager, start_logging\n"
        "start_logging(); manager = WarmManager(Path(sys.argv[2]))\n"
        "assert manager.take_lock(); manager.prepare_database(); manager.drop_lock()\n"
    )
    root = str(Path(__file__).resolve().parents[4])
    done = subprocess.run(
        [sys.executable, "-c", program, root, str(copy.with_name(config.name))],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MoveRefused(f"FlexGet could not upgrade a copy: {done.stderr.strip()[-1000:]}")


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table of the file has."""
    names = [
        name.decode()
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    return {name: count(connection, name) for name in names}


def count(connection: sqlite3.Connection, name: str) -> int:
    """Return how many rows a table of the file has."""
    statement = f"SELECT count(*) FROM {quoted(name)}"  # noqa: S608
    return int(connection.execute(statement).fetchone()[0])


def move(params: dict[str, Any]) -> int:
    """Move everything; return how many rows. Raises MoveRefused, DatabaseUnusable, SQLAlchemyError."""
    config = Path(params["config"])
    target = PostgreSQL(params["database"])
    start_logging()
    manager = WarmManager(config, target)
    if not manager.take_lock():
        raise MoveRefused(
            f"FlexGet is running (process {(manager._read_lock() or {}).get('pid')}). Stop it first."
        )
    try:
        file = current(Path(params["source"]), config, params["upgrade"])
        with file as connection, manager.engine.begin() as into:
            target.keep_others_off(into)
            if not params["replace"]:
                _refuse_full(into)
            target.make(into, manager, replace=params["replace"])
            return _move_all(connection, into)
    finally:
        manager.drop_lock()


def _refuse_full(into: Connection) -> None:
    inspector = inspect(into)
    schema = into.scalar(select(func.current_schema()))
    there = set(inspector.get_table_names(schema=schema)) if schema else set()
    for table in Base.metadata.sorted_tables:
        if table.name in there - OF_A_START and into.scalar(
            select(func.count()).select_from(table)
        ):
            raise MoveRefused(
                f"FlexGet's tables in PostgreSQL are not empty: {table.name} has rows. "
                "Give --replace to throw away what is there."
            )


class MoveProgress:
    """Says how far it is, now and then."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._told = time.monotonic()
        # Rows of the tables that are moved already.
        self.done = 0

    def tell(self, table: str, rows: int, moved: int) -> None:
        """Say how much of a table with so many rows is moved, unless the last word was just said."""
        if time.monotonic() - self._told > PROGRESS:
            self._told = time.monotonic()
            say(table=table, rows=rows, done=self.done + moved, total=self._total)


def _move_all(connection: sqlite3.Connection, into: Connection) -> int:
    rows = counts(connection)
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    for name in sorted(rows.keys() - tables.keys()):
        if rows[name]:
            say(note=f"{name}: its {rows[name]} rows stay behind, this FlexGet has no such table")
    progress = MoveProgress(sum(rows.get(name, 0) for name in tables))
    for name, table in tables.items():
        if name in rows:
            progress.done += _move_one(connection, into, table, rows[name], progress)
    set_sequences(into)
    into.exec_driver_sql("ANALYZE")
    return progress.done


def _move_one(
    connection: sqlite3.Connection,
    into: Connection,
    table: Table,
    rows: int,
    progress: MoveProgress,
) -> int:
    moved = Moved()
    # The versions of the tables are there from their making.
    into.execute(table.delete())
    for _ in move_table(connection, into, table, moved):
        for note in moved.take_notes():
            say(note=f"{table.name}: {note}")
        progress.tell(table.name, rows, moved.rows)
    there = into.scalar(select(func.count()).select_from(table))
    if there != moved.rows or moved.rows + moved.left_out != rows:
        raise MoveRefused(
            f"{table.name} has {rows} rows; {moved.rows} were moved, {moved.left_out} left out, "
            f"and {there} arrived. Nothing is moved."
        )
    return moved.rows


def main() -> int:
    """Do what standard input says; return the exit code."""
    global _messages
    params = json.loads(sys.stdin.readline())
    _messages = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        say(moved=move(params))
    except (MoveRefused, DatabaseUnusable, ValueError, RuntimeError, OSError) as error:
        say(error=str(error))
        return 1
    except SQLAlchemyError as error:
        say(error=unusable(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
