"""All of it where FlexGet keeps its tables in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.postgres import postgres_database

from .conftest import METHODS, TASKS, State, ids
from .test_queries import PATHS, listed

__all__ = ["postgres_database"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """An engine on a new database, after a run of all tasks, and with rows in every table."""
    home = FlexGetHome(tmp_path / "flexget")
    home.write(TASKS)
    engine = Engine(home.config, methods=METHODS, database=postgres_database)
    monkeypatch.setattr(instance, "engine", lambda: engine)
    engine.start()
    State(home, engine).run()
    engine.call("own.fill", {"rows": 12})
    yield engine
    engine.stop()


def test_it_works_the_same(api: Any, editor: User, engine: Engine) -> None:
    client = api(editor)
    for path in [listed(client, path) for path in PATHS]:
        search = "list 1" if path.count("/") == 2 and path.endswith("_list") else "TITLE 1"
        found = client.get(f"{path}?search={search}&limit=2").json()
        assert (len(found["items"]), found["count"]) == (2, 3), path
        one = found["items"][0]["id"]
        assert client.get(f"{path}/{one}").json()["object"]["id"] == one
        assert client.delete(f"{path}/{one}").status_code == 204
        if path.split("/")[-1] in ("seen", "failed", "rejected", "pending", "entries", "movies"):
            deleted = client.delete(f"{path}?search={search}").json()
            assert deleted == {"object": {"count": 2}}
    assert client.post("/api/seen", {"title": "Beta"}).status_code == 409
    assert client.post("/api/seen", {"title": "New"}).status_code == 201
    assert client.post("/api/pending/approve?task_name=waiting").json() == {"object": {"count": 2}}
    wanted = f"/api/entry_list/{ids(client, '/api/entry_list?name=wanted')['wanted']}"
    body = {"title": "New", "original_url": "http://localhost/new"}
    made = client.post(f"{wanted}/entries", body)["Location"]
    assert client.put(made, body | {"title": "Newer"}).json()["object"]["title"] == "Newer"
    films = f"/api/movie_list/{ids(client, '/api/movie_list?name=films')['films']}/movies"
    assert client.post(films, {"title": "GAMMA", "year": 2001}).status_code == 409
    assert client.delete(wanted).status_code == 204
    assert client.patch("/api/variables", {"a": "b"}).json() == {"object": {"a": "b"}}
