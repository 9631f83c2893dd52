"""A year of FlexGet ends in the same state on PostgreSQL as on SQLite, and that state moves from one to the other.

On SQLite one process runs it all, on PostgreSQL each run has a process of its own: so one comparison says both that the database
makes no difference and that it makes none what a process ran before.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flexapi.testing.postgres import Require, new_database
from flexapi.testing.process import ROOT

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-m", "flexapi.engine.host.tests.a_year"]
Tables = dict[str, list[dict[str, Any]]]


def start(folder: Path, url: str, *how: str) -> subprocess.Popen[str]:
    """Start a year in a folder and on a database."""
    (folder / "plugins").mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "year_feed.py", folder / "plugins")
    return subprocess.Popen(
        [*COMMAND, str(folder), url, *how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tables(process: "subprocess.Popen[str]") -> Tables:
    """Return what a year left behind, as far as it can be the same everywhere."""
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    # PostgreSQL stores no NUL, and gives no id a second time, which are in the URLs of lists.
    out = re.sub(r"(movie_list|movie_queue)/\d+", r"\1/n", out.replace(r"\u0000", r"\ufffd"))
    return dict(json.loads(out))


@pytest.fixture(scope="module")
def url(require: Require) -> Any:
    """A database that does not wait for the disk."""
    with new_database(require) as url:
        yield f"{url}?options=-c%20synchronous_commit%3Doff"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, url: str) -> tuple[Path, Tables, Tables]:
    """The folder of the year on SQLite, and what it and the one on PostgreSQL left behind."""
    folders = [tmp_path_factory.mktemp(name) for name in ("sqlite", "postgres")]
    processes = [start(folders[0], ""), start(folders[1], url, "own")]
    on_sqlite, on_postgres = map(tables, processes)
    return folders[0], on_sqlite, on_postgres


# What the year must have come by, lest it compares nothing with nothing.
FILLED = """
    archive_entry backlog delay digest_entries discover_entry entry_list_lists episode_releases failed
    history movie_list_lists pending_entries regexp_list_regexps remember_rejected_entry season_releases
    seen_field series series_episodes simple_persistence status_execution timeframe upgrade
    wait_list_entries
