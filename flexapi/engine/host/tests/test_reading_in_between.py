"""Who reads FlexGet's SQLite file gets in between the commits of somebody who writes a lot."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError

from flexapi.engine.host import transactions
from flexapi.engine.host.transactions import READ_POLL, begin_to_read


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who is committing, as to everybody else."""
    with closing(sqlite3.connect(tmp_path / "db.sqlite", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE taken (id INTEGER)")
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path}/db.sqlite")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_reader_gets_in_at_once(
    writer: sqlite3.Connection, reader: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 30:
            writer.execute("COMMIT")

    monkeypatch.setattr(transactions, "BUSY_TIMEOUT", 60_000)
    monkeypatch.setattr("flexapi.engine.host.transactions.time.sleep", sleep)
    reader.exec_driver_sql("BEGIN")
    begin_to_read(reader)
    assert slept == [READ_POLL] * 30
    writer.execute("PRAGMA busy_timeout = 0")
    writer.execute("BEGIN")
    writer.execute("INSERT INTO taken VALUES (1)")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        # Nobody commits until the reader is done.
        writer.execute("COMMIT")
    assert reader.exec_driver_sql("SELECT * FROM taken").all() == []
    assert reader.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 60_000


def test_a_reader_gives_up(
    writer: sqlite3.Connection, reader: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "BUSY_TIMEOUT", 5)
    reader.exec_driver_sql("BEGIN")
    with pytest.raises(DBAPIError, match="locked"):
        begin_to_read(reader)
