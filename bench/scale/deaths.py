"""Servers and workers die while clients, a schedule and a queue want something of them."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import redis

from bench.figures import Figure
from bench.scale.accounts import PART, aborted, accounted, named
from bench.scale.fleet import Fleet
from flexapi.testing.live import LiveServer

# Where a server notes that it wakes idle workers, for all of them and for a few seconds.
TURN = "flexapi:1:reaper-turn"
# Seconds between the runs of the schedule, between requests, and of all of it before a server dies.
EVERY, PAUSE, BEFORE = 3, 0.1, 5.0
# Executions of one task, so that there are always some that wait; and those that nobody was told of.
WAITING, UNTOLD = 60, 40


@dataclass
class Client:
    """Asks a server again and again until it is gone; `posted` are the executions that it said it had queued."""

    server: LiveServer
    posts: bool
    posted: set[int] = field(default_factory=set)
    answers: list[int] = field(default_factory=list)
    slowest: float = 0.0
    gone: bool = False

    def go_on(self, over: threading.Event) -> None:
        """Ask until the server is gone or the time is over."""
        with self.server.client() as client:
            while not over.wait(PAUSE):
                begin = time.monotonic()
                try:
                    self._ask(client)
                except httpx.TransportError:
                    self.gone = True
                    return
                self.slowest = max(self.slowest, time.monotonic() - begin)

    def _ask(self, client: httpx.Client) -> None:
        if self.posts:
            task = f"t{100 + len(self.answers) % 200}"
            answer = client.post("/api/execution", json={"tasks": [task]})
        else:
            answer = client.get("/api/execution?limit=1")
        self.answers.append(answer.status_code)
        if answer.status_code == 201:
            self.posted.add(answer.json()["object"]["id"])


def measure(on: Fleet) -> Iterator[Figure]:
    """Yield the figures; the dead server is started again, and dead workers are not."""
    on.clear()
    on.servers[0].token()
    on.queue(WAITING, tasks=1)
    leading = _leader(on)
    other = next(server for server in on.servers if server is not leading)
    with other.client() as api:
        asked = {"tasks": ["t50"], "interval": {"minutes": EVERY / 60}}
        schedule = api.post("/api/schedules", json=asked).raise_for_status().json()["object"]["id"]
        with _asking(Client(leading, posts=True), Client(other, posts=False)) as (poster, reader):
            time.sleep(BEFORE)
            yield from _die(on, leading)
        api.delete(f"/api/schedules/{schedule}").raise_for_status()
    on.wait_until(on.all_over)
    yield from _said(on, poster, reader)
    yield from _untold(on)
    exact = accounted(on, on.statuses().total() - _scheduled(on))
    yield _figure(exact.what, exact.said, "none twice, none lost", exact.met)
    yield from aborted(on, "servers die")
    leading.start("--no-worker")


def _leader(on: Fleet) -> LiveServer:
    """Return the server that has the turn to wake workers, as soon as one has."""
    by_process = {server.process.pid: server for server in on.servers if server.process}
    with redis.Redis(port=on.redis.port) as client:
        on.wait_until(lambda: client.get(TURN))
        return by_process[int(client.get(TURN) or 0)]


@contextmanager
def _asking(*clients: Client) -> Iterator[tuple[Client, ...]]:
    over = threading.Event()
    threads = [threading.Thread(target=client.go_on, args=(over,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _die(on: Fleet, leading: LiveServer) -> Iterator[Figure]:
    """Kill the server that leads, and workers at the same time."""
    # Some that have something in hand; no more than a quarter of all are in a process.
    on.wait_until(lambda: any(on.in_hand([each]) for each in on.workers))
    dying = [max(on.workers, key=lambda each: len(on.in_hand([each])))]
    assert leading.process is not None
    dead = leading.process.pid
    leading.process.kill()
    leading.process.wait()
    had = len(on.kill_workers(dying))
    begin = time.monotonic()
    with redis.Redis(port=on.redis.port) as client:
        on.wait_until(lambda: int(client.get(TURN) or dead) != dead)
    yield _figure(
        "the one that wakes workers is killed: until another does",
        f"{time.monotonic() - begin:.1f} s",
        "at most 10 s",
        time.monotonic() - begin <= 10,
    )
    on.wait_until(lambda: not on.in_hand(dying))
    yield _figure(
        f"{dying[0].count} workers killed with it: until their {named(had, 'run')} had ended",
        f"{time.monotonic() - begin:.0f} s",
        "at most 30 s",
        time.monotonic() - begin <= 30,
    )


def _said(on: Fleet, poster: Client, reader: Client) -> list[Figure]:
    rows = {pk for (pk,) in on.ask("SELECT id FROM executions_execution")}
    fired = "SELECT created FROM executions_execution WHERE schedule IS NOT NULL ORDER BY 1"
    times = [created for (created,) in on.ask(fired)]
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    refused = sum(status != 200 for status in reader.answers)
    kept = len(poster.posted & rows)
    return [
        _figure(
            "executions that the killed one had said were queued",
            f"{kept} of {len(poster.posted)} there",
            "all",
            poster.gone and kept == len(poster.posted) > 0,
        ),
        _figure(
            f"a schedule of {EVERY} s fired {len(times)} times, with at most",
            f"{max(gaps, default=0):.1f} s in between",
            f"at most {2 * EVERY} s",
            0 < max(gaps, default=0) <= 2 * EVERY,
        ),
        _figure(
            f"{len(reader.answers)} requests to another one meanwhile",
            f"{refused} refused, the slowest took {reader.slowest:.1f} s",
            "none refused",
            not refused and not reader.gone,
        ),
    ]


def _untold(on: Fleet) -> list[Figure]:
    """Store what nobody is told of, while one server is dead and every worker idle."""
    (newest,) = on.ask("SELECT max(id) FROM executions_execution")[0]
    on.queue(UNTOLD, told=False)
    on.wait_until(on.all_over)
    took = "SELECT extract(epoch FROM min(started) - min(created)) FROM executions_execution"
    seconds = float(on.ask(f"{took} WHERE id > {newest}")[0][0])
    return [
        _figure(
            f"{UNTOLD} executions stored by one that dies before it wakes anybody: until they begin",
            f"{seconds:.1f} s",
            "at most 15 s",
            seconds <= 15,
        )
    ]


def _scheduled(on: Fleet) -> int:
    return int(on.ask("SELECT count(*) FROM executions_execution WHERE schedule IS NOT NULL")[0][0])


def _figure(what: str, ours: str, goal: str = "", met: bool | None = None) -> Figure:
    return Figure(PART, f"servers die: {what}", ours, goal=goal, met=met)
