"""Follows an execution: its log from any line on, its progress and its end, as they happen."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from channels.layers import get_channel_layer

from flexapi.api.http.threads import run_sync

from . import announcements
from .log_reader import Batch, ExecutionState, View, read_batch

logger = logging.getLogger(__name__)

# Seconds after which a follower looks by itself: the channel layer may have dropped a message.
POLL = 5.0


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Status or progress changed."""

    snapshot: ExecutionState
    status_changed: bool


@dataclass(frozen=True, slots=True)
class End:
    """All lines up to `seq` were given and there will be no more."""

    seq: int
    status: str


Event = Batch | StateChanged | End


# The last two are redis-py's, where the layer's receiver takes down, or reads from, a connection that broke and is being made again.
SUBSCRIBING_ERRORS: tuple[type[Exception], ...] = (
    *announcements.LAYER_ERRORS,
    AttributeError,
    RuntimeError,
)


@contextlib.asynccontextmanager
async def subscription(group: str) -> AsyncIterator["Subscription"]:
    """Receive the announcements of a group of the channel layer, as far as that can be reached."""
    receiver = Subscription(group)
    await receiver.subscribe()
    pump = asyncio.create_task(receiver.pump())
    try:
        yield receiver
    finally:
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump
        await receiver.leave()


class Subscription:
    """Collects announcements; many that come while nobody looks count as one look."""

    def __init__(self, group: str) -> None:
        self._layer: Any = get_channel_layer()
        self._group = group
        self._channel = ""
        self._event = asyncio.Event()
        self._ids: set[int] = set()

    async def subscribe(self) -> None:
        """Begin to receive; without a layer there is nothing to receive yet."""
        try:
            channel = await self._layer.new_channel()
            await self._layer.group_add(self._group, channel)
        except SUBSCRIBING_ERRORS as error:
            logger.warning("Announcements can't be received: %s", error)
        else:
            self._channel = channel

    async def leave(self) -> None:
        """Receive no more."""
        if self._channel:
            with contextlib.suppress(*announcements.LAYER_ERRORS):
                await self._layer.group_discard(self._group, self._channel)

    async def pump(self) -> None:
        """Receive until cancelled. A layer that is lost meanwhile connects and subscribes again by itself."""
        while not self._channel:
            await asyncio.sleep(POLL)
            await self.subscribe()
        while True:
            message: announcements.Announcement = await self._layer.receive(self._channel)
            self._ids.add(message["id"])
            self._event.set()

    async def wait(self) -> set[int]:
        """Return the executions that changed since the last call; none after `POLL` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._event.wait()
        self._event.clear()
        ids, self._ids = self._ids, set()
        return ids


_Pulled = tuple[ExecutionState | None, Batch | None]


def _pull(execution_id: int, after: int, view: View) -> _Pulled:
    """Read where the execution is and, of its log, the next batch."""
    # The snapshot first: all lines that it counts are stored.
    snapshot = ExecutionState.read(execution_id)
    if snapshot is None or snapshot.log_lines <= after:
        return snapshot, None
    return snapshot, read_batch(execution_id, after, snapshot.log_lines, view)


# What is about to be read, by event loop, execution, line and view.
_upcoming: dict[tuple[asyncio.AbstractEventLoop, int, int, View], "asyncio.Task[_Pulled]"] = {}


async def _pulled(execution_id: int, after: int, view: View) -> _Pulled:
    """Return what `_pull` returns; those who heard of the same change and are at the same place share one reading."""
    key = (asyncio.get_running_loop(), execution_id, after, view)
    reading = _upcoming.get(key)
    if reading is None:
        reading = _upcoming[key] = asyncio.create_task(_pull_for_all(key))
    # One who leaves meanwhile takes nothing from the others.
    return await asyncio.shield(reading)


async def _pull_for_all(key: tuple[asyncio.AbstractEventLoop, int, int, View]) -> _Pulled:
    # One turn of the loop, in which all who heard of the change ask. Whoever asks later may have heard of another.
    await asyncio.sleep(0)
    del _upcoming[key]
    return await run_sync(_pull, *key[1:])


async def follow(
    execution_id: int, view: View, after: int = 0, live: bool = True
) -> AsyncGenerator[Event]:
    """Yield what happened after line `after`, then what happens, up to the end.

    With `live` false, only what is stored now, and an End. Ends without an End where the
    execution is deleted meanwhile.
    """
    async with subscription(announcements.log_group(execution_id)) as changes:
        known: ExecutionState | None = None
        while True:
            snapshot, batch = await _pulled(execution_id, after, view)
            if snapshot is None:
                return
            if known is None or snapshot.status != known.status:
                yield StateChanged(snapshot, status_changed=True)
            elif snapshot.progress != known.progress:
                yield StateChanged(snapshot, status_changed=False)
            known = snapshot
            if batch is not None:
                if batch.lines:
                    yield batch
                after = batch.last_seq
            if after < snapshot.log_lines:
                continue
            if snapshot.is_over or not live:
                yield End(after, snapshot.status)
                return
            await changes.wait()
