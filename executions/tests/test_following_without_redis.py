"""Who follows an execution while Redis is away hears of changes again when it is back."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer

from executions.following import announcements, follow
from flexapi import services
from flexapi.testing.cluster import Redis


@pytest.fixture
def broker(
    tmp_path: Path,
    require: Callable[[str, bool, str], None],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Redis]:
    """A Redis over which announcements go."""
    require("redis", shutil.which("redis-server") is not None, "no redis-server")
    broker = Redis(tmp_path)
    broker.start()
    settings.CHANNEL_LAYERS = {"default": services.redis_layer(broker.url)}
    errors = services.redis_errors(broker.url)
    monkeypatch.setattr(announcements, "LAYER_ERRORS", errors)
    monkeypatch.setattr(follow, "SUBSCRIBING_ERRORS", (*errors, *follow.SUBSCRIBING_ERRORS))
    monkeypatch.setattr(follow, "POLL", 0.1)
    yield broker
    broker.end()


async def heard(changes: follow.Subscription, number: int) -> None:
    """Return when an announcement of an execution is heard, which is made again until then."""
    layer = get_channel_layer()
    assert layer is not None
    message: announcements.Announcement = {"type": "execution.changed", "id": number}
    async with asyncio.timeout(60):
        while number not in await changes.wait():
            # Nobody hears one that is sent before they have subscribed, or over a connection that broke.
            with contextlib.suppress(*announcements.LAYER_ERRORS):
                await layer.group_send(announcements.BOARD, message)


async def test_who_subscribed_before_redis_was_lost_hears_again(broker: Redis) -> None:
    async with follow.subscription(announcements.BOARD) as changes:
        await heard(changes, 1)
        broker.end()
        broker.start()
        await heard(changes, 2)


async def test_who_began_while_redis_was_away_hears_when_it_is_back(broker: Redis) -> None:
    broker.end()
    async with follow.subscription(announcements.BOARD) as changes:
        assert not await changes.wait()
        broker.start()
        await heard(changes, 1)


async def test_a_connection_that_is_taken_down_while_it_is_written_to_ends_nothing(
    broker: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redis.asyncio.connection import AbstractConnection

    send = AbstractConnection._send_packed_command

    async def too_late(connection: AbstractConnection, command: Any) -> None:
        monkeypatch.setattr(AbstractConnection, "_send_packed_command", send)
        # As the layer's receiver does it, which heard of the loss first.
        await connection.disconnect(nowait=True)
        await send(connection, command)

    async with follow.subscription("another"):
        monkeypatch.setattr(AbstractConnection, "_send_packed_command", too_late)
        async with follow.subscription(announcements.BOARD) as changes:
            await heard(changes, 1)


async def test_a_connection_that_is_read_from_while_it_is_made_ends_nothing(
    broker: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redis.asyncio.connection import AbstractConnection

    read = AbstractConnection.read_response

    async def beside_another(connection: AbstractConnection, **options: Any) -> None:
        monkeypatch.setattr(AbstractConnection, "read_response", read)
        # What asyncio says where the layer's receiver waits for messages already; whether it does is a race.
        raise RuntimeError("readuntil() called while another coroutine is already waiting")

    monkeypatch.setattr(AbstractConnection, "read_response", beside_another)
    async with follow.subscription(announcements.BOARD) as changes:
        await heard(changes, 1)
