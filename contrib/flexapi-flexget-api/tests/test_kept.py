"""What is kept of answers is never older than what it tells of."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
import pytest

from flexapi.testing.live import LiveServer

from .calls import SCHEDULES, TASKS
from .conftest import API

Clients = Callable[[str], httpx.Client]


@pytest.fixture(scope="module", autouse=True)
def ran(server: LiveServer) -> None:
    server.run(tasks=["films"])


@pytest.fixture
def client(client_of: Clients, server: LiveServer) -> httpx.Client:
    """A client who may do everything, and the config as it is before any test."""
    server.home.write(TASKS, schedules=SCHEDULES)
    return client_of("admin")


def read(client: httpx.Client, path: str) -> Any:
    """The answer, asked for twice: the second one is the kept one."""
    first = client.get(f"{API}/{path}")
    assert first.status_code == 200, first.text
    again = client.get(f"{API}/{path}")
    assert (again.text, again.headers["ETag"]) == (first.text, first.headers["ETag"])
    return again.json()


def test_a_run_is_told(client: httpx.Client, server: LiveServer) -> None:
    before = read(client, "history/")
    server.run(tasks=["films"], no_cache=True)
    statuses = read(client, "status/")
    server.run(tasks=["rejects"])
    assert len(read(client, "status/")) == len(statuses) + 1
    assert len(read(client, "history/")) >= len(before)


def test_what_is_written_here_is_told(client: httpx.Client) -> None:
    assert "mine" not in [one["name"] for one in read(client, "entry_list/")]
    added = client.post(f"{API}/entry_list/", json={"name": "mine"}).json()
    assert "mine" in [one["name"] for one in read(client, "entry_list/")]
    assert client.delete(f"{API}/entry_list/{added['id']}/").status_code == 200
    assert "mine" not in [one["name"] for one in read(client, "entry_list/")]


def test_what_another_process_writes_is_told(client: httpx.Client, server: LiveServer) -> None:
    seen = read(client, "seen/")
    file = server.home.folder / "db-config.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE seen_entry SET title = 'changed' WHERE id = ?", (seen[0]["id"],))
    connection.close()
    assert read(client, "seen/")[0]["title"] == "changed"


def test_another_file_is_told(client: httpx.Client, server: LiveServer) -> None:
    """A backup that somebody puts back has as many changes behind it as the file before."""
    file = server.home.folder / "db-config.sqlite"
    shutil.copy(file, server.folder / "backup")
    seen = read(client, "seen/")
    assert client.delete(f"{API}/seen/{seen[0]['id']}/").status_code == 200
    assert len(read(client, "seen/")) == len(seen) - 1
    shutil.move(server.folder / "backup", file)
    assert read(client, "seen/") == seen


def test_a_vacuum_and_a_reset_are_told(client: httpx.Client) -> None:
    assert read(client, "movie_list/1/movies/")
    reset = {"operation": "plugin_reset", "plugin_name": "movie_list"}
    assert client.post(f"{API}/database/", json=reset).status_code == 200
    assert read(client, "movie_list/") == []


def test_an_edit_of_the_config_is_told(client: httpx.Client, server: LiveServer) -> None:
    """By hand and over the API; schedules keep their ids."""
    before = read(client, "schedules/")
    config = read(client, "server/config/")
    server.home.write({**TASKS, "later": {"mock": []}}, schedules=[*SCHEDULES[::-1]])
    after = read(client, "schedules/")
    assert [one["id"] for one in after] == [one["id"] for one in before[::-1]]
    assert "later" in [task["name"] for task in read(client, "tasks/")]
    assert "later" in read(client, "tasks/?include_config=false")
    assert read(client, "server/config/")["tasks"].keys() == {*config["tasks"], "later"}
    body = {"name": "later", "config": {"mock": [{"title": "one"}]}}
    assert client.put(f"{API}/tasks/later/", json=body).status_code == 200
    assert read(client, "tasks/later/")["config"]["mock"] == [{"title": "one"}]
    assert client.delete(f"{API}/tasks/later/").status_code == 200
    assert client.get(f"{API}/tasks/later/").status_code == 404


def test_each_sees_what_they_may(client_of: Clients, server: LiveServer) -> None:
    """Whoever asked first."""
    url = "http://tracker.example/get?passkey=s3cretpasskey99"
    task = {"mock": [{"title": "Dune 2021", "url": url}], "accept_all": True}
    server.home.write({**TASKS, "private": task}, schedules=SCHEDULES)
    for path in ("tasks/", "tasks/private/", "server/config/"):
        for role, sees in (
            ("editor", True),
            ("viewer", False),
            ("admin", True),
            ("operator", False),
        ):
            shown = read(client_of(role), path)
            assert ("s3cretpasskey99" in json.dumps(shown)) is sees, (path, role)


def test_defaults_are_shown_and_not_written(client: httpx.Client, server: LiveServer) -> None:
    """Who reads a task, changes something and writes it back, as Home Assistant does, writes nothing else."""
    feed = "  feed:\n    rss:\n      url: http://localhost/rss  # mine\n    series:\n      - Show\n      - Other: {quality: 720p}\n"
    server.home.config.write_text(f"tasks:\n{feed}")
    config = read(client, "tasks/feed/")["config"]
    assert config["rss"] == {
        **{"url": "http://localhost/rss", "all_entries": True},
        **dict.fromkeys(("ascii", "escape", "group_links", "silent"), False),
    }
    body = {"name": "feed", "config": {**config, "manual": True}}
    assert client.put(f"{API}/tasks/feed/", json=body).json() == body
    assert server.home.config.read_text() == f"tasks:\n{feed}    manual: yes\n"
    del body["config"]["manual"]
    body["config"]["rss"]["ascii"] = True
    body["config"]["series"].insert(0, "New")
    assert client.put(f"{API}/tasks/feed/", json=body).status_code == 200
    stands = client.get("/api/tasks/feed").json()["object"]["config"]
    assert stands == {
        "rss": {"url": "http://localhost/rss", "ascii": True},
        "series": ["New", "Show", {"Other": {"quality": "720p"}}],
    }
