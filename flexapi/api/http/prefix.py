"""The server under a path of its own: `https://nas.example/flexapi/`.

`FLEXAPI_PATH_PREFIX` names that path. A proxy may pass requests on with it or without it; here both become a path with
the prefix and a `root_path`, as ASGI has it, so Django and Channels build and resolve URLs right.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, resolve

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

# First segments of paths that are not in the URL configuration.
_ELSEWHERE = ("static", "ws")


class Prefixed:
    """An ASGI application under `prefix` ("" for none), whether requests come with it or without.

    Raises ImproperlyConfigured for a prefix that is a path of the server itself: nobody could tell
    whether a proxy had taken it away.
    """

    def __init__(self, inner: Application, prefix: str) -> None:
        if prefix and _is_own_path(prefix):
            raise ImproperlyConfigured(
                f"FLEXAPI_PATH_PREFIX can't be {prefix}, which is a path of FlexAPI's own. "
                "Choose another, such as /flexapi."
            )
        self.inner = inner
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            # Without a prefix, too: daphne would take a root path from a header that anybody may send.
            scope = {**scope, "root_path": self.prefix, "path": self._full(scope["path"])}
            if scope.get("raw_path") is not None:
                scope["raw_path"] = self._full(scope["raw_path"].decode("latin1")).encode("latin1")
        await self.inner(scope, receive, send)

    def _full(self, path: str) -> str:
        if path == self.prefix:
            return f"{path}/"
        return path if path.startswith(f"{self.prefix}/") else self.prefix + path


def local_path(scope: Scope) -> str:
    """The path that is routed on: without the prefix."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _is_own_path(prefix: str) -> bool:
    if prefix.split("/")[1] in _ELSEWHERE:
        return True
    try:
        resolve(f"{prefix}/")
    except Resolver404:
        return False
    return True
