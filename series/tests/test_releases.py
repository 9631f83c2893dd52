"""Releases of a season or an episode."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["episodes", "seasons"])
def path(
    request: pytest.FixtureRequest, client: Any, shows: dict[str, int], series_home: FlexGetHome
) -> str:
    """The path of Alpha's first episode or season with three releases: a and c, and b that was not downloaded."""
    kind, single = request.param, request.param.removesuffix("s")
    entities = f"/api/series/{shows['Alpha']}/{kind}"
    key = client.get(entities).json()["items"][0]["id"]
    table = f"{single}_releases"
    values = f"({single}_id, title, quality, downloaded, proper_count, first_seen)"
    with closing(sqlite3.connect(series_home.folder / "db-config.sqlite")) as database, database:
        database.execute(f"DELETE FROM {table} WHERE {single}_id = {key}")
        database.executemany(
            f"INSERT INTO {table} {values} VALUES (?, ?, '720p', ?, ?, ?)",
            [
                (key, "c", True, 0, "2026-01-01 00:00:00.000000"),
                (key, "a", True, 2, "2026-01-03 00:00:00.000000"),
                (key, "b", None, 1, "2026-01-02 00:00:00.000000"),
            ],
        )
    return f"{entities}/{key}/releases"


def titles(client: Any, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return "".join(release["title"] for release in response.json()["items"])


def test_they_are_listed(client: Any, path: str) -> None:
    for query, expected in {
        "": "cab",
        "ordering=title": "abc",
        "ordering=-first_seen": "abc",
        "ordering=proper_count": "cba",
        "ordering=downloaded&downloaded=true": "ca",
        "downloaded=false": "b",
        "limit=1&offset=1": "a",
    }.items():
        assert titles(client, f"{path}?{query}") == expected, query


def test_a_filter_that_it_does_not_understand(client: Any, path: str) -> None:
    for response in (
        client.delete(f"{path}?downloded=true"),
        client.post(f"{path}/reset?downloaded=true"),
        client.get(f"{path}?downloaded=x"),
        client.delete(f"{path}?downloaded="),
        client.delete(f"{path}?forget=x"),
    ):
        assert response.status_code == 400
    assert titles(client, path) == "cab"


def test_one_is_read_reset_and_forgotten(client: Any, path: str) -> None:
    first = client.get(path).json()["items"][0]
    one = f"{path}/{first['id']}"
    assert client.get(one).json()["object"] == first
    assert first["downloaded"] is True
    assert client.post(f"{one}/reset").json()["object"]["downloaded"] is False
    assert client.get(one).json()["object"] == first | {"downloaded": False}
    assert client.delete(one).status_code == 204
    for response in (client.get(one), client.delete(one), client.post(f"{one}/reset")):
        assert response.status_code == 404
    assert titles(client, path) == "ab"


def test_all_are_reset(client: Any, path: str) -> None:
    assert client.post(f"{path}/reset").json() == {"object": {"count": 2}}
    assert titles(client, f"{path}?downloaded=false") == "cab"


@pytest.mark.parametrize(("query", "left"), [("", ""), ("true", "b"), ("false", "ca")])
def test_all_of_a_kind_are_forgotten(client: Any, path: str, query: str, left: str) -> None:
    response = client.delete(f"{path}?downloaded={query}" if query else path)
    assert response.json() == {"object": {"count": 3 - len(left)}}
    assert titles(client, path) == left


def test_forgotten_with_forget_they_are_not_seen(client: Any, path: str, engine: Engine) -> None:
    engine.call("flexget_own.see", {"titles": ["a", "b", "c"]})
    one = f"{path}/{client.get(path).json()['items'][0]['id']}"
    assert client.delete(one).status_code == 204
    assert engine.call("flexget_own.seen", {}) == ["a", "b", "c"]
    # As in FlexGet's own API, one that was not downloaded as well.
    assert client.delete(f"{path}?forget=true&downloaded=false").status_code == 200
    assert engine.call("flexget_own.seen", {}) == ["a", "c"]


def test_those_of_another_show_are_not_found(client: Any, path: str, shows: dict[str, int]) -> None:
    other = path.replace(f"series/{shows['Alpha']}", f"series/{shows['Beta']}")
    for response in (
        client.get(other),
        client.delete(other),
        client.post(f"{other}/reset"),
        client.get(f"{other}/1"),
    ):
        assert response.status_code == 404
    assert titles(client, path) == "cab"


def test_a_viewer_only_reads(client: Any, path: str, api: Any, viewer: Any, operator: Any) -> None:
    reader = api(viewer)
    assert titles(reader, path) == "cab"
    assert reader.post(f"{path}/reset").status_code == 403
    assert reader.delete(path).status_code == 403
    assert api(operator).delete(path).status_code == 403
    assert api(operator).post(f"{path}/reset").status_code == 200
