"""The messages that followers of an execution get, over websockets and over HTTP.

Over a websocket and as server-sent events, all of them; as NDJSON, the log lines bare and the end
marker; as plain text, a line of text for each log line and a last one that starts with `#`.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from .follow import End, Event, StateChanged
from .log_reader import Batch, ExecutionState, Line

Message = dict[str, Any]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _progress(snapshot: ExecutionState) -> Message:
    return {
        "type": "progress",
        "current_phase": snapshot.current_phase or None,
        "current_plugin": snapshot.current_plugin or None,
        "current_task": snapshot.current_task or None,
        "percent": snapshot.percent,
    }


def _changed(event: StateChanged) -> Message:
    if event.status_changed:
        return {"type": "status", "status": event.snapshot.status}
    return _progress(event.snapshot)


def _end(event: End) -> Message:
    return {"type": "end", "seq": event.seq, "status": event.status}


def _once(batch: Batch, form: str, make: Callable[[list[Line]], str]) -> str:
    """Return what `make` makes of a batch; followers of the same place share it."""
    if form not in batch.frames:
        batch.frames[form] = make(batch.lines)
    return str(batch.frames[form])


def websocket(event: Event) -> str:
    """Return the text of the websocket message for an event."""
    if isinstance(event, Batch):
        return _once(event, "websocket", lambda lines: _json({"type": "log", "lines": lines}))
    return _json(_changed(event) if isinstance(event, StateChanged) else _end(event))


def ndjson(event: Event) -> str:
    """Return the lines of `application/x-ndjson` for an event."""
    if isinstance(event, Batch):
        return _once(event, "ndjson", lambda lines: "".join(_json(line) + "\n" for line in lines))
    return _json(_end(event)) + "\n" if isinstance(event, End) else ""


def _server_sent(message: Message, kind: str, seq: int | None = None) -> str:
    number = "" if seq is None else f"id: {seq}\n"
    return f"{number}event: {kind}\ndata: {_json(message)}\n\n"


def event_stream(event: Event) -> str:
    """Return the server-sent events for an event; the id of a log line is its seq."""
    if isinstance(event, Batch):
        return _once(
            event,
            "event-stream",
            lambda lines: "".join(_server_sent(dict(line), "log", line["seq"]) for line in lines),
        )
    message = _changed(event) if isinstance(event, StateChanged) else _end(event)
    return _server_sent(message, message["type"], event.seq if isinstance(event, End) else None)


def _text_line(line: Line) -> str:
    """Return a log line as FlexGet writes it to its log file, the time with its offset from UTC."""
    time = timezone.localtime(datetime.fromisoformat(line["time"])).isoformat(
        timespec="milliseconds"
    )
    return "{time} {level: <8} {plugin: <13} {task: <15} {message}\n".format_map(
        {**line, "time": time}
    )


def plain(event: Event) -> str:
    """Return the lines of `text/plain` for an event."""
    if isinstance(event, Batch):
        return _once(event, "plain", lambda lines: "".join(map(_text_line, lines)))
    if isinstance(event, End):
        return f"# {event.seq} lines, {event.status}\n"
    return ""
