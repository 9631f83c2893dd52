"""What a page costs, and what it is when FlexGet's database, or FlexGet, can't be used."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.api import engine_calls
from flexapi.api.docs import document
from flexapi.api.tests.test_schema import conforms
from flexapi.engine import instance
from flexapi.engine.client import EngineUnavailable

from .conftest import State, ids

pytestmark = pytest.mark.django_db

ROWS = 60
PATHS = [
    "/api/seen",
    "/api/failed",
    "/api/rejected",
    "/api/pending",
    "/api/entry_list",
    "/api/entry_list/{many}/entries",
    "/api/movie_list",
    "/api/movie_list/{many}/movies",
    "/api/pending_list",
    "/api/pending_list/{many}/entries",
]


def listed(client: Any, path: str) -> str:
    """Fill in the id of the list called many."""
    if "{many}" not in path:
        return path
    kind = path.split("/")[2]
    return path.format(many=ids(client, f"/api/{kind}?name=many")["many"])


@pytest.fixture(scope="session")
def filled(kept_state: State) -> None:
    """Keep a database with many rows in every table as well."""
    kept_state.restore()
    kept_state.engine.call("own.fill", {"rows": ROWS})
    kept_state.keep("many")


@pytest.fixture
def many(filled: None, state: State) -> State:
    """What the run left, and many rows in every table."""
    state.restore("many")
    return state


def test_a_page_is_one_call_and_as_many_queries_whatever_its_size(
    client: Any, many: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, Any]] = []
    plain = many.engine.call

    def counted(method: str, params: Any) -> Any:
        calls.append((method, params))
        return plain(method, params)

    for path in [listed(client, path) for path in PATHS]:
        with monkeypatch.context() as patch:
            patch.setattr(many.engine, "call", counted)
            calls.clear()
            pages = [client.get(f"{path}?limit={limit}").json() for limit in (1, 50)]
        assert [len(page["items"]) for page in pages] == [1, 50]
        assert len(calls) == 2
        one, fifty = [
            plain("own.statements", {"method": method, "params": params})
            for method, params in calls
        ]
        assert 0 < len(one) == len(fifty) <= 9, (path, one, fifty)


def test_bulk_deletion_takes_few_queries(client: Any, many: State) -> None:
    params = {"filters": {"task": "many"}}
    sent = many.engine.call(
        "own.statements", {"method": "flexget_state.seen.clear", "params": params}
    )
    assert client.get("/api/seen?task=many").json()["count"] == 0
    # Two transactions, of which each looks at the versions of tables first.
    assert len(sent) <= 14


def members(path: str) -> set[str]:
    """Return the members that the OpenAPI document tells of in one object."""
    answer = document()["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]["properties"]["object"]
    name = schema["$ref"].rpartition("/")[2]
    return set(document()["components"]["schemas"][name]["properties"])


def test_answers_are_as_described(client: Any) -> None:
    for path in PATHS:
        kind = path.split("/")[2]
        place = path
        described = path.replace("{many}", "{list_id}")
        if "{many}" in path:
            name = {"entry_list": "wanted", "movie_list": "films", "pending_list": "proposed"}[kind]
            place = path.format(many=ids(client, f"/api/{kind}")[name])
        page = client.get(place)
        assert page.json()["items"]
        conforms(page, described)
        one = client.get(f"{place}/{page.json()['items'][0]['id']}")
        conforms(one, f"{described}/{{id}}")
        assert one.json()["object"].keys() == members(f"{described}/{{id}}")
        conforms(client.get(f"{place}/999999"), f"{described}/{{id}}")
        conforms(client.get(f"{place}?ids=x"), described)
    conforms(client.post("/api/seen", {"title": "Beta"}), "/api/seen", "post")
    conforms(client.delete("/api/seen"), "/api/seen", "delete")
    conforms(client.delete("/api/seen?x=1"), "/api/seen", "delete")
    conforms(client.post("/api/pending/approve"), "/api/pending/approve", "post")
    conforms(client.get("/api/movie_list/identifiers"), "/api/movie_list/identifiers")
    conforms(client.put("/api/variables", {"a": "b"}), "/api/variables", "put")


@pytest.mark.parametrize("path", ["/api/seen", "/api/pending_list", "/api/variables"])
def test_a_locked_database(
    client: Any, state: State, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(engine_calls, "LOCK_PATIENCE", 0)
    with closing(sqlite3.connect(state.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        response = client.get(path)
        changed = client.put(path, {}) if path.endswith("variables") else client.delete(f"{path}/1")
        other.execute("ROLLBACK")
    for refused in (response, changed):
        assert (refused.status_code, bool(refused["Retry-After"])) == (503, True)
        assert "locked" in refused.json()["errors"][0]["detail"]
        conforms(response, path)
    assert client.get(path).status_code == 200


def test_a_table_that_is_missing(client: Any, state: State) -> None:
    state.sql("ALTER TABLE seen_entry RENAME TO seen_gone")
    response = client.get("/api/seen")
    assert response.status_code == 503
    assert "no such table" in response.json()["errors"][0]["detail"]


def test_flexget_is_down(
    api: Callable[..., Any], viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def call(self, *args: Any) -> None:
            raise EngineUnavailable("FlexGet's host is not running.")

    monkeypatch.setattr(instance, "engine", Down)
    for path in ("/api/seen", "/api/entry_list/1/entries", "/api/variables"):
        response = api(viewer).get(path)
        assert (response.status_code, bool(response["Retry-After"])) == (503, True)


def test_nobody_gets_in_without_credentials(api: Callable[..., Any]) -> None:
    for path in (*PATHS, "/api/variables", "/api/movie_list/identifiers"):
        assert api().get(path.format(many=1)).status_code == 401
