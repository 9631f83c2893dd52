"""What a movie is called, of which only an id is known: asked of IMDb and TMDb by FlexGet's own code.

It is the code behind `imdb_lookup` and `tmdb_lookup` without their tables: nothing is written to FlexGet's database, so it needs no lock.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flexget.components.imdb.utils import ImdbParser, extract_id, make_url
from flexget.components.tmdb import api_tmdb
from flexget.plugin import PluginError
from loguru import logger

from flexapi.engine import protocol
from flexapi.engine.host.errands import errand
from flexapi.engine.host.manager import WarmManager

logger = logger.bind(name="movie_queue")

Found = dict[str, Any]
# Seconds that each service gets.
PATIENCE = 3.5


class _TooLong(BaseException):
    """It takes too long; no `Exception`, since FlexGet's code catches those and goes on."""


@contextmanager
def _limited() -> Iterator[None]:
    """End what is inside when it takes too long. For a process of its own, in its main thread."""

    def give_up(*ignored: object) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _of_imdb(imdb_id: str) -> Found | None:
    """Ask IMDb; None where FlexGet can't write its newest ids."""
    if extract_id(imdb_id) != imdb_id:
        return None
    parser = ImdbParser()
    parser.parse(make_url(imdb_id))
    return parser.name and {"title": parser.name, "year": parser.year, "imdb_id": imdb_id}


def _found_at_tmdb(imdb_id: str) -> Found | None:
    """Ask TMDb, where it knows the id of IMDb."""
    answer = api_tmdb.tmdb_request(f"find/{imdb_id}", external_source="imdb_id")
    movies = answer["movie_results"]
    return _as_found(movies[0], imdb_id) if movies else None


def _of_tmdb(tmdb_id: int) -> Found:
    """Ask TMDb by its own id."""
    movie = api_tmdb.tmdb_request(f"movie/{tmdb_id}")
    return _as_found(movie, movie.get("imdb_id"))


def _as_found(movie: dict[str, Any], imdb_id: str | None) -> Found:
    year = (movie.get("release_date") or "")[:4]
    return {"title": movie["title"], "year": year, "imdb_id": imdb_id, "tmdb_id": movie["id"]}


@errand
def lookup(manager: WarmManager, params: dict[str, Any]) -> Found:
    """Return the movie `params["imdb_id"]` or `params["tmdb_id"]`: `title`, `year`, `imdb_id`, `tmdb_id`; what isn't known is None.

    Raises RpcError: NOT_FOUND where no service has it. Where none could be asked, `unreachable` says why, in place of the movie.
    """
    said: list[str] = []
    known = True
    for service, ask, number in _asked(params.get("imdb_id"), params.get("tmdb_id")):
        try:
            with _limited():
                found = ask(number)
        except _TooLong:
            said.append(f"{service} doesn't answer within {PATIENCE} s")
        except OSError as error:
            logger.info("{}: {}", service, error)
            status = getattr(getattr(error, "response", None), "status_code", None)
            known = known and status != 404
            said.append(f"{service} answers {status}" if status else f"{service} can't be reached")
        # What FlexGet's code raises where a page isn't as it was, or a library that it reads it with is missing.
        except (
            PluginError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            ImportError,
        ) as error:
            logger.info("{}: {}", service, error)
            said.append(f"FlexGet can't read what {service} answers")
        else:
            if found:
                return _tidy(found)
            known = False
    if known:
        return {"unreachable": "; ".join(said)}
    raise protocol.RpcError(protocol.NOT_FOUND, "Neither IMDb nor TMDb knows this movie.")


def _asked(
    imdb_id: str | None, tmdb_id: int | None
) -> Iterator[tuple[str, Callable[[Any], Found | None], Any]]:
    if tmdb_id:
        yield "TMDb", _of_tmdb, tmdb_id
    if imdb_id:
        yield "IMDb", _of_imdb, imdb_id
        yield "TMDb", _found_at_tmdb, imdb_id


def _tidy(found: Found) -> Found:
    names = ("title", "imdb_id", "tmdb_id")
    year = str(found.get("year") or "")
    tidy = {name: found.get(name) or None for name in names}
    return {**tidy, "year": int(year) if year.isdigit() else None}


METHODS = {"lookup": lookup}
