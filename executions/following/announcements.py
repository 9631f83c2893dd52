"""Tells everybody who watches that an execution has changed.

An announcement carries no data but says where to look: who gets one reads the database. The
channel layer may drop some; what was missed is read with the next one.
"""

import asyncio
import logging
import threading
from typing import Any, Literal, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings

from flexapi import services

logger = logging.getLogger(__name__)

# What the channel layer raises where it can't be reached.
LAYER_ERRORS = services.redis_errors(settings.REDIS_URL)

# The group of those who watch all executions.
BOARD = "executions"


class Announcement(TypedDict):
    """An execution appeared, changed or has more log lines."""

    type: Literal["execution.changed"]
    id: int


def log_group(execution_id: int) -> str:
    """Return the name of the group of those who watch one execution."""
    return f"execution.{execution_id}"


_server_loop: asyncio.AbstractEventLoop | None = None
# Those that changed and are not announced yet: many changes in a row wake the loop once, and are one announcement.
_unsent: set[int] = set()
_tasks: set[asyncio.Task[None]] = set()
_lock = threading.Lock()


def send_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Send announcements from the event loop that serves the watchers.

    Asyncio's queues, which the in-memory channel layer is made of, wake nobody in another loop; the
    connections of others belong to the loop that made them.
    """
    global _server_loop
    with _lock:
        _server_loop = loop
        # An earlier loop may have ended before it sent them.
        _unsent.clear()


def changed(execution_id: int) -> None:
    """Announce that an execution has changed. Call it after the change is committed."""
    if not _any_in(BOARD, log_group(execution_id)):
        return
    with _lock:
        is_told = bool(_unsent)
        _unsent.add(execution_id)
    if is_told:
        return
    if _server_loop is not None:
        _server_loop.call_soon_threadsafe(_begin, _server_loop)
    else:
        async_to_sync(_announce)()


def is_followed(execution_id: int) -> bool:
    """Whether anybody may wait for an execution's log: the layer of one process tells. Who begins later reads what is committed."""
    return _any_in(log_group(execution_id))


def _any_in(*groups: str) -> bool:
    layer = get_channel_layer()
    return not isinstance(layer, InMemoryChannelLayer) or any(
        group in layer.groups for group in groups
    )


def on_queue_changed(sender: Any, execution_id: int, **kwargs: Any) -> None:
    """Announce an execution that was queued or is to be aborted."""
    changed(execution_id)


def _begin(loop: asyncio.AbstractEventLoop) -> None:
    # The loop alone doesn't keep a task from being collected.
    task = loop.create_task(_announce())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _announce() -> None:
    # Before they are sent: whoever changes one meanwhile announces it again.
    with _lock:
        executions = sorted(_unsent)
        _unsent.clear()
    layer = get_channel_layer()
    for execution_id in executions:
        message: Announcement = {"type": "execution.changed", "id": execution_id}
        try:
            await layer.group_send(log_group(execution_id), message)
            await layer.group_send(BOARD, message)
        except LAYER_ERRORS as error:
            # Those who watch look by themselves every few seconds.
            logger.warning("Execution %s could not be announced: %s", execution_id, error)
