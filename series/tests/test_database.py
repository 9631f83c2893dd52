"""When FlexGet's database, or FlexGet, can't be used."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.api import engine_calls
from flexapi.engine import instance
from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.testing.flexget_home import FlexGetHome, messages, reports_of

pytestmark = pytest.mark.django_db


def reason(response: Any) -> str:
    assert response.status_code == 503, response.content
    assert response["Retry-After"]
    return str(response.json()["errors"][0]["detail"])


@pytest.fixture
def database(series_home: FlexGetHome, shows: dict[str, int]) -> Path:
    """The file of FlexGet's database."""
    return series_home.folder / "db-config.sqlite"


def change(database: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        assert connection.execute(statement, values).rowcount != 0


@pytest.fixture
def lock(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection that keeps everybody else from the database."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


def test_a_locked_database(
    client: Any, lock: Any, shows: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_calls, "LOCK_PATIENCE", 0.2)
    path = f"/api/series/{shows['Alpha']}"
    assert "locked" in reason(client.get("/api/series"))
    assert "locked" in reason(client.patch(path, {"begin": "S01E02"}))
    assert "locked" in reason(client.delete(path))
    lock.execute("ROLLBACK")
    assert client.get(path).json()["object"]["begin"] is None


def test_a_lock_is_waited_for_and_the_host_does_not_wait(
    client: Any, lock: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    plain = engine.call

    def call(method: str, *args: Any) -> Any:
        calls.append(method)
        if len(calls) == 3:
            # The host answers others meanwhile.
            assert plain("version", {})["flexget"]
            lock.execute("ROLLBACK")
        return plain(method, *args)

    monkeypatch.setattr(engine, "call", call)
    assert client.get("/api/series").json()["count"] == 2
    assert calls == ["series.shows"] * 3


def test_a_lock_in_the_middle_undoes_what_was_done(
    client: Any, database: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody still reads when the change is to be committed."""
    monkeypatch.setattr(engine_calls, "LOCK_PATIENCE", 0.2)
    engine.call("flexget_own.see", {"titles": ["Alpha S01E01 720p"]})
    alpha = client.get("/api/series?search=alpha").json()["items"][0]
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM series").fetchone()
        response = client.delete(f"/api/series/{alpha['id']}?forget=true")
        assert "locked" in reason(response)
    assert client.get(f"/api/series/{alpha['id']}").json()["object"] == alpha
    assert engine.call("flexget_own.seen", {}) == ["Alpha S01E01 720p"]


@pytest.mark.parametrize("failing", ["seen_entry", "episode_releases"])
def test_a_failure_in_the_middle_undoes_what_was_done(
    client: Any, database: Path, failing: str
) -> None:
    """Of a show FlexGet removes its rows first, committing that, and then what is seen of it."""
    alpha = client.get("/api/series?search=alpha").json()["items"][0]
    change(database, f"ALTER TABLE {failing} RENAME TO gone")
    assert "no such table" in reason(client.delete(f"/api/series/{alpha['id']}?forget=true"))
    change(database, f"ALTER TABLE gone RENAME TO {failing}")
    assert client.get(f"/api/series/{alpha['id']}").json()["object"] == alpha


def test_what_a_function_of_flexget_commits_is_undone_as_well(client: Any, engine: Engine) -> None:
    with pytest.raises(EngineError, match="No further"):
        engine.call("flexget_own.half", {"name": "Alpha"})
    assert client.get("/api/series?search=alpha").json()["count"] == 1


def test_a_database_without_the_tables(client: Any, database: Path) -> None:
    change(database, "ALTER TABLE series RENAME TO series_gone")
    assert "no such table" in reason(client.get("/api/series"))
    change(database, "ALTER TABLE series_gone RENAME TO series")
    assert client.get("/api/series").json()["count"] == 2


@pytest.mark.parametrize(("by", "whose"), [(-1, "an older"), (1, "a newer")])
def test_a_database_of_another_flexget(
    client: Any, database: Path, shows: dict[str, int], by: int, whose: str
) -> None:
    path = f"/api/series/{shows['Alpha']}"
    shift = "UPDATE plugin_schema SET version = version + ? WHERE plugin = 'series'"
    change(database, shift, by)
    before = database.read_bytes()
    for response in (
        client.get("/api/series"),
        client.patch(path, {"begin": "S01E02"}),
        client.delete(path),
    ):
        said = reason(response)
        assert f"is of {whose} FlexGet (the tables of series have version" in said
    assert database.read_bytes() == before
    change(database, shift, -by)
    assert client.get(path).json()["object"]["begin"] is None


def test_the_next_run_upgrades_it(client: Any, database: Path, engine: Engine) -> None:
    change(database, "UPDATE plugin_schema SET version = version - 1 WHERE plugin = 'series'")
    assert "The next run upgrades it" in reason(client.get("/api/series"))
    logged = messages(reports_of(engine.execute(2, ["tv"], {})))
    assert any("Plugin `series` schema upgraded" in line for line in logged)
    assert client.get("/api/series").json()["count"] == 2


def test_a_database_that_is_missing(client: Any, database: Path, engine: Engine) -> None:
    aside = database.with_suffix(".aside")
    database.rename(aside)
    for response in (client.get("/api/series"), client.post("/api/series", {"name": "Gamma"})):
        assert "db-config.sqlite is missing" in reason(response)
    # An empty history would be one that begins again.
    with pytest.raises(EngineError, match="is missing"):
        engine.call("history.rows", {"after": 0, "limit": 1})
    assert not database.exists()
    # Whoever puts it back, or another one in its place, sees what is in it.
    aside.rename(database)
    assert client.get("/api/series").json()["count"] == 2
    database.unlink()
    reports_of(engine.execute(3, ["tv"], {}))
    assert client.get("/api/series").json()["count"] == 2
    assert client.post("/api/series", {"name": "Gamma"}).status_code == 201


def test_a_file_that_is_no_database(client: Any, database: Path) -> None:
    aside = database.with_suffix(".aside")
    database.rename(aside)
    database.write_bytes(b"rubbish " * 200)
    assert "not a database" in reason(client.get("/api/series"))
    aside.replace(database)
    assert client.get("/api/series").json()["count"] == 2


def test_flexget_is_down(
    api: Callable[..., Any], viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def call(self, *args: Any) -> None:
            raise EngineUnavailable("FlexGet's host is not running.")

    monkeypatch.setattr(instance, "engine", Down)
    assert "not running" in reason(api(viewer).get("/api/series"))


def test_a_host_without_the_methods(
    api: Callable[..., Any], viewer: User, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = engine.call
    monkeypatch.setattr(engine, "call", lambda method, params: plain("absent.method", params))
    assert "absent" in reason(api(viewer).get("/api/series"))
