"""POST /api/movie_queue."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from flexapi.engine.client import Engine, EngineUnavailable
from movie_queue import quality
from movie_queue.models import GrabbedMovie, QueuedMovie

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(api: Callable[..., Any], operator: User) -> Callable[..., Any]:
    """`post(title="…")`: ask for a movie as an operator."""
    client = api(operator)
    return lambda **body: client.post("/api/movie_queue", body)


def error_of(response: Any) -> dict[str, Any]:
    (error,) = response.json()["errors"]
    return dict(error)


def test_a_title_is_enough(post: Callable[..., Any]) -> None:
    response = post(title="Fight Club")
    assert response.status_code == 201
    movie = QueuedMovie.objects.get()
    assert response["Location"] == f"http://testserver/api/movie_queue/{movie.pk}"
    body = response.json()["object"]
    assert body.pop("added")
    assert body == {
        "id": movie.pk,
        "title": "Fight Club",
        "year": None,
        "imdb_id": None,
        "tmdb_id": None,
        "queue_name": "default",
        "quality": "any",
        "requested_by": "operator",
    }


def test_all_fields_are_kept(post: Callable[..., Any], qualities: Engine) -> None:
    fields = {
        "title": "Fight Club",
        "year": 1999,
        "imdb_id": "tt0137523",
        "tmdb_id": 550,
        "quality": "720p-1080p bluray|webdl",
        "queue_name": "kids",
    }
    assert post(**fields).status_code == 201
    assert QueuedMovie.objects.values(*fields).get() == fields


@pytest.mark.parametrize("imdb_id", ["tt0137523", "tt12345678"])
def test_imdb_ids_of_any_length(post: Callable[..., Any], imdb_id: str) -> None:
    assert post(title="x", imdb_id=imdb_id).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "a\x00b"),
        ("title", "x" * 301),
        ("imdb_id", "tt123456"),
        ("imdb_id", "0137523"),
        ("imdb_id", "tt0137523\n"),
        ("imdb_id", "tt\u0661\u0662\u0663\u0664\u0665\u0666\u0667"),
        ("tmdb_id", 0),
        ("tmdb_id", 2**40),
        ("tmdb_id", "tt1"),
        ("year", 99),
        ("queue_name", ""),
    ],
)
def test_it_refuses_bad_values(post: Callable[..., Any], field: str, value: Any) -> None:
    response = post(**({"title": "x"} | {field: value}))
    # DRF strips what surrounds a text; an id with a line end is the id.
    if value == "tt0137523\n":
        assert response.status_code == 201
        assert QueuedMovie.objects.get().imdb_id == "tt0137523"
        return
    assert response.status_code == 400
    assert error_of(response)["attr"] == field
    assert not QueuedMovie.objects.exists()


def test_flexget_refuses_a_quality(post: Callable[..., Any], qualities: Engine) -> None:
    response = post(title="x", quality="720x")
    assert response.status_code == 400
    assert error_of(response)["attr"] == "quality"
    assert "720x" in error_of(response)["detail"]


def test_a_quality_needs_flexget(post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def call(self, *args: Any) -> None:
            raise EngineUnavailable("FlexGet is still loading.")

    monkeypatch.setattr(quality, "engine", Down)
    response = post(title="x", quality="720p")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "still loading" in error_of(response)["detail"]
    # Without one, nobody needs to be asked.
    assert post(title="x", quality="any").status_code == 201


@pytest.mark.parametrize(
    "twin",
    [
        {"title": "Another title", "imdb_id": "tt0137523"},
        {"title": "Another title", "tmdb_id": 550},
        {"title": "the  fight club!", "year": 1999},
    ],
)
def test_a_duplicate_is_told_of_its_twin(post: Callable[..., Any], twin: dict[str, Any]) -> None:
    first = post(title="Fight Club", year=1999, imdb_id="tt0137523", tmdb_id=550)
    response = post(**twin)
    assert response.status_code == 409
    assert error_of(response)["code"] == "duplicate"
    assert response["Location"] == first["Location"]
    assert first["Location"] in error_of(response)["detail"]
    assert QueuedMovie.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Fight Club", "year": 1999, "imdb_id": "tt9999999"},
        {"title": "Fight Club", "year": 2049},
        {"title": "Fight Club", "year": 1999, "queue_name": "kids"},
    ],
)
def test_another_movie_is_no_duplicate(post: Callable[..., Any], other: dict[str, Any]) -> None:
    post(title="Fight Club", year=1999, imdb_id="tt0137523")
    assert post(**other).status_code == 201


def test_what_was_grabbed_needs_force(post: Callable[..., Any]) -> None:
    grabbed = GrabbedMovie.objects.create(title="Fight Club", year=1999)
    response = post(title="Fight Club", year=1999)
    assert response.status_code == 409
    assert error_of(response)["code"] == "grabbed"
    assert response["Location"].endswith(f"/api/movie_queue/grabbed/{grabbed.pk}")
    assert "force" in error_of(response)["detail"]
    assert post(title="Fight Club", year=1999, force=True).status_code == 201


def test_a_viewer_may_not(api: Callable[..., Any], viewer: User) -> None:
    assert api(viewer).post("/api/movie_queue", {"title": "x"}).status_code == 403


def test_its_queries_are_counted(
    post: Callable[..., Any], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    post(title="warm up")
    for number in range(20):
        QueuedMovie.objects.create(title=f"Movie {number}")
    # Token, permissions (2), savepoints, twin, grabbed, insert.
    with django_assert_max_num_queries(12):
        post(title="Fight Club")
