"""JSON-RPC 2.0, one message a line: what the engine's client and its host say to each other.

Both processes import this module, so it needs the standard library alone. The specification is
https://www.jsonrpc.org/specification; batches are not used.
"""

import json
from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]

# Codes of the specification.
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
# Codes of this protocol (the specification leaves -32000 to -32099 to the implementation).
CONFIG_INVALID = -32001
NOT_RUNNING = -32002
# What a method was to work with is not there, or stands in the way.
NOT_FOUND = -32003
CONFLICT = -32004
# FlexGet's database is missing, broken or of another FlexGet; nothing was done.
DATABASE_UNAVAILABLE = -32005
# Somebody writes to FlexGet's database; nothing was done, and it may be tried again at once.
DATABASE_LOCKED = -32006
# What a method was to change is no longer what the caller has seen; nothing was done.
CHANGED = -32007


class RpcError(Exception):
    """A call that the other side answered, or is to be answered, with an error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def encode(message: Message) -> bytes:
    """Return `message` as one line of ASCII JSON, the line end included."""
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


def request(call_id: int, method: str, params: Message) -> Message:
    """Return a call that wants an answer."""
    return {"jsonrpc": "2.0", "id": call_id, "method": method, "params": params}


def notification(method: str, params: Message) -> Message:
    """Return a call that gets no answer."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def result(call_id: Any, value: Any) -> Message:
    """Return the answer to the call `call_id`."""
    return {"jsonrpc": "2.0", "id": call_id, "result": value}


def error(call_id: Any, failure: RpcError) -> Message:
    """Return the answer to a call that failed."""
    body: Message = {"code": failure.code, "message": failure.message}
    if failure.data is not None:
        body["data"] = failure.data
    return {"jsonrpc": "2.0", "id": call_id, "error": body}


class LineBuffer:
    """Cuts a stream of bytes into lines."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes of the stream; yield each line that they complete, without its end."""
        lines = data.split(b"\n")
        if len(lines) > 1:
            yield b"".join([*self._parts, lines[0]])
            yield from lines[1:-1]
            self._parts = []
        if lines[-1]:
            self._parts.append(lines[-1])

    def rest(self) -> bytes:
        """Return, and forget, the bytes behind the last line end."""
        rest = b"".join(self._parts)
        self._parts = []
        return rest
