"""FlexGet's tables in PostgreSQL: runs side by side, test runs, a server that is gone."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine import protocol
from flexapi.engine.client import Engine, EngineError
from flexapi.engine.run import Report, Run
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, of_kind, reports_of
from flexapi.testing.postgres import postgres_database

__all__ = ["postgres_database"]
psycopg = pytest.importorskip("psycopg")
PASSWORD = "not-to-be-seen"


@pytest.fixture(scope="module")
def url(postgres_database: str) -> str:
    """The database's URL, with a password in it."""
    return postgres_database.replace("postgres@", f"postgres:{PASSWORD}@")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> FlexGetHome:
    """The folder that the engine works with."""
    return FlexGetHome(tmp_path_factory.mktemp("flexget"))


@pytest.fixture(scope="module")
def engine(home: FlexGetHome, url: str) -> Iterator[Engine]:
    """An engine on the database, for up to four runs at once."""
    engine = Engine(home.config, database=url, slots=4)
    engine.start()
    yield engine
    engine.stop()


def until(text: str, batches: Iterator[list[Report]]) -> list[Report]:
    """Read a run up to a message of its log."""
    reports: list[Report] = []
    for batch in batches:
        reports += batch
        if text in messages(batch):
            return reports
    raise AssertionError(f"it ended without {text!r}: {messages(reports)}")


def rest(batches: Iterator[list[Report]]) -> list[Report]:
    """Read a run to its end."""
    return [report for batch in batches for report in batch]


def rows(url: str) -> dict[str, Any]:
    """Return all rows of all of FlexGet's tables, and where their ids go on."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'flexget'"
        ).fetchall()
        tables = {
            name: connection.execute(f'SELECT * FROM flexget."{name}" ORDER BY 1').fetchall()
            for (name,) in names
        }
        tables["sequences"] = connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
        ).fetchall()
        return tables


def schemas(url: str) -> set[str]:
    """Return the names of the database's schemas."""
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT nspname FROM pg_namespace")}


def test_tasks_run_side_by_side_under_one_lock(engine: Engine, home: FlexGetHome) -> None:
    home.write({name: accepting(name, misbehave="sleep") for name in ("a", "b")})
    runs = [engine.execute(number, [name], {}) for number, name in enumerate("ab")]
    batches = [iter(run) for run in runs]
    for each in batches:
        until("sleeping", each)
    text = home.lock.read_text()
    named = int(text.split()[1])
    other = next(run for run in runs if run.pid != named)
    assert named in [run.pid for run in runs]
    # The one that the lock file names is killed: the other one must be protected as before.
    os.kill(named, signal.SIGKILL)
    killed = next(run for run in runs if run.pid == named)
    rest(batches[runs.index(killed)])
    assert killed.ending is not None
    assert home.lock.read_text().startswith(f"PID: {other.pid}\n")
    other.abort(grace=20)
    rest(batches[runs.index(other)])
    assert not home.lock.exists()


def test_a_task_waits_for_its_other_run(engine: Engine, home: FlexGetHome) -> None:
    home.write({"slow": accepting("x", misbehave="sleep"), "quick": accepting("y")})
    first = engine.execute(1, ["slow"], {})
    reading = iter(first)
    until("sleeping", reading)
    second = engine.execute(2, ["quick", "slow"], {})
    seen: list[Report] = []
    with ThreadPoolExecutor() as threads:
        for batch in second:
            seen += batch
            if of_kind(batch, "waiting") and first.ending is None:
                first.abort(grace=20)
                threads.submit(rest, reading)
            if "sleeping" in messages(batch):
                second.abort(grace=20)
    assert of_kind(seen, "waiting") == [{"task": "slow"}, {"task": ""}]
    assert [task["task"] for task in of_kind(seen, "task")] == ["quick", "slow"]


