"""/api/movie_list; what it has in common with other lists is tested with them."""

from typing import Any

import pytest

from .conftest import State, ids, titles

pytestmark = pytest.mark.django_db

NEW = {"title": "New", "year": 2020, "identifiers": {"imdb_id": "tt0000002", "tmdb_id": 12}}


@pytest.fixture
def movies(client: Any) -> str:
    """The path of the movies of the list films."""
    return f"/api/movie_list/{ids(client, '/api/movie_list')['films']}/movies"


def test_movies_are_listed(client: Any, movies: str) -> None:
    (movie,) = client.get(movies).json()["items"]
    assert (movie["title"], movie["year"]) == ("Gamma", 2001)
    assert movie["identifiers"] == {"imdb_id": "tt0000001"}
    assert client.get(f"{movies}/{movie['id']}").json()["object"] == movie


def test_movies_are_filtered_and_ordered(client: Any, movies: str) -> None:
    client.post(movies, NEW)
    assert titles(client.get(f"{movies}?ordering=-year")) == ["New", "Gamma"]
    assert titles(client.get(f"{movies}?year=2001")) == ["Gamma"]
    assert titles(client.get(f"{movies}?search=GAM")) == ["Gamma"]
    assert client.get(f"{movies}?year=MMI").status_code == 400


def test_what_is_added_gets_into_tasks(client: Any, movies: str, state: State) -> None:
    response = client.post(movies, NEW)
    assert response.status_code == 201
    made = client.get(response["Location"]).json()["object"]
    assert made["identifiers"] == {"imdb_id": "tt0000002", "tmdb_id": "12"}
    # Each is stored once.
    assert state.sql("SELECT count(*) FROM movie_list_ids WHERE movie_id = ?", made["id"]) == [(2,)]
    state.home.write({"use": {"movie_list": "films", "accept_all": True}})
    assert sorted(state.run("use")) == ["Gamma (2001)", "New (2020)"]


@pytest.mark.parametrize(
    "same",
    [
        {"title": "gamma", "year": 2001},
        {"title": "Else", "identifiers": {"imdb_id": "tt0000001"}},
    ],
)
def test_a_duplicate_is_pointed_at(client: Any, movies: str, same: dict[str, Any]) -> None:
    response = client.post(movies, same)
    assert response.status_code == 409
    assert response["Location"].endswith(f"/movies/{ids(client, movies)['Gamma']}")
    made = client.post(movies, NEW)["Location"]
    assert client.patch(made, same).status_code == 409
    assert client.get(made).json()["object"]["title"] == "New"


def test_two_without_a_year_are_one(client: Any, movies: str) -> None:
    assert client.post(movies, {"title": "Gamma"}).status_code == 201
    assert client.post(movies, {"title": "GAMMA"}).status_code == 409


def test_a_movie_is_changed(client: Any, movies: str, state: State) -> None:
    path = f"{movies}/{ids(client, movies)['Gamma']}"
    changed = client.patch(path, {"identifiers": {"tmdb_id": "7"}}).json()["object"]
    assert (changed["year"], changed["identifiers"]) == (2001, {"tmdb_id": "7"})
    assert state.sql("SELECT id_name FROM movie_list_ids") == [("tmdb_id",)]
    changed = client.patch(path, {"year": 2002}).json()["object"]
    assert (changed["year"], changed["identifiers"]) == (2002, {"tmdb_id": "7"})
    replaced = client.put(path, {"title": "Else"}).json()["object"]
    assert (replaced["title"], replaced["year"], replaced["identifiers"]) == ("Else", None, {})


def test_movies_are_deleted_with_their_identifiers(client: Any, movies: str, state: State) -> None:
    made = client.post(movies, NEW)["Location"]
    assert client.delete(made).status_code == 204
    assert client.get(made).status_code == 404
    assert client.delete(f"{movies}?search=gamma").json() == {"object": {"count": 1}}
    assert state.sql("SELECT * FROM movie_list_ids") == []


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"title": None}, "title"),
        ({"year": 12}, "year"),
        ({"year": "9" * 30}, "year"),
        ({"identifiers": {"isbn": "1"}}, "identifiers"),
        ({"identifiers": {"imdb_id": {}}}, "identifiers.imdb_id"),
    ],
)
def test_what_cannot_be_added(client: Any, movies: str, body: dict[str, Any], attr: str) -> None:
    response = client.post(movies, NEW | body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_the_identifiers_are_named(reader: Any) -> None:
    names = reader.get("/api/movie_list/identifiers").json()["object"]
    assert {"imdb_id", "tmdb_id"} <= set(names)
