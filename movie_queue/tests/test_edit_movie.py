"""GET, PUT, PATCH and DELETE of /api/movie_queue/<id>, and of what was grabbed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from movie_queue.models import GrabbedMovie, QueuedMovie

pytestmark = pytest.mark.django_db


@pytest.fixture
def movie() -> QueuedMovie:
    return QueuedMovie.objects.create(title="Dune", year=2021)


@pytest.fixture
def client(api: Callable[..., Any], operator: User) -> Any:
    return api(operator)


def path(movie: QueuedMovie) -> str:
    return f"/api/movie_queue/{movie.pk}"


def test_it_changes_what_is_given(client: Any, movie: QueuedMovie) -> None:
    response = client.patch(path(movie), {"imdb_id": "tt1160419"})
    assert response.status_code == 200
    movie.refresh_from_db()
    assert (movie.title, movie.year, movie.imdb_id) == ("Dune", 2021, "tt1160419")


def test_it_replaces(client: Any, movie: QueuedMovie) -> None:
    assert client.put(path(movie), {"title": "Dune: Part Two"}).status_code == 200
    movie.refresh_from_db()
    assert movie.title_key == "dune part two"


def test_it_does_not_become_a_twin(client: Any, movie: QueuedMovie) -> None:
    other = QueuedMovie.objects.create(title="Alien", year=1979)
    response = client.patch(path(other), {"title": "dune", "year": 2021})
    assert response.status_code == 409
    assert response["Location"].endswith(path(movie))
    other.refresh_from_db()
    assert other.title == "Alien"


def test_a_lost_update_is_refused(client: Any, movie: QueuedMovie) -> None:
    etag = client.get(path(movie))["ETag"]
    client.patch(path(movie), {"year": 1984})
    response = client.patch(path(movie), {"year": 2000}, headers={"If-Match": etag})
    assert response.status_code == 412


def test_it_goes(client: Any, movie: QueuedMovie) -> None:
    assert client.delete(path(movie)).status_code == 204
    assert not QueuedMovie.objects.exists()
    assert client.delete(path(movie)).status_code == 404


def test_a_viewer_only_reads(api: Callable[..., Any], viewer: User, movie: QueuedMovie) -> None:
    client = api(viewer)
    assert client.get(path(movie)).status_code == 200
    assert client.patch(path(movie), {"year": 1}).status_code == 403
    assert client.delete(path(movie)).status_code == 403


def test_what_was_grabbed_can_be_forgotten(client: Any) -> None:
    grabbed = GrabbedMovie.objects.create(title="Dune", year=2021, execution=7)
    url = f"/api/movie_queue/grabbed/{grabbed.pk}"
    assert client.get(url).json()["object"]["execution"] == 7
    assert client.delete(url).status_code == 204
    assert client.post("/api/movie_queue", {"title": "Dune", "year": 2021}).status_code == 201


def test_the_admin_checks_as_the_api_does(admin: User, movie: QueuedMovie) -> None:
    from django.test import Client

    client = Client()
    client.force_login(admin)
    form = {"title": "DUNE", "year": 2021, "quality": "any", "queue_name": "default"}
    response = client.post("/admin/movie_queue/queuedmovie/add/", form)
    assert "is in the queue default already" in response.content.decode()
    response = client.post("/admin/movie_queue/queuedmovie/add/", form | {"year": 1984})
    assert response.status_code == 302
    added = QueuedMovie.objects.get(year=1984)
    assert (added.requested_by, added.imdb_id) == (admin, None)
