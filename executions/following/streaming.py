"""Answers an execution's log as a stream: NDJSON, server-sent events or plain text."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeVar

from django.http import StreamingHttpResponse
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from flexapi.api.accounts.visits import Visit, visit_of, visits
from flexapi.api.http.renderers import ErrorsInJSON

from . import messages
from .follow import Event, follow
from .log_reader import LEVELS, View, levels_below

E = TypeVar("E")

# Seconds of silence after which a server-sent comment keeps proxies from hanging up.
KEEP_ALIVE = 15.0
# Characters.
LONGEST_SEARCH = 500


class StreamRenderer(ErrorsInJSON):
    """A media type to stream in."""

    encode: Callable[[Event], str]
    keep_alive = ""


class NDJSONRenderer(StreamRenderer):
    """A JSON object a line."""

    media_type = "application/x-ndjson"
    format = "ndjson"
    encode = staticmethod(messages.ndjson)


class EventStreamRenderer(StreamRenderer):
    """Server-sent events, as `EventSource` reads them."""

    media_type = "text/event-stream"
    format = "sse"
    encode = staticmethod(messages.event_stream)
    keep_alive = ": still here\n\n"


class PlainTextRenderer(StreamRenderer):
    """Lines as in FlexGet's log file."""

    media_type = "text/plain"
    format = "txt"
    encode = staticmethod(messages.plain)


STREAM_RENDERERS = (NDJSONRenderer, EventStreamRenderer, PlainTextRenderer)


def read_after(request: Request) -> int:
    """Return the seq to start after: `?after=`, or `Last-Event-ID` where an EventSource resumes.

    Raises ValidationError where it is no whole number from 0.
    """
    resumed = request.headers.get("Last-Event-ID", "")
    given = resumed or request.query_params.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise ValidationError({"after": gettext("This must be the seq of a log line, or 0.")})
    return int(given)


def read_level(request: Request) -> str:
    """Return the least level to give. Raises ValidationError where there is no such level."""
    level = request.query_params.get("level", "")
    try:
        if level:
            levels_below(level)
    except ValueError:
        known = ", ".join(LEVELS).lower()
        raise ValidationError(
            {
                "level": gettext("There is no level {level!r}; there are: {known}.").format(
                    level=level, known=known
                )
            }
        ) from None
    return level


def read_wanted(request: Request) -> dict[str, str]:
    """Return which lines are asked for: their least level, task, plugin and a part of their message.

    Raises ValidationError where there is no such level, or a text is none that a log can hold.
    """
    wanted = {name: request.query_params.get(name, "") for name in ("task", "plugin", "search")}
    for name, text in wanted.items():
        if "\0" in text or len(text) > LONGEST_SEARCH:
            detail = gettext("This must be at most {count} characters, without a NUL.").format(
                count=LONGEST_SEARCH
            )
            raise ValidationError({name: detail})
    return {"level": read_level(request), **wanted}


def stream_log(
    request: Request,
    execution_id: int,
    renderer: type[StreamRenderer],
    *,
    status: int = 200,
    wanted: dict[str, str] | None = None,
    after: int = 0,
    live: bool = True,
) -> StreamingHttpResponse:
    """Answer the log after the line `after`: what is stored, then, if `live`, what comes, to the end.

    `wanted` says which lines, as `read_wanted` returns it; without it, all.
    """
    events = follow(execution_id, View.of(request.user, **(wanted or {})), after=after, live=live)
    visit = visit_by(request)
    return StreamingHttpResponse(
        encoded(events, renderer.encode, visit, renderer.keep_alive),
        status=status,
        content_type=f"{renderer.media_type}; charset=utf-8",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


def visit_by(request: Request) -> Visit | None:
    """Return the visit that a stream is: by this session or token it may not go on any longer than these are good."""
    session = getattr(request, "session", None)
    return visit_of(request.user, request.auth, session and session.session_key)


async def encoded(
    events: AsyncGenerator[E],
    encode: Callable[[E], str],
    visit: Visit | None,
    keep_alive: str = "",
) -> AsyncIterator[bytes]:
    """Yield events as a client wants them; fewer where the visit ends before they do.

    `keep_alive` is sent after each `KEEP_ALIVE` seconds of silence.
    """
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    ending = asyncio.ensure_future(told.wait())
    async with aclosing(events):
        upcoming = asyncio.ensure_future(anext(events, None))
        try:
            with visits.during(visit, lambda: loop.call_soon_threadsafe(told.set)):
                while True:
                    done, _ = await asyncio.wait(
                        {upcoming, ending},
                        timeout=KEEP_ALIVE if keep_alive else None,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if ending in done:
                        return
                    if not done:
                        yield keep_alive.encode()
                        continue
                    reached = upcoming.result()
                    if reached is None:
                        return
                    yield encode(reached).encode()
                    upcoming = asyncio.ensure_future(anext(events, None))
        finally:
            upcoming.cancel()
            ending.cancel()
            await asyncio.gather(upcoming, ending, return_exceptions=True)
