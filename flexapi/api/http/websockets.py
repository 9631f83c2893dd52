"""Websockets: the `routing.py` of each app, behind the checks of Host, Origin and user.

A websocket ends (close code 4401) as soon as its token, its session or its user does, or as what the user may do changes;
who may still come in comes back. An app's `routing.py` has `websocket_urlpatterns = [path("ws/execution/", BoardConsumer.as_asgi())]`; the consumer finds the user in
`scope["user"]`, anonymous if there is none, and decides (close code 4403).
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from importlib import import_module
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, parse_cookie
from django.urls import re_path
from django.utils import translation
from django.utils.module_loading import module_has_submodule
from django.utils.translation import get_language_from_request
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from flexapi import metrics
from flexapi.api.accounts import proxy_user, shown, sso
from flexapi.api.accounts.authentication import TokenAuthentication
from flexapi.api.accounts.visits import Visit, session_user, visit_of, visits
from flexapi.api.http import hosts
from flexapi.api.http.threads import run_sync

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

UNKNOWN = 4404
NO_LONGER_GOOD = 4401
# The headers that tell who comes, and from where.
_OF_PROXIES = (settings.SSO_USER_HEADER, settings.SSO_GROUPS_HEADER)
NAMES = (b"host", b"origin", b"authorization", b"x-api-key", b"cookie", b"x-forwarded-for")


def language_of(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """The language that a handshake asks for, as requests do: by the cookie, else by Accept-Language."""
    request = HttpRequest()
    request.COOKIES = parse_cookie(hosts.header(headers, b"cookie") or "")
    request.META["HTTP_ACCEPT_LANGUAGE"] = hosts.header(headers, b"accept-language") or ""
    return get_language_from_request(request)


class UnknownPathConsumer(AsyncWebsocketConsumer):
    """Answers every path that no app has: a close code says more than a refused handshake."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(UNKNOWN)


def url_patterns() -> list[Any]:
    """The websocket paths of all apps."""
    patterns: list[Any] = []
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "routing"):
            routing = import_module(f"{config.name}.routing")
            patterns += getattr(routing, "websocket_urlpatterns", [])
    return [*patterns, re_path("", UnknownPathConsumer.as_asgi())]


def user_of(
    headers: Sequence[tuple[bytes, bytes]], client: str = "", key: str | None = None
) -> tuple[AbstractBaseUser | AnonymousUser, Visit | None]:
    """The user of a token or a session cookie in the ASGI headers of a handshake, and the visit that begins.

    `client` is the address that it came from, `key` the `apikey` of its URL. Anonymous, and None, where neither is good.
    """
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = client
    if key is not None:
        request.META[shown.URL_KEY] = key
    for name in (*NAMES, *(name.lower().encode() for name in _OF_PROXIES)):
        value = hosts.header(headers, name)
        if value is not None:
            request.META[f"HTTP_{name.decode().upper().replace('-', '_')}"] = value
    try:
        authenticated = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return AnonymousUser(), None
    if authenticated is not None:
        return authenticated[0], visit_of(*authenticated)
    try:
        named = proxy_user.named(request.META)
        if named is not None:
            user = sso.user_of(*named)
            return user, visit_of(user)
    except sso.NotLetIn:
        return AnonymousUser(), None
    cookies = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    if key is None:
        return AnonymousUser(), None
    user = session_user(key)
    return user, visit_of(user, session_key=key)


class Leaving:
    """The two ends of a websocket for its consumer, which may be told from any thread to let it go."""

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()
        self._gone = False

    def tell(self) -> None:
        """Let the consumer know that it is over."""
        self._loop.call_soon_threadsafe(self._told.set)

    async def receive(self) -> Any:
        """What comes from the client, or that it is disconnected."""
        coming = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._told.wait())
        try:
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                return coming.result()
        finally:
            coming.cancel()
            ending.cancel()
        await self.send({"type": "websocket.close", "code": NO_LONGER_GOOD})
        self._gone = True
        return {"type": "websocket.disconnect", "code": NO_LONGER_GOOD}

    async def send(self, message: Any) -> None:
        """Send to the client, unless it is disconnected."""
        if not self._gone:
            await self._send(message)


class Gate:
    """Refuses foreign hosts and origins (handshake 403), then puts the user into the scope."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        headers = scope["headers"]
        host = hosts.header(headers, b"host") or ""
        origin = hosts.header(headers, b"origin")
        # Scripts send no Origin. Browsers always do, and their cookies come along from any page.
        if not hosts.is_allowed(host) or (
            origin is not None and not hosts.is_same_origin(origin, host)
        ):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        query, key = shown.taken_from_query(scope.get("query_string", b"").decode("latin1"))
        scope["query_string"] = query.encode("latin1")
        client = (scope.get("client") or ("",))[0]
        # This task and those that it makes serve this client only.
        translation.activate(language_of(headers))
        scope["user"], visit = await run_sync(user_of, headers, client, key)
        ends = Leaving(receive, send)
        with metrics.websocket_clients.track_inprogress(), visits.during(visit, ends.tell):
            await self.inner(scope, ends.receive, ends.send)


def application() -> Application:
    """The websocket side of the ASGI application."""
    return Gate(URLRouter(url_patterns()))
