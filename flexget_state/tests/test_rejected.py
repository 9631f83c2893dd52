"""/api/rejected."""

from typing import Any

import pytest

from .conftest import State, ids, titles

pytestmark = pytest.mark.django_db


def test_it_lists_what_is_remembered(client: Any) -> None:
    (item,) = client.get("/api/rejected").json()["items"]
    assert (item["title"], item["url"]) == ("Zeta", "magnet:?xt=urn:btih:1")
    assert (item["task"], item["expires"]) == ("rejecting", None)
    assert client.get(f"/api/rejected/{item['id']}").json()["object"] == item


CHOSEN = [
    ("task=rejecting", ["Zeta"]),
    ("task=other", []),
    ("search=btih", ["Zeta"]),
    ("rejected_by=nobody", []),
    ("ordering=-expires", ["Zeta"]),
]


def test_it_filters_and_orders(client: Any) -> None:
    for query, expected in CHOSEN:
        assert titles(client.get(f"/api/rejected?{query}")) == expected, query


def test_one_that_is_forgotten_is_looked_at_again(client: Any, state: State) -> None:
    assert "on behalf of" in state.run("rejecting")["Zeta"]["reason"]
    kept = state.sql("SELECT count(*) FROM feed_config_hash")
    key = ids(client, "/api/rejected")["Zeta"]
    assert client.delete(f"/api/rejected/{key}").status_code == 204
    # Else all the other rejections would be forgotten too.
    assert state.sql("SELECT count(*) FROM feed_config_hash") == kept
    assert state.run("rejecting")["Zeta"]["reason"] == "Magnet urls not allowed."


def test_all_that_match_are_forgotten(client: Any, state: State) -> None:
    kept = state.sql("SELECT count(*) FROM feed_config_hash")
    assert client.delete("/api/rejected?task=other").json() == {"object": {"count": 0}}
    assert client.delete("/api/rejected?task=rejecting").json() == {"object": {"count": 1}}
    assert titles(client.get("/api/rejected")) == []
    assert state.sql("SELECT count(*) FROM feed_config_hash") == kept


def test_all_are_forgotten_and_looked_at_again(client: Any, state: State) -> None:
    assert client.delete("/api/rejected").json() == {"object": {"count": 1}}
    assert state.sql("SELECT count(*) FROM feed_config_hash") == [(0,)]
    assert state.run("rejecting")["Zeta"]["reason"] == "Magnet urls not allowed."


def test_one_that_vanished(client: Any) -> None:
    assert client.get("/api/rejected/999999").status_code == 404
    assert client.delete("/api/rejected/999999").status_code == 404


def test_roles(reader: Any, runner: Any) -> None:
    assert reader.delete("/api/rejected").status_code == 403
    assert runner.delete("/api/rejected").json() == {"object": {"count": 1}}
