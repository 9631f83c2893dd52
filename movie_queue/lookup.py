"""What FlexGet finds out of a movie of which only an id is known."""

from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from flexapi.api.engine_calls import answer_of
from flexapi.api.errors import ServiceUnavailable
from flexapi.engine import instance, waiting
from flexapi.engine.client import EngineUnavailable
from flexapi.phrases import phrase

# Seconds that a request waits for FlexGet, and for the answer: two services get 3.5 each.
PATIENCE = 8.0


def look_up(imdb_id: str | None, tmdb_id: int | None) -> dict[str, Any]:
    """Return `title`, `year`, `imdb_id` and `tmdb_id`; a process of FlexGet's own asks, so nobody else waits.

    Raises NotFound where no service knows it, ServiceUnavailable where none can be asked.
    """
    params = {"imdb_id": imdb_id, "tmdb_id": tmdb_id}
    try:
        # FlexGet may have to be loaded first.
        with waiting.allowed():
            errand = instance.engine().begin(
                "movie_queue.lookup", params, timeout=PATIENCE, errand=lambda said: None
            )
    except EngineUnavailable as error:
        raise ServiceUnavailable(str(error)) from error
    try:
        found: dict[str, Any] = answer_of(errand, PATIENCE)
    except FutureTimeoutError as error:
        raise ServiceUnavailable(
            phrase("There was no answer within {patience:.0f} s.").format(patience=PATIENCE)
        ) from error
    if "unreachable" in found:
        raise ServiceUnavailable(
            phrase("The title can't be looked up now. {reason}.").format(
                reason=found["unreachable"]
            )
        )
    return found
