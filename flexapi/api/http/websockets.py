"""Websockets: the `routing.py` of each app, behind the checks of Host, Origin and user.

An app's `routing.py` has `websocket_urlpatterns = [path("ws/execution/", BoardConsumer.as_asgi())]`; the consumer finds the user in
`scope["user"]`, anonymous if there is none, and decides (close code 4403).
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from importlib import import_module
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, parse_cookie
from django.urls import re_path
from django.utils.module_loading import module_has_submodule
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from flexapi import metrics
from flexapi.api.accounts.authentication import TokenAuthentication
from flexapi.api.http import hosts
from flexapi.api.http.threads import run_sync

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

UNKNOWN = 4404


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


def user_of(headers: Sequence[tuple[bytes, bytes]]) -> AbstractBaseUser | AnonymousUser:
    """The user of a token or a session cookie in the ASGI headers of a handshake; anonymous where neither is good."""
    request = HttpRequest()
    for name in (b"host", b"origin", b"authorization", b"x-api-key", b"cookie"):
        value = hosts.header(headers, name)
        if value is not None:
            request.META[f"HTTP_{name.decode().upper().replace('-', '_')}"] = value
    try:
        authenticated = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return AnonymousUser()
    if authenticated is not None:
        return authenticated[0]
    cookies = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    if key is None:
        return AnonymousUser()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(request)


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
        scope["user"] = await run_sync(user_of, headers)
        with metrics.websocket_clients.track_inprogress():
            await self.inner(scope, receive, send)


def application() -> Application:
    """The websocket side of the ASGI application."""
    return Gate(URLRouter(url_patterns()))
