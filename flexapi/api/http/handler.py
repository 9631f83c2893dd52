"""Django's ASGI handler with one thread hop per request.

Django's own handler hops into a thread for every synchronous middleware, gives each request a thread of its own
and with it a new database connection. Here the whole synchronous chain runs in one hop, in the lane of `threads` that
the request belongs to; streams still run in the event loop, and end when their client leaves.
"""

import asyncio
import functools
import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import StreamingHttpResponse
from django.urls import ResolverMatch, URLResolver, get_resolver, set_script_prefix
from django.utils.encoding import iri_to_uri

from flexapi import metrics
from flexapi.api import errors, mounts
from flexapi.api.http import threads
from flexapi.api.http.prefix import local_path

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

# What answers within a second, whatever else goes on.
PROBES = frozenset(("/healthz", "/metrics", "/api/server", "/api/server/summary"))
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))


def lane_of(method: str, path: str) -> threads.Lane:
    """Return the lane for a request of a local path."""
    if path.rstrip("/") in PROBES:
        return threads.PROBES
    if path.startswith("/static/") or mounts.is_static(path):
        return threads.FILES
    return threads.READS if method in SAFE_METHODS else threads.WRITES


class Request(ASGIRequest):
    """A request that repeats its path as the client wrote it, so that `%2F` stays `%2F` in links to itself."""

    def get_full_path(self, force_append_slash: bool = False) -> str:
        raw = self.scope.get("raw_path")
        if raw is None:
            return super().get_full_path(force_append_slash)
        path = quote(raw.decode("latin1"), safe="%/:@&+$,-_.!~*'()")
        if force_append_slash and not path.endswith("/"):
            path += "/"
        query = self.META["QUERY_STRING"]
        return f"{path}?{iri_to_uri(query)}" if query else path


class Disconnected(Exception):
    """The client left before its request was complete."""


class BodyLimitExceeded(Exception):
    """The body is over `DATA_UPLOAD_MAX_MEMORY_SIZE`."""


# Paths whose view is remembered.
REMEMBERED_PATHS = 1024


@functools.lru_cache(REMEMBERED_PATHS)
def _resolved(resolver: URLResolver, path: str) -> ResolverMatch:
    return resolver.resolve(path)


class Handler(ASGIHandler):
    """The HTTP application. Views and middleware are synchronous; a view may answer an async stream."""

    request_class = Request

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        # Imports every view. The first requests would wait for it, probes among them.
        _ = get_resolver().url_patterns

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Find the view; a path that was asked for lately is not looked for again. Raises Resolver404."""
        found = _resolved(get_resolver(), request.path_info)
        # What a view changes in its match changes no other request's; Django's own refuses to be copied.
        match = ResolverMatch.__new__(ResolverMatch)
        vars(match).update(vars(found), kwargs=dict(found.kwargs))
        request.resolver_match = match
        return match

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            body = await self.read_body(receive)
        except Disconnected:
            return
        except BodyLimitExceeded:
            response: HttpResponseBase = errors.body_too_large(local_path(scope))
        else:
            response = await self.respond_in_lane(scope, body)
        metrics.count_request(scope["method"], response.status_code)
        if not response.streaming:
            await self.send_response(response, send)
            return
        await self.stream(response, receive, send)

    async def read_body(self, receive: Receive) -> io.BytesIO:
        """The whole body in memory. Raises Disconnected, BodyLimitExceeded."""
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                raise BodyLimitExceeded
            chunks.append(chunk)
            if not message.get("more_body", False):
                return io.BytesIO(b"".join(chunks))

    async def respond_in_lane(self, scope: dict[str, Any], body: io.BytesIO) -> HttpResponseBase:
        """Answer in a thread; 503 where none can take the request in time, or where a probe takes too long."""
        path = local_path(scope)
        try:
            return await lane_of(scope["method"], path).run(self.respond, scope, body)
        except (threads.Busy, threads.Overdue) as error:
            return errors.unavailable(path, str(error))

    def respond(self, scope: dict[str, Any], body: io.BytesIO) -> HttpResponseBase:
        """Run middleware and view in the calling thread; the response is closed unless it streams."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, _ = self.create_request(scope, body)
        if request is None:
            signals.request_finished.send(sender=self.__class__)
            return errors.bad_query(local_path(scope))
        response = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        if not response.streaming:
            response.close()  # Sends request_finished, which looks after the database connection.
        return response

    async def stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send a stream until it ends or the client leaves; then close it."""
        sender = asyncio.create_task(self.send_response(response, send))
        listener = asyncio.create_task(self.wait_for_disconnect(receive))
        try:
            await asyncio.wait((sender, listener), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sender, listener):
                task.cancel()
            # The generator's own clean-up runs here, before the response is closed.
            results = await asyncio.gather(sender, listener, return_exceptions=True)
            await threads.FOLLOWERS.run(response.close)
        if isinstance(results[0], Exception):
            raise results[0]

    async def wait_for_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send headers and body; a blocking iterator (a file) is read chunk by chunk in a thread."""
        if isinstance(response, HttpResponse):
            await send(self.start_message(response))
            await send({"type": "http.response.body", "body": response.content})
        elif isinstance(response, StreamingHttpResponse):
            await send(self.start_message(response))
            if response.is_async:
                # Closed here and now, not whenever the garbage collector comes by.
                async with aclosing(cast(AsyncGenerator[bytes], aiter(response))) as stream:
                    async for part in stream:
                        await send({"type": "http.response.body", "body": part, "more_body": True})
            else:
                read = functools.partial(next, iter(response), None)
                while (chunk := await threads.FILES.run(read)) is not None:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})

    def start_message(self, response: HttpResponseBase) -> dict[str, Any]:
        headers = [
            (name.encode("ascii"), value.encode("latin1")) for name, value in response.items()
        ]
        headers += [
            (b"Set-Cookie", cookie.output(header="").strip().encode("ascii"))
            for cookie in response.cookies.values()
        ]
        return {"type": "http.response.start", "status": response.status_code, "headers": headers}
