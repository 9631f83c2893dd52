"""What an earlier version left behind goes forward with everything in place; what a newer one left is refused."""

import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from flexapi.testing.live import LiveServer
from flexapi.testing.postgres import Require, new_database
from flexapi.tests.test_serve import refused

EARLIER = Path(__file__).parent / "earlier" / "2026-11-22.tar.xz"
# Of each thing, what an upgrade may not change.
SAME = {
    "execution?status=all": (
        "id",
        "status",
        "tasks",
        "created",
        "finished",
        "summary",
        "requested_by",
    ),
    "history": ("id", "title", "url", "task", "execution"),
    "movie_queue": ("id", "title", "year", "quality", "queue_name"),
    "movie_queue/grabbed": ("id", "title", "year"),
    "schedules": ("id", "tasks", "interval", "enabled"),
    "tasks": ("name", "config", "enabled"),
    "config_revisions": ("id", "created", "origin", "author", "summary"),
    "series": ("id", "name"),
    "seen": ("id", "title", "task"),
}


def upgraded(server: LiveServer, how: str) -> dict[str, Any]:
    """Put what the earlier version left into the server's folder and start it; return what that version said."""
    with tarfile.open(EARLIER) as archive:
        archive.extractall(server.folder / "earlier", filter="data")
    left = server.folder / "earlier" / how
    (left / "data").rename(server.folder / "data")
    for path in (left / "flexget").iterdir():
        path.rename(server.home.folder / path.name)
    server.environment["FLEXAPI_CONFIG"] = str(server.home.folder / "config.yml")
    server.start()
    seen: dict[str, Any] = json.loads((left / "seen.json").read_text())
    return seen


@pytest.fixture
def on_postgresql(require: Require, own_server: LiveServer) -> Iterator[LiveServer]:
    """A server whose database is what the earlier version left in PostgreSQL."""
    with new_database(require) as url:
        with tarfile.open(EARLIER) as archive:
            dump = archive.extractfile("many/flexapi.sql")
            assert dump is not None
            command = ["psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={url}"]
            subprocess.run(command, input=dump.read(), check=True, capture_output=True)
        own_server.environment["FLEXAPI_DATABASE_URL"] = url
        yield own_server
        own_server.end()


def assert_all_is_there(server: LiveServer, seen: dict[str, Any]) -> None:
    """Compare what the API says with what it said; with the token of then."""
    headers = {"Authorization": f"Token {seen['token']}"}
    with httpx.Client(base_url=f"{server.url}/api/", headers=headers, timeout=60) as client:
        for path, fields in SAME.items():
            then = seen["answers"][path]["items"]
            now = client.get(path).raise_for_status().json()["items"]
            assert then, path
            shown = [[item.get(field) for field in fields] for item in now]
            assert shown == [[item.get(field) for field in fields] for item in then], path
        for key, log in seen["logs"].items():
            lines = client.get(f"execution/{key}/log?follow=false").text
            assert [json.loads(line) for line in lines.splitlines()] == [
                json.loads(line) for line in log.splitlines()
            ]
            entries = client.get(f"execution/{key}/entries").json()["items"]
            then = seen["answers"][f"execution/{key}/entries"]["items"]
            fields = ("title", "state", "reason", "task")
            assert [[entry[field] for field in fields] for entry in entries] == [
                [entry[field] for field in fields] for entry in then
            ]
        created = client.post("execution", json={"tasks": ["films"]}).raise_for_status()
        location = created.headers["Location"]
        client.get(f"{location}/log").raise_for_status()
        # FlexGet remembers as well what it took.
        summary = client.get(location).json()["object"]["summary"]
        assert summary["accepted"] == 0
        assert client.get("server").json()["object"]["config"]["state"] == "ok"
    login = {"username": "admin", "password": "correct horse battery"}
    assert httpx.post(f"{server.url}/api/auth/login", json=login, timeout=60).status_code == 200


def test_one_machine_s_data_goes_forward_and_a_copy_stays(own_server: LiveServer) -> None:
    seen = upgraded(own_server, "one")
    assert_all_is_there(own_server, seen)
    (copy,) = (own_server.folder / "data" / "before-upgrades").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert str(copy) in own_server.log()
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM executions_execution").fetchone() == (4,)
    # Nothing is migrated at the next start, so that nothing is copied.
    own_server.stop()
    own_server.start()
    assert list(copy.parent.iterdir()) == [copy]


def test_postgresql_s_goes_forward(on_postgresql: LiveServer) -> None:
    assert_all_is_there(on_postgresql, upgraded(on_postgresql, "many"))


def test_three_copies_are_kept(own_server: LiveServer) -> None:
    folder = own_server.folder / "data" / "before-upgrades"
    folder.mkdir(parents=True)
    old = [folder / f"flexapi-2020-01-0{day}-000000.sqlite3" for day in range(1, 5)]
    for path in old:
        path.touch()
    with tarfile.open(EARLIER) as archive:
        archive.extractall(own_server.folder, filter="data")
    (own_server.folder / "one/data/flexapi.sqlite3").rename(
        own_server.folder / "data/flexapi.sqlite3"
    )
    own_server.start()
    kept = sorted(folder.iterdir())
    assert kept[:2] == old[2:]
    assert len(kept) == 3


def test_a_newer_database_is_refused_and_left_as_it_is(own_server: LiveServer) -> None:
    own_server.start()
    own_server.stop()
    path = own_server.folder / "data" / "flexapi.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('mirror', '0999_later', '2030-01-01')"
        )
    before = path.read_bytes()
    said = refused(own_server)
    assert "is of a newer FlexAPI (it knows mirror.0999_later)" in said
    assert path.read_bytes() == before


def test_one_that_can_t_be_copied_is_not_migrated(own_server: LiveServer) -> None:
    with tarfile.open(EARLIER) as archive:
        archive.extractall(own_server.folder / "earlier", filter="data")
    (own_server.folder / "earlier/one/data").rename(own_server.folder / "data")
    # Where the copies would go, there is a file.
    (own_server.folder / "data" / "before-upgrades").touch()
    path = own_server.folder / "data" / "flexapi.sqlite3"
    before = path.read_bytes()
    assert "before-upgrades" in refused(own_server)
    assert path.read_bytes() == before
