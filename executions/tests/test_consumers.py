"""The websocket consumers in this process: what a real server is too well-behaved to show."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from executions.following import announcements, follow
from executions.models import Execution, Status
from executions.routing import websocket_urlpatterns
from executions.serializers import executions_for
from flexapi.api.http.threads import run_sync
from flexapi.testing.websocket import WebsocketCommunicator

from .factories import add_lines, make_execution

pytestmark = pytest.mark.django_db(transaction=True)


def communicator(path: str, user: User | AnonymousUser) -> WebsocketCommunicator:
    """Return a client of the websockets, authenticated as a user."""
    application = URLRouter(websocket_urlpatterns)

    async def authenticated(scope: Any, receive: Any, send: Any) -> Any:
        return await application({**scope, "user": user}, receive, send)

    return WebsocketCommunicator(authenticated, path)


async def close_code(client: WebsocketCommunicator) -> int:
    """Connect and return the code that the server closes with."""
    connected, _ = await client.connect()
    assert connected
    message = await client.receive_output()
    assert message["type"] == "websocket.close"
    return int(message["code"])


async def messages(client: WebsocketCommunicator) -> list[dict[str, Any]]:
    """Return all messages up to the close."""
    found: list[dict[str, Any]] = []
    while True:
        message = await client.receive_output(timeout=5)
        if message["type"] == "websocket.close":
            assert message["code"] == 1000
            return found
        found.append(json.loads(message["text"]))


async def test_who_may_not_edit_tasks_reads_no_credentials(viewer: User, editor: User) -> None:
    execution = await run_sync(make_execution)
    await run_sync(add_lines, execution, "fetching http://tracker.example/rss?passkey=secret123")
    for user, shown in ((viewer, "passkey=********"), (editor, "passkey=secret123")):
        client = communicator(f"/ws/execution/{execution.pk}/log/", user)
        await client.connect()
        _, log, _ = await messages(client)
        assert log["lines"][0]["message"] == f"fetching http://tracker.example/rss?{shown}"


async def test_a_log_that_is_complete(viewer: User) -> None:
    execution = await run_sync(make_execution)
    await run_sync(add_lines, execution, "one", ("WARNING", "two"))
    client = communicator(f"/ws/execution/{execution.pk}/log/?after=1", viewer)
    await client.connect()
    status, log, end = await messages(client)
    assert status == {"type": "status", "status": "complete"}
    assert log == {
        "type": "log",
        "lines": [
            {
                "seq": 2,
                "time": "2026-01-31T03:00:02.123Z",
                "level": "WARNING",
                "plugin": "task",
                "task": "tv",
                "message": "two",
            }
        ],
    }
    assert end == {"type": "end", "seq": 2, "status": "complete"}


async def test_announcements_that_are_lost_lose_no_line(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "POLL", 0.05)
    execution = await run_sync(make_execution, Status.RUNNING)
    client = communicator(f"/ws/execution/{execution.pk}/log/", viewer)
    await client.connect()
    assert await client.receive_json_from() == {"type": "status", "status": "running"}
    await run_sync(add_lines, execution, "nobody announced this")
    log = await client.receive_json_from(timeout=5)
    assert [line["message"] for line in log["lines"]] == ["nobody announced this"]
    await client.disconnect()


async def test_an_announcement_is_enough(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POLL", 3600)
    announcements.send_from(asyncio.get_running_loop())
    try:
        execution = await run_sync(make_execution, Status.RUNNING)
        client = communicator(f"/ws/execution/{execution.pk}/log/", viewer)
        await client.connect()
        await client.receive_json_from()

        def finish() -> None:
            add_lines(execution, "the last line")
            Execution.objects.filter(pk=execution.pk).update(status=Status.COMPLETE)
            announcements.changed(execution.pk)

        await run_sync(finish)
        kinds = [message["type"] for message in await messages(client)]
        assert sorted(kinds) == ["end", "log", "status"]
        assert kinds[-1] == "end"
    finally:
        announcements.send_from(None)


async def test_nobody_is_told_where_nobody_watches(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *call: sent.append(call))
    announcements.send_from(loop)
    try:
        announcements.changed(1)
        assert sent == []
        assert not announcements.is_followed(1)
        async with follow.subscription(announcements.log_group(1)):
            assert announcements.is_followed(1)
            assert not announcements.is_followed(2)
            announcements.changed(2)
            assert sent == []
            announcements.changed(1)
        assert len(sent) == 1
    finally:
        announcements.send_from(None)


async def test_an_execution_that_is_deleted_meanwhile(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "POLL", 0.05)
    execution = await run_sync(make_execution, Status.RUNNING)
    client = communicator(f"/ws/execution/{execution.pk}/log/", viewer)
    await client.connect()
    await client.receive_json_from()
    await run_sync(execution.delete)
    assert await messages(client) == []


async def test_huge_lines_come_in_several_messages(viewer: User) -> None:
    execution = await run_sync(make_execution)
    await run_sync(add_lines, execution, *["x" * 400_000] * 5)
    client = communicator(f"/ws/execution/{execution.pk}/log/", viewer)
    await client.connect()
    batches = [message["lines"] for message in await messages(client) if message["type"] == "log"]
    assert len(batches) == 3
    assert [line["seq"] for batch in batches for line in batch] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("path", ["/ws/execution/", "/ws/execution/1/log/"])
async def test_who_may_not_see_executions_gets_4403(
    path: str, make_user: Callable[..., User]
) -> None:
    stranger = await run_sync(make_user, "stranger")
    assert await close_code(communicator(path, stranger)) == 4403
    assert await close_code(communicator(path, AnonymousUser())) == 4403


async def test_an_unknown_execution_gets_4404(viewer: User) -> None:
    assert await close_code(communicator("/ws/execution/999/log/", viewer)) == 4404


async def test_the_board_begins_with_what_is_not_over(viewer: User) -> None:
    await run_sync(make_execution, Status.COMPLETE)
    running = await run_sync(make_execution, Status.RUNNING)
    client = communicator("/ws/execution/", viewer)
    await client.connect()
    message = await client.receive_json_from(timeout=5)
    assert message["type"] == "execution"
    assert message["object"]["id"] == running.pk
    assert await client.receive_nothing()
    await client.disconnect()


async def test_leaving_ends_the_watch(viewer: User) -> None:
    execution = await run_sync(make_execution, Status.RUNNING)
    before = asyncio.all_tasks()
    client = communicator(f"/ws/execution/{execution.pk}/log/", viewer)
    await client.connect()
    await client.receive_json_from()
    await client.disconnect()
    assert asyncio.all_tasks() == before


async def test_a_change_costs_what_changed_however_much_waits(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "POLL", 3600)
    read: list[int] = []

    def counted(user: User, rows: Any) -> list[dict[str, Any]]:
        found = executions_for(user, rows)
        read.append(len(found))
        return found

    monkeypatch.setattr("executions.following.consumers.executions_for", counted)
    waiting = [await run_sync(make_execution, Status.PENDING) for _ in range(30)]
    announcements.send_from(asyncio.get_running_loop())
    try:
        client = communicator("/ws/execution/", viewer)
        await client.connect()
        for _ in waiting:
            await client.receive_json_from(timeout=5)

        def move() -> None:
            Execution.objects.filter(pk=waiting[7].pk).update(priority=1)
            announcements.changed(waiting[7].pk)

        await run_sync(move)
        told = await client.receive_json_from(timeout=5)
        assert told["object"]["priority"] == 1
        assert read == [30, 1]
        await client.disconnect()
    finally:
        announcements.send_from(None)


async def test_the_board_finds_what_nobody_announced(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "POLL", 0.05)
    ends, deleted = [await run_sync(make_execution, Status.PENDING) for _ in range(2)]
    client = communicator("/ws/execution/", viewer)
    await client.connect()
    for _ in range(2):
        await client.receive_json_from(timeout=5)
    await run_sync(deleted.delete)
    new = await run_sync(make_execution, Status.PENDING)
    assert (await client.receive_json_from(timeout=5))["object"]["id"] == new.pk
    change = Execution.objects.filter(pk=ends.pk).update
    await run_sync(change, status=Status.COMPLETE, finished=timezone.now())
    told = (await client.receive_json_from(timeout=5))["object"]
    assert (told["id"], told["status"]) == (ends.pk, "complete")
    await client.disconnect()
