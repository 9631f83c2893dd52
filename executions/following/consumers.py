"""The websockets: the board of all executions, and the log of one."""

import asyncio
import contextlib
import json
import logging
import time
from typing import Any, ClassVar
from urllib.parse import parse_qs

from autobahn.exception import Disconnected
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from rest_framework.utils.encoders import JSONEncoder

from executions.models import Execution
from executions.serializers import executions_for
from flexapi.api.http.threads import run_sync

from . import announcements, follow, messages
from .log_reader import View

logger = logging.getLogger(__name__)

# Close codes: a websocket's own are below 4000; these repeat the HTTP status they stand for.
BAD_REQUEST = 4400
FORBIDDEN = 4403
NOT_FOUND = 4404
NORMAL = 1000
INTERNAL_ERROR = 4500
UNAVAILABLE = 4503


class WatchConsumer(AsyncWebsocketConsumer):
    """A websocket that only sends: a task of its own runs `watch`, which returns a close code."""

    permission: ClassVar[str] = "executions.view_execution"
    _watching: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        """Accept, so that a refusal can carry its close code; then check who asks."""
        await self.accept()
        user = self.scope["user"]
        if not await run_sync(user.has_perm, self.permission):
            await self.close(FORBIDDEN)
            return
        self._watching = asyncio.create_task(self._watch_and_close())

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        if self._watching is not None and self._watching is not asyncio.current_task():
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore what clients say: there is nothing to tell this socket."""

    async def watch(self) -> int:
        """Send what happens; return the code to close with once nothing more can happen."""
        raise NotImplementedError

    async def _watch_and_close(self) -> None:
        # The client may leave while a message is on its way to it.
        with contextlib.suppress(Disconnected):
            await self.close(await self._watch())

    async def _watch(self) -> int:
        """Watch; where that fails, return a code that tells the client to come again: it would wait for ever."""
        try:
            return await self.watch()
        except Disconnected:
            raise
        except DatabaseError as error:
            logger.warning("A websocket ends, as the database can't be asked: %s", error)
            return UNAVAILABLE
        except Exception:
            logger.exception("A websocket ends by an error.")
            return INTERNAL_ERROR


class LogConsumer(WatchConsumer):
    """`/ws/execution/<id>/log/?after=<seq>`: log, progress and status, then the end marker."""

    async def watch(self) -> int:
        """Follow the execution to its end."""
        execution_id = self.scope["url_route"]["kwargs"]["execution_id"]
        after = parse_qs(self.scope["query_string"].decode("latin1")).get("after", ["0"])[-1]
        if not (after.isascii() and after.isdigit() and len(after) <= 18):
            return BAD_REQUEST
        found = False
        view = await run_sync(View.of, self.scope["user"])
        async with contextlib.aclosing(follow.follow(execution_id, view, int(after))) as events:
            async for event in events:
                found = True
                await self.send(messages.websocket(event))
        return NORMAL if found else NOT_FOUND


class BoardConsumer(WatchConsumer):
    """`/ws/execution/`: each execution that is not over, then each that appears or changes; no trials.

    A message is `{"type": "execution", "object": {…}}`, the object as `/api/execution/<id>` has it.
    """

    async def watch(self) -> int:
        """Send executions until the client leaves."""
        async with follow.subscription(announcements.BOARD) as changes:
            sent: dict[int, dict[str, Any]] = {}
            changed: set[int] | None = None
            looked = time.monotonic()
            while True:
                read = await run_sync(_executions, self.scope["user"], changed)
                for execution in read:
                    if sent.get(execution["id"]) != execution:
                        sent[execution["id"]] = execution
                        message = {"type": "execution", "object": execution}
                        await self.send(json.dumps(message, cls=JSONEncoder))
                for over in (changed or set()) - {
                    each["id"] for each in read if not each["finished"]
                }:
                    sent.pop(over, None)
                changed = await changes.wait()
                if not changed or time.monotonic() - looked >= follow.POLL:
                    # An announcement may have been lost.
                    known = {pk: execution["status"] for pk, execution in sent.items()}
                    changed |= await run_sync(_unannounced, known)
                    looked = time.monotonic()


def _unannounced(known: dict[int, str]) -> set[int]:
    """Return the executions to look at where nobody announced anything: what runs, and what began or ended since `known`.

    What waits goes on waiting: looking at all of a long queue for each viewer would cost more than all else.
    """
    active = Execution.objects.real().active().values_list("pk", "status", "worker")
    found = {pk for pk, status, worker in active if worker or known.get(pk) != status}
    return found | (known.keys() - {pk for pk, _, _ in active})


def _executions(user: Any, ids: set[int] | None) -> list[dict[str, Any]]:
    """Return executions as JSON, as a user may see them, oldest first: these, or without `ids`, the active."""
    rows = Execution.objects.real().select_related("requested_by").order_by("pk")
    rows = rows.active() if ids is None else rows.filter(pk__in=ids)
    return executions_for(user, rows)