def test_it_can_be_aborted_while_it_waits(engine: Engine, home: FlexGetHome) -> None:
    home.write({"slow": accepting("x", misbehave="sleep")})
    first, second = engine.execute(1, ["slow"], {}), None
    reading = iter(first)
    until("sleeping", reading)
    second = engine.execute(2, ["slow"], {})
    seen: list[Report] = []
    for batch in second:
        seen += batch
        if of_kind(batch, "waiting"):
            second.abort(grace=20)
    first.abort(grace=20)
    rest(reading)
    assert of_kind(seen, "finished") == [{"aborted": True}]
    assert not of_kind(seen, "task")


def test_a_test_run_changes_nothing(engine: Engine, home: FlexGetHome, url: str) -> None:
    tasks = {"a": {"mock": [{"title": "Show S01E01", "url": "http://localhost/1"}]}}
    home.write({"a": {**tasks["a"], "series": ["Show"]}})
    reports_of(engine.execute(1, None, {}))
    before, there = rows(url), schemas(url)
    # What an earlier one left that was killed.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA flexget_test_1_dead")
    home.write({"a": {**accepting("new"), "disable": ["retry_failed"], "history": True}})
    run = engine.execute(2, None, {"test": True})
    (task,) = of_kind(reports_of(run), "task")
    assert (task["accepted"], task["aborted"]) == (1, False)
    assert rows(url) == before
    assert schemas(url) == there
    # The copy had what is there: in it, the episode was seen.
    home.write({"a": {**tasks["a"], "series": ["Show"]}})
    (task,) = of_kind(reports_of(engine.execute(3, None, {"test": True})), "task")
    assert task["rejected"] == 1


def test_a_replay_changes_nothing_whether_it_remembers_or_not(
    engine: Engine, home: FlexGetHome, url: str
) -> None:
    home.write(
        {
            "a": {
                "mock": [{"title": "Trial S01E01", "url": "http://localhost/t"}],
                "series": ["Trial"],
            }
        }
    )
    first = reports_of(engine.execute(1, None, {}, keep_entries=10_000))
    assert of_kind(first, "task")[0]["accepted"] == 1
    (kept,) = of_kind(first, "kept_entries")
    before, there = rows(url), schemas(url)
    trial = {"config": "tasks: {a: {series: [Trial]}}", "entries": {"a": kept["content"]}}
    for forget, accepted in ((True, 1), (False, 0)):
        run = engine.execute(2, ["a"], {"test": True}, trial={**trial, "forget": forget})
        (task,) = of_kind(reports_of(run), "task")
        assert (task["accepted"], task["rejected"]) == (accepted, 1 - accepted)
        assert rows(url) == before
        assert schemas(url) == there


def test_nobody_sees_the_password(engine: Engine, home: FlexGetHome) -> None:
    home.write(
        {
            "a": accepting(
                "x", misbehave="environment", exec="env; tr '\\0' ' ' < /proc/$PPID/environ"
            )
        }
    )
    log = messages(reports_of(engine.execute(1, None, {"loglevel": "trace"})))
    assert any(line.startswith("variables:") for line in log)
    assert PASSWORD not in "\n".join(log)
    assert PASSWORD not in (home.folder / "flexget.log").read_text()
    for name in ("cmdline", "environ"):
        assert PASSWORD.encode() not in Path(f"/proc/{engine.state.pid}/{name}").read_bytes()


def test_what_the_database_can_not_store_is_stored_otherwise(
    engine: Engine, home: FlexGetHome, url: str
) -> None:
    title = "nul \0 and 漢字"
    home.write(
        {"odd": {"mock": [{"title": title, "url": "http://localhost/\0"}], "accept_all": True}}
    )
    for number, expected in enumerate(("accepted", "rejected")):
        (task,) = of_kind(reports_of(engine.execute(number, None, {})), "task")
        # It is found again, so it was seen.
        assert (task[expected], task["aborted"]) == (1, False)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT title FROM flexget.seen_entry WHERE title LIKE 'nul%'")
        assert found.fetchall() == [("nul � and 漢字",)]


