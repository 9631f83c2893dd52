"""Trivial runs from the queue: how many a second, and what one costs, against FlexGet's daemon.

    .venv/bin/python -m bench.runs

Both have one slot and the same sixty tasks. They are asked for one by one, then all in one request; the time is from the
first request to the end of the last run. The processor's time is that of the server and of all that it starts.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bench import machine
from bench.figures import Figure, median, milliseconds, table
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import FlexGet, flexget

TASKS = [f"task {number}" for number in range(60)]
ROUNDS = 5
POLL = 0.1
RESULT = Path(__file__).with_name("results") / "runs.md"


@dataclass
class Taken:
    """Seconds on the clock and of the processor, of each round, for one run."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def config() -> dict[str, Any]:
    """Return a config with the tasks."""
    return {
        "schedules": False,
        "tasks": {
            name: {
                "mock": [{"title": name, "url": f"http://localhost/{number}"}],
                "accept_all": True,
            }
            for number, name in enumerate(TASKS)
        },
    }


def processor_time(pids: list[int]) -> float:
    """Return the seconds that processes, and those of their children that have ended, have used."""
    total = 0.0
    for pid in pids:
        times = psutil.Process(pid).cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def timed(server: FlexApi | FlexGet, action: Callable[[], None], taken: Taken) -> None:
    """Do it and note what it took."""
    before, began = processor_time(server.pids()), time.perf_counter()
    action()
    taken.clock.append((time.perf_counter() - began) / len(TASKS))
    taken.processor.append((processor_time(server.pids()) - before) / len(TASKS))


def ours(server: FlexApi, requests: list[list[str]]) -> None:
    """Ask for runs and wait until none is left; with one slot, the last stream ends with the last run."""
    with closing(server.client()) as client:
        for tasks in requests[:-1]:
            client.post("/api/execution", {"tasks": tasks})
        client.post("/api/execution?stream=true", {"tasks": requests[-1]})
        while client.get("/api/execution?limit=1")["count"]:
            time.sleep(POLL)


def peer(server: FlexGet, requests: list[list[str]]) -> None:
    """The same of FlexGet's daemon; its last stream ends with the last run."""
    with closing(server.client()) as client:
        for tasks in requests[:-1]:
            client.post("/api/tasks/execute/", {"tasks": tasks})
        client.post("/api/tasks/execute/", {"tasks": requests[-1], "progress": True})


def rows(what: str, mine: Taken, other: Taken, goals: tuple[float, float | None]) -> list[Figure]:
    """Return the figures of one way to ask."""
    speed = median(other.clock) / median(mine.clock)
    cost = median(mine.processor) / median(other.processor)
    at_least, at_most = goals
    return [
        Figure(
            "runs",
            f"{what}: runs a second",
            f"{1 / median(mine.clock):.1f}",
            f"{1 / median(other.clock):.1f}",
            f"{speed:.2f}",
            f"at least {at_least:g}",
            speed >= at_least,
        ),
        Figure(
            "runs",
            f"{what}: processor's time of a run",
            milliseconds(median(mine.processor)),
            milliseconds(median(other.processor)),
            f"{cost:.1f}",
            "" if at_most is None else f"at most {at_most:g}",
            None if at_most is None else cost <= at_most,
        ),
    ]


def main() -> int:
    """Measure, print and write; 1 where a goal is missed."""
    described = machine.describe()
    ways = {"one by one": [[name] for name in TASKS], "in one execution": [TASKS]}
    found = {way: (Taken(), Taken()) for way in ways}
    with tempfile.TemporaryDirectory(prefix="flexapi-runs-") as name, ExitStack() as stack:
        mine = stack.enter_context(flexapi(Path(name) / "flexapi", config()))
        other = stack.enter_context(flexget(Path(name) / "flexget", config()))
        # The first run of each makes what later ones find.
        ours(mine, [TASKS])
        peer(other, [TASKS])
        for _ in range(ROUNDS):
            for way, requests in ways.items():
                timed(mine, partial(ours, mine, requests), found[way][0])
                timed(other, partial(peer, other, requests), found[way][1])
    figures = [
        figure
        for way, (mine_taken, other_taken) in found.items()
        for figure in rows(
            way, mine_taken, other_taken, (1.0, 2.0) if way == "one by one" else (1.0, None)
        )
    ]
    text = f"# Measured by `python -m bench runs`\n\n{machine.in_words(described)}\n\n{table(figures)}\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
