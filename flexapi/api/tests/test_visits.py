"""A websocket ends with its token, its session, its user, or what the user may do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from flexapi.api.accounts.narrowing import narrow
from flexapi.api.accounts.visits import visit_of, visits
from flexapi.api.http import websockets
from flexapi.api.http.threads import run_sync
from flexapi.api.models import ApiToken
from flexapi.testing.websocket import WebsocketCommunicator

pytestmark = pytest.mark.django_db(transaction=True)


class EchoConsumer(AsyncWebsocketConsumer):
    """Says back what it is told, and who told it."""

    ended: list[int] = []

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        await self.send(f"{text_data} {self.scope['user'].username}")

    async def disconnect(self, code: int) -> None:
        self.ended.append(code)
        await self.send("too late")


async def opened(**headers: str) -> WebsocketCommunicator:
    application = websockets.Gate(URLRouter([path("ws/echo/", EchoConsumer.as_asgi())]))
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    communicator = WebsocketCommunicator(
        application, "/ws/echo/", headers=[(b"host", b"localhost"), *raw]
    )
    connected, _ = await communicator.connect()
    assert connected
    EchoConsumer.ended.clear()
    return communicator


def log_in(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return str(client.cookies[django_settings.SESSION_COOKIE_NAME].value)


def deactivate(user: Any) -> None:
    user.is_active = False
    user.save()


def change_password(user: Any) -> None:
    user.set_password("a much better one")
    user.save()


def expire(user: Any) -> None:
    ApiToken.objects.filter(user=user).update(expiry=timezone.now() - timedelta(seconds=1))


def log_out(user: Any) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


ENDS_BOTH: list[Callable[[Any], Any]] = [
    deactivate,
    change_password,
    lambda user: user.delete(),
    lambda user: user.groups.clear(),
    lambda user: Group.objects.get(name="viewer").permissions.clear(),
    lambda user: user.user_permissions.add(Permission.objects.get(codename="change_task")),
]
ENDS_TOKEN = [*ENDS_BOTH, expire, lambda user: user.auth_token_set.all().delete()]
ENDS_SESSION = [*ENDS_BOTH, log_out]


async def is_ended_by(
    communicator: WebsocketCommunicator, end: Callable[[Any], Any], user: Any
) -> None:
    await communicator.send_to("hello")
    assert await communicator.receive_from() == "hello viewer"
    await run_sync(visits.look)
    assert await communicator.receive_nothing()
    await run_sync(end, user)
    await run_sync(visits.look)
    assert await communicator.receive_output() == {"type": "websocket.close", "code": 4401}
    await communicator.wait()
    assert await communicator.receive_nothing()
    assert EchoConsumer.ended == [4401]


@pytest.mark.parametrize("end", ENDS_TOKEN)
async def test_it_ends_with_its_token(viewer: Any, end: Callable[[Any], Any]) -> None:
    secret = await run_sync(lambda: ApiToken.objects.create(user=viewer)[1])
    await is_ended_by(await opened(authorization=f"Token {secret}"), end, viewer)


@pytest.mark.parametrize("end", ENDS_SESSION)
async def test_it_ends_with_its_session(viewer: Any, end: Callable[[Any], Any]) -> None:
    key = await run_sync(log_in, viewer)
    await is_ended_by(await opened(cookie=f"sessionid={key}"), end, viewer)


async def test_it_goes_on_whatever_becomes_of_others(viewer: Any, editor: Any) -> None:
    secret = await run_sync(lambda: ApiToken.objects.create(user=viewer)[1])
    key = await run_sync(log_in, viewer)
    by_token = await opened(authorization=f"Token {secret}")
    by_session = await opened(cookie=f"sessionid={key}")

    def happens() -> None:
        deactivate(editor)
        Group.objects.get(name="operator").permissions.clear()
        ApiToken.objects.create(user=viewer)[0].delete()
        visits.look()

    await run_sync(happens)
    for communicator in (by_token, by_session):
        await communicator.send_to("still")
        assert await communicator.receive_from() == "still viewer"
        await communicator.disconnect()


def test_many_are_asked_about_by_few_queries(viewer: Any, make_user: Any) -> None:
    users = [make_user(f"user{number}", role="viewer") for number in range(5)]
    tokens = [ApiToken.objects.create(user=user)[0] for user in users for _ in range(40)]
    ended: list[int] = []
    contexts = [
        visits.during(visit_of(token.user, token), lambda: ended.append(1)) for token in tokens
    ]
    for context in contexts:
        context.__enter__()
    tokens[0].delete()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        visits.look()
    # Users, tokens, and what each user may do.
    assert len(queries) == 2 + len(users)
    assert ended == [1]
    for context in contexts:
        context.__exit__(None, None, None)
    with CaptureQueriesContext(connection) as queries:
        visits.look()
    assert len(queries) == 0


def test_a_narrowed_one_goes_on_as_what_it_is(editor: Any) -> None:
    token, _ = ApiToken.objects.create(user=editor, name="eyes", scope="read")
    narrowed = type(editor).objects.get(pk=editor.pk)
    narrow(narrowed, token)
    visit = visit_of(narrowed, token)
    ended: list[bool] = []
    with visits.during(visit, lambda: ended.append(True)):
        visits.look()
        assert not ended
        editor.groups.clear()
        visits.look()
        assert ended
