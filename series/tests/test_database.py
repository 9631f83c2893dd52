"""When FlexGet's database, or FlexGet, can't be used."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.engine import shared
from flexapi.engine.client import Engine, EngineUnavailable
from flexapi.engine.tests.flexget_home import FlexGetHome

pytestmark = pytest.mark.django_db


def reason(response: Any) -> str:
    assert response.status_code == 503, response.content
    assert response["Retry-After"]
    return str(response.json()["errors"][0]["detail"])


def test_a_locked_database(client: Any, series_home: FlexGetHome, shows: dict[str, int]) -> None:
    path = f"/api/series/{shows['Alpha']}"
    other = sqlite3.connect(series_home.folder / "db-config.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert "locked" in reason(client.get("/api/series"))
        assert "locked" in reason(client.patch(path, {"begin": "S01E02"}))
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert client.get(path).json()["object"]["begin"] is None


def test_a_database_without_the_tables(
    client: Any, series_home: FlexGetHome, shows: dict[str, int]
) -> None:
    file = series_home.folder / "db-config.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("ALTER TABLE series RENAME TO series_gone")
    try:
        assert "no such table" in reason(client.get("/api/series"))
    finally:
        with sqlite3.connect(file) as database:
            database.execute("ALTER TABLE series_gone RENAME TO series")
    assert client.get("/api/series").json()["count"] == 2


def test_flexget_is_down(
    api: Callable[..., Any], viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def call(self, *args: Any) -> None:
            raise EngineUnavailable("FlexGet's host is not running.")

    monkeypatch.setattr(shared, "engine", Down)
    assert "not running" in reason(api(viewer).get("/api/series"))


def test_a_host_without_the_methods(
    api: Callable[..., Any], viewer: User, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = engine.call
    monkeypatch.setattr(engine, "call", lambda method, params: plain("absent.method", params))
    assert "absent" in reason(api(viewer).get("/api/series"))
