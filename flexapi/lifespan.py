"""What goes on for as long as an ASGI server other than daphne serves the application.

Such a server only answers: executions, schedules and whatever else goes on by itself belong to `serve` and to workers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from executions.following import announcements
from flexapi.api.accounts.last_use import last_use
from flexapi.api.accounts.visits import visits
from flexapi.background import Loop
from flexapi.data_folder import FolderInUse, WrongConfig, claim, remember_config
from flexapi.engine.instance import engine
from flexapi.garbage import GarbageCollector
from flexapi.mirror import mirror

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Lifespan:
    """ASGI's lifespan protocol. A start that can't be is told to the server, which then ends."""

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Be there from the server's start to its end."""
        await receive()
        try:
            folder = await asyncio.to_thread(_join)
        except (DatabaseError, FolderInUse, ImproperlyConfigured, OSError, WrongConfig) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        with folder:
            announcements.send_from(asyncio.get_running_loop())
            # What belongs to requests that are being answered.
            parts = (GarbageCollector(), last_use, visits)
            for part in parts:
                part.start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await asyncio.to_thread(_leave, parts)
            announcements.send_from(None)
            await send({"type": "lifespan.shutdown.complete"})


def _join() -> IO[str]:
    """Join the servers of the database; the data folder is this process's until the file is closed."""
    if not (settings.DATABASE_URL and settings.REDIS_URL):
        raise ImproperlyConfigured(
            "An ASGI server only answers, and others run what is queued here: set FLEXAPI_DATABASE_URL and "
            "FLEXAPI_REDIS_URL, or start `flexapi serve`, which does all in one process."
        )
    for said in settings.UNKNOWN_VARIABLES.values():
        logger.warning(said)
    folder = claim(settings.DATA_DIR)
    try:
        remember_config(settings.DATA_DIR, settings.FLEXGET_CONFIG)
        problem = mirror.join()
        if problem is not None and problem.code == "unknown":
            raise ImproperlyConfigured(problem.detail)
    except BaseException:
        folder.close()
        raise
    finally:
        connections.close_all()
    return folder


def _leave(parts: Iterable[Loop]) -> None:
    for part in parts:
        part.stop()
    # It was started if a request needed FlexGet.
    engine().stop()
