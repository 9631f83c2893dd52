"""/api/seen."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from .conftest import KEY, State, ids, titles

pytestmark = pytest.mark.django_db


def test_it_lists_what_a_run_took(client: Any) -> None:
    page = client.get("/api/seen?ordering=title").json()
    assert page["count"] == 3
    alpha, beta, delta = page["items"]
    assert (beta["title"], beta["task"], beta["local"]) == ("Beta", "taken", False)
    assert (delta["title"], delta["local"]) == ("Delta", True)
    values = {field["field"]: field["value"] for field in beta["fields"]}
    assert values == {"title": "Beta", "url": "http://localhost/beta"}
    assert client.get(f"/api/seen/{alpha['id']}").json()["object"] == alpha


CHOSEN = [
    ("local=true", ["Delta"]),
    ("local=false", ["Alpha", "Beta"]),
    ("task=taken", ["Alpha", "Beta"]),
    ("reason=none", []),
    ("value=Beta", ["Beta"]),
    ("value=Bet", []),
    ("search=LOCALHOST", ["Beta", "Delta"]),
    ("search=alp", ["Alpha"]),
    ("search=%25", []),
    ("search=", ["Alpha", "Beta", "Delta"]),
    ("limit=1&offset=1", ["Beta"]),
    ("ordering=-title", ["Delta", "Beta", "Alpha"]),
]


def test_it_filters_orders_and_pages(client: Any) -> None:
    for query, expected in CHOSEN:
        # The later one counts.
        assert titles(client.get(f"/api/seen?ordering=title&{query}")) == expected, query


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("local=maybe", "local"),
        ("ids=1,x", "ids"),
        ("ordering=size", "ordering"),
        ("task=", "task"),
    ],
)
def test_a_parameter_that_cannot_be_meant(client: Any, query: str, attr: str) -> None:
    response = client.get(f"/api/seen?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_what_is_forgotten_is_taken_again(client: Any, state: State) -> None:
    assert state.run("taken")["Beta"]["state"] == "rejected"
    assert client.delete(f"/api/seen/{ids(client, '/api/seen')['Beta']}").status_code == 204
    after = state.run("taken")
    assert (after["Alpha"]["state"], after["Beta"]["state"]) == ("rejected", "accepted")


def test_forgetting_has_tasks_look_at_unchanged_feeds(client: Any, state: State) -> None:
    assert state.sql("SELECT count(*) FROM feed_config_hash") != [(0,)]
    client.delete(f"/api/seen/{ids(client, '/api/seen')['Beta']}")
    assert state.sql("SELECT count(*) FROM feed_config_hash") == [(0,)]


def test_all_that_match_are_forgotten(client: Any, state: State) -> None:
    response = client.delete("/api/seen?value=Beta")
    assert response.json() == {"object": {"count": 1}}
    assert sorted(ids(client, "/api/seen")) == ["Alpha", "Delta"]
    assert client.delete("/api/seen").json() == {"object": {"count": 2}}
    assert state.sql("SELECT * FROM seen_field") == []


@pytest.mark.parametrize("query", ["vlaue=Beta", "value=", "search="])
def test_a_slip_of_the_finger_forgets_nothing(client: Any, query: str) -> None:
    response = client.delete(f"/api/seen?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == query.partition("=")[0]
    assert client.get("/api/seen").json()["count"] == 3


def test_one_can_be_added(client: Any, state: State) -> None:
    body = {"title": "New", "fields": [{"field": "url", "value": "http://localhost/new"}]}
    response = client.post("/api/seen", body)
    assert response.status_code == 201
    made = client.get(response["Location"]).json()["object"]
    assert (made["title"], made["task"], made["local"]) == ("New", "api_add", False)
    state.home.write({"new": {"mock": [{"title": "Other", "url": "http://localhost/new"}]}})
    assert state.run("new")["Other"]["state"] == "rejected"


def test_one_that_is_seen_already_is_pointed_at(client: Any) -> None:
    response = client.post("/api/seen", {"title": "Beta"})
    assert response.status_code == 409
    assert response["Location"].endswith(f"/api/seen/{ids(client, '/api/seen')['Beta']}")
    # What another task alone has seen is not.
    assert client.post("/api/seen", {"title": "Delta"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "title"),
        ({"title": "x", "local": True}, "task"),
        ({"title": "x", "fields": [{"field": "url"}]}, "fields.0.value"),
        ({"title": "x", "fields": [{"field": "url", "value": "a"}] * 2}, "fields"),
    ],
)
def test_what_cannot_be_added(client: Any, body: Any, attr: str) -> None:
    response = client.post("/api/seen", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_one_that_vanished(client: Any) -> None:
    assert client.get("/api/seen/999999").status_code == 404
    assert client.delete("/api/seen/999999").status_code == 404


def test_an_etag_guards(client: Any) -> None:
    path = f"/api/seen/{ids(client, '/api/seen')['Beta']}"
    tag = client.get(path)["ETag"]
    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert client.delete(path, HTTP_IF_MATCH='"other"').status_code == 412
    assert client.delete(path, HTTP_IF_MATCH=tag).status_code == 204


def test_a_viewer_sees_no_keys_and_cannot_guess_them(client: Any, reader: Any) -> None:
    assert KEY in client.get("/api/seen").content.decode()
    assert KEY not in reader.get("/api/seen").content.decode()
    path = f"/api/seen/{ids(client, '/api/seen')['Alpha']}"
    assert KEY not in reader.get(path).content.decode()
    assert titles(client.get(f"/api/seen?search=passkey={KEY[:4]}")) == ["Alpha"]
    assert titles(reader.get(f"/api/seen?search=passkey={KEY[:4]}")) == []
    assert titles(reader.get("/api/seen?search=alph")) == ["Alpha"]


def test_roles(client: Any, reader: Any, runner: Any) -> None:
    path = f"/api/seen/{ids(client, '/api/seen')['Beta']}"
    assert reader.delete(path).status_code == 403
    assert reader.delete("/api/seen").status_code == 403
    assert reader.post("/api/seen", {"title": "x"}).status_code == 403
    assert runner.post("/api/seen", {"title": "x"}).status_code == 201
    assert runner.delete(path).status_code == 204


def test_a_long_deletion_holds_nobody_up(state: State) -> None:
    with closing(sqlite3.connect(state.database)) as database, database:
        rows = ((f"Old {number}", "old", False) for number in range(20_000))
        database.executemany("INSERT INTO seen_entry (title, feed, local) VALUES (?, ?, ?)", rows)
    deletion = state.engine.begin("flexget_state.seen.clear", {"filters": {"task": "old"}})
    assert state.engine.call("quality", {"text": "720p"}) == {"error": ""}
    assert not deletion.done()
    page = {"filters": {}, "order_by": "id", "descending": False, "limit": 1, "offset": 0}
    assert state.engine.call("flexget_state.seen.page", page)["items"]
    assert deletion.result(30) == {"count": 20_000}
