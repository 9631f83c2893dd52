"""Many websocket clients of one execution's log, in one process of their own.

    python -m bench.watchers '{"url": …, "authorization": …, "execution": 7, "clients": 50}'

prints `ready` once all are connected, and at their end `{"clients": [Watched, …]}`. The lines that
`flexget_plugin` logs carry their number, so that what a client got is checked twice: by the
`seq` that the server gave the lines, and by what they say.
"""

import asyncio
import functools
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from .processes import ROOT

BENCH_LINE = re.compile(r"bench (\d+) ([0-9.]+)")
# Seconds that a client may take from its connection to the end marker.
TIMEOUT = 300.0


@dataclass(slots=True)
class Watched:
    """What one client got. Times are seconds since 1970, delays seconds.

    `delays` has those of the lines that were logged while the client was connected.
    """

    by_seq: dict[str, int] = field(default_factory=dict)
    by_content: dict[str, int] = field(default_factory=dict)
    first_logged: float = 0.0
    ended: float = 0.0
    status: str = ""
    delays: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watch:
    """Whose log to watch, with how many clients, and how many lines it should have."""

    url: str
    authorization: str
    execution: int
    clients: int
    expected: int
    delays: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, parsed: the seqs of its lines, and the numbers and times of the plugin's."""

    content: dict[str, Any]
    seqs: list[int]
    numbers: list[int]
    logged: list[float]


@functools.lru_cache(maxsize=256)
def _parse(text: str) -> _Message:
    # Where fifty clients get the same text, it is parsed once: the clients' share stays small.
    content = json.loads(text)
    lines = content.pop("lines", ())
    found = [match for line in lines if (match := BENCH_LINE.fullmatch(line["message"]))]
    return _Message(
        content,
        [line["seq"] for line in lines],
        [int(match[1]) for match in found],
        [float(match[2]) for match in found],
    )


def faults(numbers: Sequence[int], expected: int) -> dict[str, int]:
    """Return how far the numbers are from 1, 2, … `expected`: lost, doubled, reordered."""
    seen: set[int] = set()
    highest = reordered = 0
    for number in numbers:
        if number not in seen:
            reordered += number < highest
            highest = max(highest, number)
            seen.add(number)
    lost = expected - len(seen & set(range(1, expected + 1)))
    return {"lost": lost, "doubled": len(numbers) - len(seen), "reordered": reordered}


async def _read(socket: ClientConnection, watch: Watch) -> Watched:
    watched = Watched()
    connected = time.time()
    seqs: list[int] = []
    numbers: list[int] = []
    last_seq = 0
    async for text in socket:
        now = time.time()
        message = _parse(str(text))
        seqs += message.seqs
        numbers += message.numbers
        if message.logged and not watched.first_logged:
            watched.first_logged = message.logged[0]
        if watch.delays:
            watched.delays += [now - logged for logged in message.logged if logged > connected]
        if message.content["type"] == "end":
            watched.ended, watched.status = now, message.content["status"]
            last_seq = message.content["seq"]
    watched.by_seq = faults(seqs, last_seq)
    watched.by_content = faults(numbers, watch.expected)
    return watched


async def _watch_all(watch: Watch) -> list[Watched]:
    url = f"{watch.url}/ws/execution/{watch.execution}/log/"
    headers = {"Authorization": watch.authorization}
    sockets = await asyncio.gather(
        *(
            connect(url, additional_headers=headers, max_size=None, compression=None, proxy=None)
            for _ in range(watch.clients)
        )
    )
    print("ready", flush=True)
    async with asyncio.timeout(TIMEOUT):
        return list(await asyncio.gather(*(_read(each, watch) for each in sockets)))


class Watchers:
    """The process of the clients, as the benchmark sees it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def result(self) -> list[Watched]:
        """Wait for all clients to end; raises CalledProcessError, TimeoutExpired."""
        output, _ = self._process.communicate(timeout=TIMEOUT + 30)
        if self._process.returncode:
            raise subprocess.CalledProcessError(self._process.returncode, "bench.watchers")
        return [Watched(**each) for each in json.loads(output)["clients"]]


@contextmanager
def watching(watch: Watch) -> Iterator[Watchers]:
    """Start the clients; all of them are connected when the block begins."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.watchers", json.dumps(asdict(watch))],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield Watchers(process)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    found = asyncio.run(_watch_all(Watch(**json.loads(sys.argv[1]))))
    print(json.dumps({"clients": [asdict(each) for each in found]}))
