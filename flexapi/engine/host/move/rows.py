"""Moves the rows of one of FlexGet's tables from SQLite into PostgreSQL, a thousand at a time."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Column, Connection, Table

from .values import Converter, Text, Unstorable, converter

BATCH = 1000
# Characters of a value that a note shows.
SHOWN = 200
# Ids of rows that name a row which is not there, as far as they are listed.
LISTED = 20

Row = tuple[Any, ...]


class Moved:
    """What has become of a table's rows so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.left_out = 0
        self._notes: list[str] = []

    def note(self, text: str) -> None:
        """Keep something to say."""
        self._notes.append(text)

    def take_notes(self) -> list[str]:
        """Return what is to be said, once."""
        notes, self._notes = self._notes, []
        return notes


def move_table(
    connection: sqlite3.Connection, into: Connection, table: Table, moved: Moved
) -> Iterator[None]:
    """Move a table's rows in batches; yields after each, with `moved` up to date."""
    present = [row[1].decode() for row in connection.execute(f'PRAGMA table_info("{table.name}")')]
    columns = [column for column in table.columns if column.name in present]
    for name in set(present) - {column.name for column in columns}:
        _note_column(connection, table, name, moved)
    for column in columns:
        _note_dangling(connection, column, moved)
    cursor = connection.execute(
        f"SELECT rowid, {', '.join(quoted(column.name) for column in columns)} "  # noqa: S608
        f"FROM {quoted(table.name)} ORDER BY rowid"
    )
    converters = [converter(column.type) for column in columns]
    driver = into.connection.driver_connection
    while batch := cursor.fetchmany(BATCH):
        rows = []
        for rowid, *values in batch:
            row = _converted(rowid, values, columns, converters, moved)
            if row is not None:
                rows.append((rowid, row))
        _store(driver, table, columns, rows, moved)
        yield
    yield


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _converted(
    rowid: int,
    values: list[Any],
    columns: list[Column[Any]],
    converters: list[Converter],
    moved: Moved,
) -> Row | None:
    """Return a row as PostgreSQL takes it; None where it can't be stored, which is noted."""
    row = []
    for value, column, convert in zip(values, columns, converters, strict=True):
        new, note = None, ""
        if value is not None:
            try:
                new, note = convert(value)
            except Unstorable as error:
                note = f"{error}, so nothing is stored in its place"
        if new is None and not column.nullable:
            if value is None:
                note = "it must not be empty"
            moved.left_out += 1
            moved.note(
                f"row {rowid} is left out, for {column.name} is {_shown(value)}: {note}. "
                f"The row: {dict(zip([c.name for c in columns], map(_shown, values), strict=True))}"
            )
            return None
        if note:
            moved.note(f"row {rowid}, {column.name}: {_shown(value)}: {note}")
        row.append(new)
    return tuple(row)


def _shown(value: Any) -> str:
    plain = value.decode("utf-8", "backslashreplace") if isinstance(value, Text) else value
    text = repr(plain)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _store(
    driver: Any,
    table: Table,
    columns: list[Column[Any]],
    rows: list[tuple[int, Row]],
    moved: Moved,
) -> None:
    """Store rows at once; where PostgreSQL refuses that, one by one, and note those that it refuses."""
    try:
        with driver.transaction():
            _copy(driver, table, columns, [row for _, row in rows])
        moved.rows += len(rows)
        return
    except psycopg.errors.IntegrityError:
        pass  # Some row is in the file twice, say.
    for rowid, row in rows:
        try:
            with driver.transaction():
                _copy(driver, table, columns, [row])
            moved.rows += 1
        except psycopg.errors.IntegrityError as error:
            moved.left_out += 1
            values = dict(zip([column.name for column in columns], map(_shown, row), strict=True))
            reason = " ".join(str(error).split())
            moved.note(f"row {rowid} is left out: {reason}. The row: {values}")


def _copy(driver: Any, table: Table, columns: list[Column[Any]], rows: list[Row]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _note_column(connection: sqlite3.Connection, table: Table, name: str, moved: Moved) -> None:
    statement = f"SELECT count({quoted(name)}) FROM {quoted(table.name)}"  # noqa: S608
    filled = connection.execute(statement).fetchone()[0]
    if filled:
        moved.note(
            f"the column {name} of {filled} rows stays behind, this FlexGet has no such column"
        )


def _note_dangling(connection: sqlite3.Connection, column: Column[Any], moved: Moved) -> None:
    """Note rows that name a row of another table which is not there: they are moved as they are."""
    for reference in column.foreign_keys:
        owner = reference.column
        here, there = quoted(column.name), quoted(owner.name)
        statement = (
            f"SELECT rowid FROM {quoted(column.table.name)} WHERE {here} IS NOT NULL "  # noqa: S608
            f"AND {here} NOT IN (SELECT {there} FROM {quoted(owner.table.name)} "
            f"WHERE {there} IS NOT NULL)"
        )
        ids = [str(row) for (row,) in connection.execute(statement)]
        if ids:
            more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
            moved.note(
                f"rows {', '.join(ids[:LISTED])}{more} name a row of {owner.table.name} in "
                f"{column.name} that is not there; they are moved as they are"
            )
