"""The streams of FlexGet's API: one JSON document, `{"stream": [{…},\\n…{}]}`, that comes in parts."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request

from executions.following.follow import End, Event, StateChanged, follow
from executions.following.log_reader import Line, View
from executions.following.streaming import encoded, visit_by

Part = dict[str, Any]

BEGIN = '{"stream": ['
END = "{}]}"
# What FlexGet says of a run that FlexAPI tells more exactly.
_STATES = {"pending": "pending", "running": "running"}


def answer(request: Request, parts: AsyncGenerator[Part]) -> StreamingHttpResponse:
    """Answer parts as they come; the document is ended however they end."""
    return StreamingHttpResponse(
        encoded(_document(parts), str, visit_by(request)),
        content_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


async def _document(parts: AsyncGenerator[Part]) -> AsyncGenerator[str]:
    yield BEGIN
    async with aclosing(parts):
        async for part in parts:
            yield json.dumps(part, ensure_ascii=False) + ",\n"
    yield END


async def merged(generators: Iterable[AsyncGenerator[Part]]) -> AsyncGenerator[Part]:
    """Yield what several generators do, as it comes."""
    queue: asyncio.Queue[Part | None] = asyncio.Queue(maxsize=100)

    async def pump(parts: AsyncGenerator[Part]) -> None:
        try:
            async with aclosing(parts):
                async for part in parts:
                    await queue.put(part)
        finally:
            await queue.put(None)

    tasks = [asyncio.ensure_future(pump(parts)) for parts in generators]
    running = len(tasks)
    try:
        while running:
            part = await queue.get()
            if part is None:
                running -= 1
            else:
                yield part
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def of_execution(
    execution: int, view: View, wanted: "frozenset[str]", ending: Any
) -> AsyncGenerator[Part]:
    """Yield the parts that tell of an execution.

    `wanted` are those of progress and log that are; `ending` is a coroutine function that returns the last parts, once it is over.
    """
    async with aclosing(follow(execution, view)) as events:
        async for event in events:
            if isinstance(event, End):
                for part in await ending():
                    yield part
                return
            for part in _parts(execution, event, wanted):
                yield part


def _parts(execution: int, event: Event, wanted: "frozenset[str]") -> Iterable[Part]:
    if isinstance(event, StateChanged):
        if "progress" in wanted:
            yield {"progress": _progress(event), "task_id": execution}
    elif not isinstance(event, End) and "log" in wanted:
        for line in event.lines:
            yield {"log": _text(line)}


def _progress(event: StateChanged) -> Part:
    now = event.snapshot
    return {
        "status": _STATES.get(now.status, "complete"),
        # As FlexGet has it, a task stays in its last phase.
        "phase": now.current_phase or ("exit" if now.is_over else None),
        "plugin": now.current_plugin or None,
        "percent": now.percent,
    }


def _text(line: Line) -> str:
    """Return a line as FlexGet's log has it."""
    return "{} {level: <8} {plugin: <13} {task: <15} {message}\n".format(
        stamp(line["time"]), **line
    )


def stamp(moment: str) -> str:
    """Return a moment as FlexGet's log has it: this machine's time, to the second."""
    return timezone.localtime(datetime.fromisoformat(moment)).strftime("%Y-%m-%d %H:%M:%S")
