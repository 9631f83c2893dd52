"""Long work of FlexGet's own that a request begins: answered when it is over soon, else seen to its end in the background."""

import logging
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from django.db import DatabaseError, connections

from flexapi.api.engine_calls import answer_of
from flexapi.api.errors import ServiceUnavailable
from flexapi.api.status.progress import Progress
from flexapi.engine import instance
from flexapi.engine.client import EngineError, EngineUnavailable

logger = logging.getLogger("flexapi")

# Seconds that the request waits, and between two signs of life of what goes on behind it.
PATIENCE = 8.0
SIGN_OF_LIFE = 20.0


def run(method: str, what: str, **params: Any) -> Any:
    """Have one of the host's errands done; return its answer, None where it goes on after this.

    `what` is what people read at `/api/server` then. Raises what `flexapi.api.engine_calls.ask` does.
    """
    try:
        answer = instance.engine().begin(method, params, errand=_nobody_listens)
    except EngineUnavailable as error:
        raise ServiceUnavailable(str(error)) from error
    try:
        return answer_of(answer, PATIENCE)
    except FutureTimeoutError:
        thread = threading.Thread(target=_see_through, args=(answer, what), name=what, daemon=True)
        thread.start()
        return None


def _nobody_listens(said: dict[str, Any]) -> None:
    """Take what an errand says before its answer."""


def _see_through(answer: "Future[Any]", what: str) -> None:
    """Show that the work goes on, until it is over, and how it ended."""
    try:
        with Progress("flexget-database", what, "steps") as progress:
            while True:
                progress.at(0, 1)
                try:
                    answer.result(SIGN_OF_LIFE)
                    break
                except FutureTimeoutError:
                    continue
            progress.finish(1)
            logger.info("%s: done.", what)
    except (EngineError, EngineUnavailable) as error:
        logger.error("%s: %s", what, error)
    except DatabaseError as error:
        logger.warning("%s goes on, and nobody can be told: %s", what, error)
    finally:
        connections.close_all()
