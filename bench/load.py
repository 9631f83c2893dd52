"""The load generator for one GET: a process of its own, raw sockets, a few kept-alive connections.

    python -m bench.load '{"port": …, "path": …, "authorization": …, "connections": 8, "seconds": 3}'

prints `{"requests", "seconds", "latencies": [s, …], "bytes": of one answer}`.
"""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """What to ask for, how many at a time and for how long."""

    port: int
    path: str
    authorization: str
    connections: int = 8
    seconds: float = 3.0


class _Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, sends the next one, until the time is up."""

    def __init__(self, request: bytes, end: float, done: "asyncio.Future[int]") -> None:
        self._request = request
        self._end = end
        self._done = done
        self._buffer = bytearray()
        self._missing = -1
        self._sent_at = 0.0
        self._size = 0
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._missing < 0:
            head, separator, body = bytes(self._buffer).partition(b"\r\n\r\n")
            if not separator:
                return
            length = _content_length(head)
            if not head.startswith(b"HTTP/1.1 200 ") or length is None:
                self._fail(head)
                return
            self._size = length
            self._missing = length - len(body)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            now = time.perf_counter()
            self.latencies.append(now - self._sent_at)
            if now < self._end:
                self._send()
            else:
                self._done.set_result(self._size)
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("The server hung up."))

    def _send(self) -> None:
        self._buffer.clear()
        self._missing = -1
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)

    def _fail(self, head: bytes) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError(head.decode("latin1")))
        self._transport.abort()


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return None


async def _generate(target: Target) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    request = (
        f"GET {target.path} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n"
        f"Authorization: {target.authorization}\r\nAccept: application/json\r\n\r\n"
    ).encode("ascii")
    started = time.perf_counter()
    end = started + target.seconds
    finished = [loop.create_future() for _ in range(target.connections)]
    connections = []
    for done in finished:

        def protocol(done: "asyncio.Future[int]" = done) -> _Connection:
            return _Connection(request, end, done)

        _, connection = await loop.create_connection(protocol, "127.0.0.1", target.port)
        connections.append(connection)
    sizes = await asyncio.gather(*finished)
    latencies = [latency for connection in connections for latency in connection.latencies]
    return {
        "requests": len(latencies),
        "seconds": time.perf_counter() - started,
        "latencies": latencies,
        "bytes": max(sizes),
    }


def generate(target: Target) -> dict[str, Any]:
    """Load a server in a process of its own; return what the module's docstring says."""
    finished = subprocess.run(
        [sys.executable, "-m", "bench.load", json.dumps(asdict(target))],
        stdout=subprocess.PIPE,
        check=True,
        timeout=target.seconds + 60,
    )
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_generate(Target(**json.loads(sys.argv[1]))))))
