"""GET /api/movie_queue and /api/movie_queue/grabbed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from movie_queue.models import GrabbedMovie, QueuedMovie

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(api: Callable[..., Any], viewer: User) -> Callable[[str], list[str]]:
    """`titles("search=x")`: the titles that a viewer gets."""
    client = api(viewer)

    def ask(query: str) -> list[str]:
        response = client.get(f"/api/movie_queue?{query}")
        assert response.status_code == 200, response.content
        return [movie["title"] for movie in response.json()["items"]]

    return ask


@pytest.fixture
def movies(operator: User) -> None:
    make = QueuedMovie.objects.create
    make(title="Dune", year=2021, imdb_id="tt1160419", requested_by=operator)
    make(title="Alien", year=1979, tmdb_id=348, quality="720p")
    make(title="Bambi", year=1942, queue_name="kids")


@pytest.mark.usefixtures("movies")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Dune", "Alien", "Bambi"]),
        ("ordering=title", ["Alien", "Bambi", "Dune"]),
        ("ordering=-year", ["Dune", "Alien", "Bambi"]),
        ("search=ALI", ["Alien"]),
        ("search=tt1160419", ["Dune"]),
        ("title=dune", ["Dune"]),
        ("year=1979", ["Alien"]),
        ("year_min=1950&year_max=2000", ["Alien"]),
        ("imdb_id=tt1160419", ["Dune"]),
        ("tmdb_id=348", ["Alien"]),
        ("queue_name=kids", ["Bambi"]),
        ("quality=720p", ["Alien"]),
        ("requested_by=operator", ["Dune"]),
        ("added_after=2100-01-01T00:00:00Z", []),
        ("limit=1&offset=1", ["Alien"]),
    ],
)
def test_it_filters_searches_and_orders(
    titles: Callable[[str], list[str]], query: str, expected: list[str]
) -> None:
    assert titles(query) == expected


def test_a_filter_that_cannot_be_meant(api: Callable[..., Any], viewer: User) -> None:
    response = api(viewer).get("/api/movie_queue?year=soon")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "year"


def test_a_page_costs_the_same_at_any_size(
    api: Callable[..., Any],
    viewer: User,
    operator: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = api(viewer)
    client.get("/api/movie_queue")
    for number in range(60):
        QueuedMovie.objects.create(title=f"Movie {number}", requested_by=operator)
        GrabbedMovie.objects.create(title=f"Movie {number}", execution=number)
    # The token, permissions, the count, the page; what is hidden in releases depends on what has run.
    for path, most in (("/api/movie_queue", 5), ("/api/movie_queue/grabbed", 6)):
        client.get(path + "?limit=1")
        with django_assert_max_num_queries(most) as few:
            client.get(path + "?limit=5")
        with django_assert_max_num_queries(most) as many:
            assert len(client.get(path + "?limit=50").json()["items"]) == 50
        assert len(few) == len(many)


def test_nobody_reads_without_a_login(api: Callable[..., Any]) -> None:
    assert api().get("/api/movie_queue").status_code == 401
    assert api().get("/api/movie_queue/grabbed").status_code == 401