def test_a_lost_server_is_named(engine: Engine, home: FlexGetHome, url: str) -> None:
    home.write({"slow": accepting("x", misbehave="sleep"), "good": accepting("y")})
    run = engine.execute(1, ["slow"], {})
    reading = iter(run)
    until("sleeping", reading)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid != pg_backend_pid() AND datname = current_database()"
        )
    run.abort(grace=20)
    rest(reading)
    assert run.ending is not None
    # The next one connects again.
    (task,) = of_kind(reports_of(engine.execute(2, ["good"], {})), "task")
    assert task["accepted"] == 1


def test_without_a_server_it_says_so(tmp_path: Path, url: str) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"good": accepting("y")})
    methods = {"history": "history.flexget"}
    engine = Engine(
        home.config, methods=methods, database=f"postgres://u:{PASSWORD}@127.0.0.1:1/none"
    )
    engine.start()
    try:
        assert engine.call("validate", {"text": "tasks: {}"}, timeout=60) == []
        reports = reports_of(engine.execute(1, None, {}))
        with pytest.raises(EngineError) as refused:
            engine.call("history.rows", {"after": 0, "limit": 1})
    finally:
        engine.stop()
    (task,) = of_kind(reports, "task")
    assert task["aborted"]
    assert "FlexGet's database can't be used" in task["abort_reason"]
    assert of_kind(reports, "finished")
    assert refused.value.code == protocol.DATABASE_UNAVAILABLE
    for text in (str(refused.value), *messages(reports)):
        assert PASSWORD not in text
    assert not home.lock.exists()


def test_many_that_start_at_once_make_the_tables_once(
    tmp_path: Path, postgres_database: str
) -> None:
    import subprocess

    program = Path(__file__).with_name("prepare_at_once.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path), f"{postgres_database}?schema=at once"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == ["ready"] * 4, done.stderr
    assert "at once" in schemas(postgres_database)


def test_a_clash_with_another_run_is_tried_again(
    engine: Engine, home: FlexGetHome, url: str
) -> None:
    """Two runs add the same series; the second one's row is refused until it looks again."""
    home.write(
        {
            "new": {
                "mock": [{"title": "Clash S01E01", "url": "http://localhost/c"}],
                "series": ["Clash"],
            }
        }
    )
    reports_of(engine.execute(1, None, {"learn": True}))
    with psycopg.connect(url) as other:
        other.execute("DELETE FROM flexget.series_tasks; DELETE FROM flexget.series")
        other.commit()
        other.execute("INSERT INTO flexget.series (name, name_lower) VALUES ('Clash', 'clash')")
        run: Run = engine.execute(2, None, {"loglevel": "debug"})
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(url, autocommit=True) as watching:
            while not watching.execute(waits).fetchone()[0]:
                assert run.ending is None
        other.commit()
        reports = reports_of(run)
    assert of_kind(reports, "task")[0]["aborted"] is False
    assert any("met another run in the database" in line for line in messages(reports))


def test_an_older_flexget_s_tables_are_upgraded_and_a_newer_one_s_left_alone(
    engine: Engine, home: FlexGetHome, url: str
) -> None:
    home.write({"good": accepting("y")})
    reports_of(engine.execute(1, None, {}))

    def run_with(version: int) -> tuple[dict[str, Any], int]:
        with psycopg.connect(url, autocommit=True) as connection:
            table = "flexget.plugin_schema"
            connection.execute(f"UPDATE {table} SET version = {version} WHERE plugin = 'series'")
            # As another host would have left it, an older FlexGet has no such table.
            connection.execute("DROP TABLE IF EXISTS flexget.season_releases")
            (task,) = of_kind(reports_of(engine.execute(2, None, {})), "task")
            found = connection.execute(f"SELECT version FROM {table} WHERE plugin = 'series'")
            return task, found.fetchone()[0]

    task, version = run_with(13)
    assert (task["accepted"], version) == (1, 14)
    task, version = run_with(99)
    assert "of a newer FlexGet" in task["abort_reason"]
    assert version == 99
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA flexget CASCADE")
    (task,) = of_kind(reports_of(engine.execute(3, None, {})), "task")
    # They were removed since the host started, and are made again.
    assert task["accepted"] == 1
