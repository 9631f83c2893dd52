"""The gate in front of every websocket: Host, Origin, user, unknown paths."""

from importlib import import_module
from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings as django_settings
from django.test import Client
from django.urls import path
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from flexapi.api.http import websockets
from flexapi.api.http.threads import run_sync
from flexapi.api.models import ApiToken
from flexapi.api.tests.conftest import Probe
from flexapi.testing.websocket import WebsocketCommunicator

pytestmark = pytest.mark.django_db(transaction=True)


class WhoConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.send(self.scope["user"].username or "anonymous")


async def who(headers: dict[str, str]) -> str | None:
    """Who the consumer sees; None where the handshake is refused."""
    from channels.routing import URLRouter

    application = websockets.Gate(URLRouter([path("ws/who/", WhoConsumer.as_asgi())]))
    raw = [(name.encode(), value.encode("latin1")) for name, value in headers.items()]
    communicator = WebsocketCommunicator(application, "/ws/who/", headers=raw)
    connected, _ = await communicator.connect()
    if not connected:
        return None
    name: str = await communicator.receive_from()
    await communicator.disconnect()
    return name


HOST = {"host": "localhost:8000"}


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:8000", "https://trusted.example", None],
)
async def test_own_and_trusted_origins_and_scripts_get_in(
    settings: Any, origin: str | None
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    headers = HOST if origin is None else HOST | {"origin": origin}
    assert await who(headers) == "anonymous"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:9000",
        "http://localhost",
        "http://127.0.0.1:8000",
        "null",
        "",
        "file://",
        "http://localhost:8000.evil.example",
        "http://localhost:99999",
        "http://[",
    ],
)
async def test_foreign_origins_are_refused(origin: str) -> None:
    assert await who(HOST | {"origin": origin}) is None


async def test_a_foreign_host_is_refused() -> None:
    assert await who({"host": "evil.example"}) is None
    assert await who({"host": "evil.example", "origin": "http://evil.example"}) is None


async def test_a_token_says_who(viewer: Any) -> None:
    secret = await run_sync(lambda: ApiToken.objects.create(user=viewer)[1])
    assert await who(HOST | {"authorization": f"Token {secret}"}) == "viewer"
    assert await who(HOST | {"x-api-key": secret, "authorization": "Basic eDp5"}) == "viewer"
    assert await who(HOST | {"authorization": f"Bearer {secret}"}) == "viewer"
    assert await who(HOST | {"x-api-key": "wrong"}) == "anonymous"
    assert await who(HOST | {"authorization": "Token wrong"}) == "anonymous"
    assert await who(HOST | {"authorization": "Token \xff"}) == "anonymous"


async def test_a_session_says_who(viewer: Any) -> None:
    def log_in() -> str:
        client = Client()
        client.force_login(viewer)
        return client.cookies[django_settings.SESSION_COOKIE_NAME].value

    key = await run_sync(log_in)
    assert await who(HOST | {"cookie": f"sessionid={key}"}) == "viewer"
    assert await who(HOST | {"cookie": "sessionid=forged"}) == "anonymous"
    assert await who(HOST | {"cookie": "nonsense"}) == "anonymous"


def test_every_app_with_a_routing_module_is_found() -> None:
    import_module("flexapi.api.http.websockets")
    *_, last = websockets.url_patterns()
    assert last.pattern.match("any/thing")


def test_an_unknown_path_closes_with_4404(probe: Probe) -> None:
    with (
        connect(f"ws://127.0.0.1:{probe.port}/ws/nothing/") as connection,
        pytest.raises(ConnectionClosed) as closed,
    ):
        connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


def test_a_foreign_origin_is_refused_by_the_server(probe: Probe) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(
            f"ws://127.0.0.1:{probe.port}/ws/nothing/",
            additional_headers={"Origin": "http://evil.example"},
        )
    assert refused.value.response.status_code == 403