"""


def test_it_ends_in_the_same_state_whatever_processes_run_it(
    years: tuple[Path, Tables, Tables],
) -> None:
    _, on_sqlite, on_postgres = years
    assert [name for name in FILLED.split() if not on_sqlite[name]] == []
    different = [name for name in on_sqlite if on_sqlite[name] != on_postgres[name]]
    assert different == [], {
        name: [
            pair
            for pair in zip(on_sqlite[name], on_postgres[name], strict=False)
            if pair[0] != pair[1]
        ][:2]
        for name in different
    }
    aborted = [row for row in on_sqlite["status_execution"] if "BUG" in (row["abort_reason"] or "")]
    assert aborted == []


def move(
    folder: Path, url: str, source: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command that moves."""
    environment = os.environ | {
        "FLEXAPI_CONFIG": str(folder / "config.yml"),
        "FLEXAPI_FLEXGET_DATABASE_URL": url,
    }
    return subprocess.run(
        [sys.executable, "manage.py", "move_flexget_database", "--from", str(source), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


ODD = """
INSERT INTO seen_entry (id, title, added, local) VALUES (900001, 'old', '1969-07-20 20:17:40.000000', 0);
INSERT INTO seen_entry (id, title, added, local)
    VALUES (900002, CAST(x'610062' AS TEXT), 'last summer', 'maybe');
INSERT INTO seen_field (id, seen_entry_id, value) VALUES (900003, 77777777, CAST(x'ff6162' AS TEXT));
INSERT INTO failed (id, title, count) VALUES (900004, 'too many', 1e30);
INSERT INTO failed (id, title, count) VALUES (900005, 'text', '12');
DROP INDEX ix_series_name_lower;
INSERT INTO series (id, name, name_lower) VALUES (900006, 'Twice', 'twice'), (900007, 'Twice', 'twice');
CREATE TABLE of_a_plugin (id INTEGER); INSERT INTO of_a_plugin VALUES (1);
ALTER TABLE history ADD COLUMN colour TEXT; UPDATE history SET colour = 'red' WHERE id = (SELECT max(id) FROM history);
UPDATE plugin_schema SET version = 13 WHERE plugin = 'series';
"""
ODD_IDS = {
    "seen_entry": {900001, 900002},
    "seen_field": {900003},
    "failed": {900004, 900005},
    "series": {900006},
}
TOLD = """
A copy of the database is upgraded by FlexGet
seen_entry: row 900002, title: 'a\\x00b': NUL replaced
seen_entry: row 900002, added: 'last summer': it is no date and time
seen_entry: row 900002, local: 'maybe': it is neither true nor false
seen_field: rows 900003 name a row of seen_entry in seen_entry_id that is not there
seen_field: row 900003, value: '\\\\xffab': bytes that are no UTF-8 replaced
failed: row 900004, count: 1e+30: it is too big for 64 bits
series: row 900007 is left out: duplicate key value
of_a_plugin: its 1 rows stay behind
history: the column colour of 1 rows stays behind
"""


def rows_of(connection: Any, table: str) -> dict[int, dict[str, Any]]:
    """Return the rows of a table by their ids, times written as SQLite has them."""
    found = connection.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for row in rows:
        for name, value in row.items():
            if isinstance(value, datetime):
                row[name] = value.isoformat(" ", "microseconds")
            elif isinstance(value, str):
                row[name] = value.replace("\0", "\ufffd")
    return {row.get("id", number): row for number, row in enumerate(rows)}


def test_the_state_moves(years: tuple[Path, Tables, Tables], url: str, tmp_path: Path) -> None:
    import psycopg

    folder, on_sqlite, _ = years
    source = tmp_path / "old.sqlite"
    shutil.copy(folder / "db-config.sqlite", source)
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.executescript(ODD)
    before = source.read_bytes()
    done = move(folder, f"{url}&schema=moved", source, "--upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in TOLD.strip().splitlines() if line not in done.stdout] == []
    assert source.read_bytes() == before
    moved = psycopg.connect(url)
    moved.execute("SET search_path TO moved")
    with closing(sqlite3.connect(folder / "db-config.sqlite")) as there, moved:
        for name in on_sqlite:
            arrived = rows_of(moved, name)
            for key, row in rows_of(there, name).items():
                assert arrived.pop(key) == row, name
            # What is left are the odd ones.
            assert set(arrived) == ODD_IDS.get(name, set()), name
            if name == "seen_entry":
                assert arrived[900001]["added"] == "1969-07-20 20:17:40.000000"
            if name == "failed":
                assert [arrived[key]["count"] for key in (900004, 900005)] == [None, 12]
        next_id = "SELECT nextval(pg_get_serial_sequence('seen_entry', 'id'))"
        assert moved.execute(next_id).fetchone() == (900003,)
    moved.close()
    again = move(folder, f"{url}&schema=moved", folder / "db-config.sqlite")
    assert again.returncode == 1
    assert "--replace" in again.stderr


def test_it_does_not_move_while_flexget_runs(tmp_path: Path, other_process: int) -> None:
    (tmp_path / "config.yml").write_text("tasks: {}\n")
    (tmp_path / ".config-lock").write_text(f"PID: {other_process}\n")
    done = move(tmp_path, "postgres://localhost/none", tmp_path / "db-config.sqlite")
    assert f"FlexGet is running (process {other_process})" in done.stderr


def test_a_newer_flexget_s_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    from flexget import db_schema

    from flexapi.engine.host.move import database as move_database
    from flexapi.engine.host.move.values import Text

    versions = {"series": {"version": 14}, "seen": {"version": 4}}
    monkeypatch.setattr(db_schema, "plugin_schemas", versions)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = Text
        connection.executescript(
            "CREATE TABLE plugin_schema (plugin TEXT, version INTEGER);"
            "INSERT INTO plugin_schema VALUES ('series', 13), ('gone', 3), ('seen', NULL)"
        )
        assert move_database.outdated(connection) == [
            "series has version 13, not 14",
            "seen has version None, not 4",
        ]
        connection.execute("UPDATE plugin_schema SET version = 15 WHERE plugin = 'series'")
        with pytest.raises(move_database.MoveRefused, match="newer FlexGet: the tables of series"):
            move_database.outdated(connection)
