"""An engine with the methods of this app, and what a real run left in FlexGet's database."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, mock, of_kind, reports_of

KEY = "0123456789abcdef0123456789abcdef"
ALPHA = {"title": "Alpha", "url": f"http://tracker.example/dl?passkey={KEY}&id=1"}
BETA = {"title": "Beta", "url": "http://localhost/beta", "description": "The second"}
MOVIE = {
    "title": "Gamma 2001",
    "url": "http://localhost/gamma",
    "movie_name": "Gamma",
    "movie_year": 2001,
    "imdb_id": "tt0000001",
}
METHODS = {"flexget_state": "flexget_state.flexget", "own": "flexget_state.tests.flexget_own"}
TASKS = {
    "taken": {"mock": [ALPHA, BETA], "accept_all": True},
    "alone": {"mock": [{"title": "Delta", "url": "http://localhost/delta"}], "accept_all": True}
    | {"seen": "local"},
    "failing": mock(
        "Epsilon",
        accept_all=True,
        exec={"fail_entries": True, "on_output": {"for_accepted": "false"}},
    )
    | {"disable": ["seen"]},
    "rejecting": {
        "mock": [{"title": "Zeta", "url": "magnet:?xt=urn:btih:1"}],
        "accept_all": True,
        "magnets": False,
    },
    "waiting": {"mock": [ALPHA, BETA], "pending_approval": True, "disable": ["seen"]},
    "listing": {
        "mock": [ALPHA, BETA, MOVIE],
        "accept_all": True,
        "disable": ["seen"],
        "list_add": [{"entry_list": "wanted"}, {"pending_list": "proposed"}],
    },
    "films": {
        "mock": [MOVIE],
        "accept_all": True,
        "disable": ["seen"],
        "list_add": [{"movie_list": "films"}],
    },
}


class State:
    """FlexGet with what the run left; tests may change the database and run more."""

    def __init__(self, home: FlexGetHome, engine: Engine) -> None:
        self.home = home
        self.engine = engine
        self.database = home.folder / "db-config.sqlite"
        self._runs = 0

    def run(self, *tasks: str) -> dict[str, dict[str, Any]]:
        """Run tasks; return what became of each entry, by its title."""
        self._runs += 1
        reports = reports_of(self.engine.execute(self._runs, list(tasks) or None, {}))
        return {
            entry["title"]: entry
            for report in of_kind(reports, "entries")
            for entry in report["entries"]
        }

    def keep(self, name: str = "run") -> None:
        """Keep the database as it is now."""
        _copy(self.database, self.home.folder / f"{name}.sqlite")

    def restore(self, name: str = "run") -> None:
        """Have it again as it was kept."""
        _copy(self.home.folder / f"{name}.sqlite", self.database)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Do something in the database behind FlexGet's back."""
        with closing(sqlite3.connect(self.database)) as database, database:
            return database.execute(statement, values).fetchall()


def _copy(source: Path, target: Path) -> None:
    """Copy a database under the locks of SQLite: FlexGet's host may have it open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@pytest.fixture(scope="session")
def kept_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """A FlexGet of these tests' own, after a run of all tasks."""
    home = FlexGetHome(tmp_path_factory.mktemp("state"))
    home.write(TASKS)
    engine = Engine(home.config, methods=METHODS)
    engine.start()
    state = State(home, engine)
    state.run()
    state.keep()
    yield state
    engine.stop()


@pytest.fixture
def state(kept_state: State, monkeypatch: pytest.MonkeyPatch) -> State:
    """The same, as the run left it; the API asks its engine."""
    kept_state.restore()
    kept_state.home.write(TASKS)
    monkeypatch.setattr(instance, "engine", lambda: kept_state.engine)
    return kept_state


@pytest.fixture
def client(api: Callable[..., Any], editor: User, state: State) -> Any:
    """A client of an editor."""
    return api(editor)


@pytest.fixture
def reader(api: Callable[..., Any], viewer: User, state: State) -> Any:
    """A client of a viewer."""
    return api(viewer)


@pytest.fixture
def runner(api: Callable[..., Any], operator: User, state: State) -> Any:
    """A client of an operator."""
    return api(operator)


def titles(response: Any) -> list[str]:
    """Return the titles of a page."""
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["items"]]


def ids(client: Any, path: str) -> dict[str, int]:
    """Return the ids of what is listed there, by title or name."""
    items = client.get(path).json()["items"]
    return {item.get("title") or item["name"]: item["id"] for item in items}
