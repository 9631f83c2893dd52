"""/api/series and /api/series/<id>."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.engine.client import Engine

pytestmark = pytest.mark.django_db


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [show["name"] for show in response.json()["items"]]


def test_it_lists_what_flexget_knows(client: Any, shows: dict[str, int]) -> None:
    response = client.get("/api/series")
    alpha, beta = response.json()["items"]
    assert alpha == {
        "id": shows["Alpha"],
        "name": "Alpha",
        "identified_by": "ep",
        "begin": None,
        "alternate_names": [],
        "tasks": ["tv"],
        "seasons": 1,
        "episodes": 2,
        "latest_entity": alpha["latest_entity"],
        "next_expected": None,
    }
    assert (beta["seasons"], beta["episodes"]) == (0, 1)
    assert response.json()["count"] == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ordering=-name", ["Beta", "Alpha"]),
        ("search=ALP", ["Alpha"]),
        ("search=%25", []),
        ("limit=1&offset=1", ["Beta"]),
        ("offset=99999999999999999999999", []),
    ],
)
def test_it_searches_orders_and_pages(client: Any, query: str, expected: list[str]) -> None:
    assert names(client.get(f"/api/series?{query}")) == expected


def test_a_page_says_where_the_next_is(client: Any) -> None:
    body = client.get("/api/series?limit=1").json()
    assert body["count"] == 2
    assert names(client.get(body["next"])) == ["Beta"]


def test_it_refuses_an_unknown_order(client: Any) -> None:
    response = client.get("/api/series?ordering=age")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "ordering"


def test_a_page_is_one_call(client: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    plain = engine.call

    def counted(method: str, *args: Any, **kwargs: Any) -> Any:
        calls.append(method)
        return plain(method, *args, **kwargs)

    monkeypatch.setattr(engine, "call", counted)
    client.get("/api/series?limit=1")
    client.get("/api/series")
    assert calls == ["series.shows"] * 2


def test_one_is_made_with_its_begin_and_names(client: Any) -> None:
    new = {"name": "Gamma", "begin": "S02E03", "alternate_names": ["Gammy"]}
    response = client.post("/api/series", new)
    assert response.status_code == 201
    made = client.get(response["Location"]).json()["object"]
    assert {name: made[name] for name in new} == new
    assert client.post("/api/series", {"name": "gamma"}).status_code == 409


def test_begin_and_names_can_be_changed(client: Any, shows: dict[str, int]) -> None:
    path = f"/api/series/{shows['Alpha']}"
    changed = client.patch(path, {"begin": "s01e02", "alternate_names": ["Alf"]}).json()["object"]
    assert (changed["begin"], changed["alternate_names"]) == ("S01E02", ["Alf"])
    # What is not given stays.
    changed = client.patch(path, {"alternate_names": []}).json()["object"]
    assert (changed["begin"], changed["alternate_names"]) == ("S01E02", [])
    assert client.patch(path, {"begin": None}).json()["object"]["begin"] is None


def test_two_spellings_of_a_name_are_one(client: Any, shows: dict[str, int]) -> None:
    path = f"/api/series/{shows['Alpha']}"
    changed = client.patch(path, {"alternate_names": ["The Alf", "the alf", "Alf 2"]})
    assert changed.json()["object"]["alternate_names"] == ["the alf", "Alf 2"]


@pytest.mark.parametrize("begin", ["nonsense", "2026-01-31", "9" * 40])
def test_a_begin_that_does_not_fit(client: Any, shows: dict[str, int], begin: str) -> None:
    response = client.patch(f"/api/series/{shows['Alpha']}", {"begin": begin})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "begin"


def test_a_name_of_another_show(client: Any, shows: dict[str, int]) -> None:
    client.patch(f"/api/series/{shows['Alpha']}", {"alternate_names": ["Same"]})
    path = f"/api/series/{shows['Beta']}"
    response = client.patch(path, {"begin": "S01E01", "alternate_names": ["Same"]})
    assert response.status_code == 409
    # Nothing half-done.
    assert client.get(path).json()["object"]["begin"] is None


def test_a_show_can_be_forgotten(client: Any, shows: dict[str, int]) -> None:
    path = f"/api/series/{shows['Alpha']}"
    assert client.delete(path).status_code == 204
    for response in (client.get(path), client.delete(path), client.patch(path, {"begin": "S01"})):
        assert response.status_code == 404
        assert str(shows["Alpha"]) in response.json()["errors"][0]["detail"]
    assert names(client.get("/api/series")) == ["Beta"]


def test_roles(
    api: Callable[..., Any], viewer: User, operator: User, shows: dict[str, int]
) -> None:
    path = f"/api/series/{shows['Alpha']}"
    assert api().get("/api/series").status_code == 401
    assert api(viewer).get(path).status_code == 200
    assert api(viewer).patch(path, {"begin": "S01"}).status_code == 403
    assert api(operator).patch(path, {"begin": "S01"}).status_code == 200
    assert api(operator).delete(path).status_code == 403
