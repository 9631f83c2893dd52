"""/api/failed."""

from typing import Any

import pytest

from .conftest import State, ids, titles

pytestmark = pytest.mark.django_db


def test_it_lists_what_failed(client: Any) -> None:
    (item,) = client.get("/api/failed").json()["items"]
    assert (item["title"], item["url"], item["count"]) == ("Epsilon", "http://localhost/Epsilon", 1)
    assert "non-zero" in item["reason"]
    assert item["retry_time"] > item["added"]
    assert client.get(f"/api/failed/{item['id']}").json()["object"] == item


CHOSEN = [
    ("search=eps", ["Epsilon"]),
    ("search=localhost", ["Epsilon"]),
    ("search=nothing", []),
    ("reason=nothing", []),
    ("ordering=-retry_time", ["Epsilon"]),
]


def test_it_filters_and_orders(client: Any) -> None:
    for query, expected in CHOSEN:
        assert titles(client.get(f"/api/failed?{query}")) == expected, query


@pytest.mark.parametrize("query", ["", "?search=epsilon"])
def test_what_is_forgotten_is_tried_again_at_once(client: Any, state: State, query: str) -> None:
    assert "Waiting before retrying" in state.run("failing")["Epsilon"]["reason"]
    path = (
        f"/api/failed{query}" if query else f"/api/failed/{ids(client, '/api/failed')['Epsilon']}"
    )
    client.delete(path)
    assert titles(client.get("/api/failed")) == []
    assert state.sql("SELECT count(*) FROM feed_config_hash") == [(0,)]
    assert state.run("failing")["Epsilon"]["state"] == "failed"


def test_one_that_vanished(client: Any) -> None:
    assert client.get("/api/failed/999999").status_code == 404
    assert client.delete("/api/failed/999999").status_code == 404
    assert client.delete("/api/failed?ids=999999").json() == {"object": {"count": 0}}


def test_roles(reader: Any, runner: Any) -> None:
    assert reader.delete("/api/failed").status_code == 403
    assert runner.delete("/api/failed").json() == {"object": {"count": 1}}
