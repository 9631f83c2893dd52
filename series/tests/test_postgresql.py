"""Series where FlexGet keeps its tables in PostgreSQL."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE
from typing import Any

import pytest

from flexapi.api import engine_calls
from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.postgres import postgres_database

from .conftest import METHODS
from .test_like_flexget import names, title_of

__all__ = ["postgres_database"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(
    postgres_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    """An engine on a new database, with shows."""
    home = FlexGetHome(tmp_path_factory.mktemp("postgresql"))
    engine = Engine(home.config, methods=METHODS, database=postgres_database)
    monkeypatch.setattr(instance, "engine", lambda: engine)
    engine.start()
    engine.call("flexget_own.fill", {"seed": 5, "shows": 60}, timeout=60)
    yield engine
    engine.stop()


@contextmanager
def holding(database: str, statement: str) -> Iterator[None]:
    """Have the locks of a statement in a process of its own: this one must not load the driver."""
    program = (
        "import psycopg, sys; c = psycopg.connect(sys.argv[1], options='-c search_path=flexget');"
        "c.execute(sys.argv[2]); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, database, statement]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()


def test_it_works_the_same(
    api: Any,
    editor: Any,
    engine: Engine,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = api(editor)
    own = engine.call("flexget_own.answers", {})
    assert names(client, "") == own["all"]
    assert names(client, "in_config=unconfigured") == own["unconfigured"]
    assert names(client, "premieres=true") == own["premieres"]
    assert names(client, "ordering=last_download_date")[-20:] == own["by_download"][-20:]
    items = client.get("/api/series?limit=500").json()["items"]
    latest = {show["name"]: title_of(show["latest_entity"]) for show in items}
    assert latest == own["latest"]

    show = next(item for item in items if item["identified_by"] == "ep" and item["episodes"] > 3)
    path = f"/api/series/{show['id']}"
    tag = client.get(path)["ETag"]
    assert client.patch(path, {"begin": "S05E01"}, HTTP_IF_MATCH=tag).status_code == 200
    assert client.patch(path, {"begin": "S05E02"}, HTTP_IF_MATCH=tag).status_code == 412
    # Somebody has changed it and not committed yet.
    monkeypatch.setattr(engine_calls, "LOCK_PATIENCE", 0.2)
    with holding(postgres_database, f"SELECT FROM series WHERE id = {show['id']} FOR UPDATE"):
        response = client.patch(path, {"begin": "S05E02"})
        assert response.status_code == 503
        assert "lock" in response.json()["errors"][0]["detail"]
    assert client.delete(f"{path}/episodes?forget=true").status_code == 200
    assert client.get(path).json()["object"]["begin"] is None
    assert client.delete(path).status_code == 204
    assert client.get("/api/series/999999999999999999").status_code == 404
