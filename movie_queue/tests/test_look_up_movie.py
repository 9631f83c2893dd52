"""POST /api/movie_queue/lookup: FlexGet asks IMDb and TMDb, which are a server on loopback here."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.movie_services import ELSEWHERE, MovieServices, serving
from movie_queue import lookup

pytestmark = pytest.mark.django_db

FIGHT_CLUB = {"title": "Fight Club", "year": 1999, "imdb_id": "tt0137523"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    """A FlexGet that asks elsewhere, and the file that says where."""
    home = FlexGetHome(tmp_path_factory.mktemp("lookup"))
    (home.folder / "plugins" / "elsewhere.py").write_text(ELSEWHERE)
    engine = Engine(home.config, methods={"movie_queue": "movie_queue.flexget.lookup"})
    engine.start()
    engine.call("version", timeout=60)
    yield engine, home.folder / "plugins" / "movies.url"
    engine.stop()


@pytest.fixture
def engine(kept: tuple[Engine, Path], monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The API asks that FlexGet."""
    monkeypatch.setattr(instance, "engine", lambda: kept[0])
    return kept[0]


@pytest.fixture
def services(kept: tuple[Engine, Path]) -> Iterator[type[MovieServices]]:
    """IMDb and TMDb; without them nobody is there."""
    with serving() as url:
        kept[1].write_text(url)
        yield MovieServices
    kept[1].unlink()


@pytest.fixture
def ask(api: Callable[..., Any], operator: User, engine: Engine) -> Callable[..., Any]:
    """`ask(imdb_id="tt…")`, as an operator."""
    client = api(operator)
    return lambda **body: client.post("/api/movie_queue/lookup", body, format="json")


@pytest.mark.usefixtures("services")
def test_ids_have_a_title_and_a_year(ask: Callable[..., Any]) -> None:
    answer = ask(tmdb_id=550)
    assert answer.status_code == 200
    assert answer.json()["object"] == {**FIGHT_CLUB, "tmdb_id": 550}
    assert ask(imdb_id="tt0137523").json()["object"] == {**FIGHT_CLUB, "tmdb_id": None}


def test_imdb_that_says_nothing_is_not_waited_for(
    ask: Callable[..., Any], engine: Engine, services: type[MovieServices]
) -> None:
    services.silent = True

    def ask_something_else() -> float:
        """Return when FlexGet's host has answered it, while IMDb says nothing."""
        assert services.asked.wait(20)
        engine.call("version")
        return time.monotonic()

    began = time.monotonic()
    with ThreadPoolExecutor(1) as others:
        other = others.submit(ask_something_else)
        answer = ask(imdb_id="tt0137523")
        ended = time.monotonic()
        assert other.result() < ended - 1
    assert answer.json()["object"] == {**FIGHT_CLUB, "tmdb_id": 550}
    assert ended - began < lookup.PATIENCE


@pytest.mark.usefixtures("services")
def test_what_nobody_knows_is_not_found(ask: Callable[..., Any]) -> None:
    assert ask(tmdb_id=551).status_code == 404
    # FlexGet's code for IMDb would take the first eight digits for the id.
    answer = ask(imdb_id="tt0137523999")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["detail"] == "Neither IMDb nor TMDb knows this movie."


def test_without_a_network_it_says_so(ask: Callable[..., Any]) -> None:
    answer = ask(imdb_id="tt0137523")
    assert answer.status_code == 503
    detail = answer.json()["errors"][0]["detail"]
    assert detail.startswith("The title can't be looked up now. IMDb can't be reached")
    assert "TMDb can't be reached" in detail


def test_it_is_given_up_after_a_while(
    ask: Callable[..., Any], services: type[MovieServices], monkeypatch: pytest.MonkeyPatch
) -> None:
    services.silent = True
    monkeypatch.setattr(lookup, "PATIENCE", 0.2)
    answer = ask(imdb_id="tt0137523")
    assert answer.status_code == 503
    assert "no answer" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("body", [{}, {"imdb_id": "nm0000093"}, {"tmdb_id": 0}, {"imdb_id": None}])
def test_it_takes_ids_only(ask: Callable[..., Any], body: dict[str, Any]) -> None:
    assert ask(**body).status_code == 400


def test_a_viewer_sends_flexget_nowhere(api: Callable[..., Any], viewer: User) -> None:
    assert api(viewer).post("/api/movie_queue/lookup", {"tmdb_id": 550}).status_code == 403
