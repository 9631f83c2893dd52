"""An engine with the methods of series, and shows that a real run found."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, mock, reports_of

METHODS = {
    "series": "series.flexget",
    "history": "history.flexget",
    "flexget_own": "series.tests.flexget_own",
}


@pytest.fixture(scope="session")
def series_home(tmp_path_factory: pytest.TempPathFactory) -> FlexGetHome:
    """A FlexGet of these tests' own."""
    return FlexGetHome(tmp_path_factory.mktemp("series"))


@pytest.fixture(scope="session")
def series_engine(series_home: FlexGetHome) -> Iterator[Engine]:
    """A real engine."""
    engine = Engine(series_home.config, methods=METHODS)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def engine(series_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine that the API asks."""
    monkeypatch.setattr(instance, "engine", lambda: series_engine)
    return series_engine


@pytest.fixture(scope="session")
def found_shows(series_engine: Engine, series_home: FlexGetHome) -> Path:
    """A copy of FlexGet's database after a run that found the shows."""
    titles = ["Alpha S01E01 720p", "Alpha S01E02 1080p", "Alpha S02 1080p", "Beta S03E07 720p"]
    series = [{"Alpha": {"season_packs": True, "identified_by": "ep"}}, "Beta"]
    series_home.write({"tv": mock(*titles, series=series)})
    reports_of(series_engine.execute(1, None, {}))
    copy = series_home.folder / "copy.sqlite"
    _copy(series_home.folder / "db-config.sqlite", copy)
    return copy


@pytest.fixture
def shows(engine: Engine, series_home: FlexGetHome, found_shows: Path) -> dict[str, int]:
    """Ids by name: Alpha (S01E01, S01E02, the pack S02) and Beta (S03E07), as the run found them."""
    _copy(found_shows, series_home.folder / "db-config.sqlite")
    found = engine.call("series.shows", LISTED)["items"]
    return {show["name"]: show["id"] for show in found}


def _copy(source: Path, target: Path) -> None:
    """Copy a database under the locks of SQLite: FlexGet's host has it open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


LISTED = {
    **{"search": "", "in_config": "all", "premieres": False},
    **{"order_by": "name", "descending": False, "limit": 500, "offset": 0},
}


@pytest.fixture
def client(api: Callable[..., Any], editor: User, shows: dict[str, int]) -> Any:
    """A client of an editor."""
    return api(editor)
