"""Measure, print and write `bench/results/scale.md`; 1 where something was lost or ran twice."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import machine
from bench.figures import Figure, table
from bench.scale import __doc__ as about
from bench.scale import deaths, limits, losses
from bench.scale.accounts import PART, accounted, named
from bench.scale.fleet import LINES, Fleet, fleet
from bench.scale.services import Missing
from flexapi.testing import pgbouncer

RESULT = Path(__file__).parents[1] / "results" / "scale.md"
# Seconds for which nobody does anything; workers show life each fifth second.
IDLE = 8.0
# Runs for each worker, where its work is measured, at least and at most; and seconds after which no more begin.
RUNS_EACH, FEWEST, MOST, WORK = 8, 40, 400, 15.0
# Numbers of workers on the way to the largest.
STEPS = (1, 10, 30)
PARTS = ("counts", "deaths", "limits", "losses")


@dataclass(frozen=True)
class Size:
    """How many there are; `queue` are the executions of the long queue."""

    servers: int
    workers: int
    queue: int


QUICK = Size(servers=2, workers=10, queue=2000)


def idle_servers(on: Fleet) -> list[Figure]:
    """Measure what servers ask when nothing happens."""
    with on.meter.counting() as counted:
        time.sleep(IDLE)
    count, seconds = len(on.servers), counted.seconds
    found = {
        "statements a second": counted.statements["server"] / seconds,
        "connections": counted.connections["server"],
        "Redis commands a second": sum(counted.commands.values()) / seconds,
    }
    what = f"{named(count, 'server')}, idle"
    return [
        Figure(PART, f"{what}: {name}", f"{value:.1f}", ratio=f"{value / count:.2f} each")
        for name, value in found.items()
    ]


def idle_workers(on: Fleet, count: int) -> list[Figure]:
    """Measure what idle workers ask beside the servers."""
    with on.meter.counting() as counted:
        time.sleep(IDLE)
    beats = counted.asked("worker", "UPDATE", "executions_worker")
    found = {
        "statements a second": counted.statements["worker"] / counted.seconds,
        "signs of life a second": beats / counted.seconds,
        "connections": counted.connections["worker"],
        "Redis commands a second": sum(counted.commands.values()) / counted.seconds,
        "announcements a second": counted.published / counted.seconds,
    }
    what = f"{named(count, 'worker')}, idle"
    return [
        Figure(PART, f"{what}: {name}", f"{value:.1f}", ratio=f"{value / count:.2f} each")
        for name, value in found.items()
    ]


def busy_workers(on: Fleet, count: int) -> list[Figure]:
    """Measure what a run costs while so many workers work off a queue."""
    on.clear()
    queued = min(max(FEWEST, RUNS_EACH * count), MOST)
    with on.meter.counting() as counted:
        on.queue(queued)
        deadline = time.monotonic() + WORK
        on.wait_until(lambda: on.over() == queued or time.monotonic() > deadline)
        runs = queued - on.forget_waiting()
        on.wait_until(lambda: on.over() == runs)
    exact = accounted(on, runs)
    took = on.ask(
        "SELECT extract(epoch FROM max(finished) - min(created)) FROM executions_execution"
    )
    tries = counted.asked("worker", "pg_advisory_xact_lock")
    found = {
        "runs a second": f"{runs / float(took[0][0]):.1f}",
        "statements of workers a run": f"{counted.statements['worker'] / runs:.1f}",
        "rows that workers read or wrote a run": f"{counted.rows['worker'] / runs:.0f}",
        "claims tried a run": f"{tries / runs:.2f}",
        "workers that wait to claim, on average": f"{counted.claimants:.1f}",
        "statements of servers a run": f"{counted.statements['server'] / runs:.1f}",
        "announcements a run": f"{counted.published / runs:.1f}",
        "connections of workers": str(counted.connections["worker"]),
    }
    what = f"{named(count, 'worker')}, {runs} runs"
    figures = [Figure(PART, f"{what}: {name}", value) for name, value in found.items()]
    return [
        *figures,
        Figure(PART, f"{what}: {exact.what}", exact.said, goal="each once", met=exact.met),
    ]


def pooled(on: Fleet, count: int) -> list[Figure]:
    """The same through pgbouncer, which has a connection for every fifth worker."""
    size = max(2, count // 5)
    if pgbouncer.program() is None:
        return [Figure(PART, "pgbouncer is not installed", "not measured")]
    on.bouncer = pgbouncer.Bouncer(on.folder, on.database.url("worker"), size)
    on.bouncer.start()
    on.add_workers(count)
    figures = busy_workers(on, count)
    read = _read_through(on)
    on.remove_workers()
    on.bouncer.end()
    on.bouncer = None
    wanted = ("runs a second", "connections of workers", "each ran once")
    through = f"through pgbouncer with {size} connections"
    return [
        *(
            Figure(PART, f"{through}, {each.what}", each.ours, goal=each.goal, met=each.met)
            for each in figures
            if each.what.endswith(wanted)
        ),
        Figure(
            PART,
            f"{through}, lines that a server reads of a log",
            f"{read} of {LINES}",
            met=read == LINES,
        ),
    ]


def _read_through(on: Fleet) -> int:
    """Return how many lines of a run's log a server answers that is behind pgbouncer as well."""
    assert on.bouncer is not None
    server = on.server()
    server.home.config.unlink()
    server.environment["FLEXAPI_DATABASE_URL"] = on.bouncer.url
    server.start("--no-worker")
    with server.client() as client:
        newest = client.get("/api/execution?status=complete&limit=1").json()["items"][0]["id"]
        answer = client.get(f"/api/execution/{newest}/log")
        answer.raise_for_status()
    server.stop()
    on.servers.remove(server)
    return sum("message" in line for line in answer.text.splitlines())


def counts(on: Fleet, servers: int, workers: int) -> Iterator[Figure]:
    """Yield what servers and workers ask of both services, the more there are of them."""
    for count in sorted({1, servers}):
        on.add_servers(count)
        yield from idle_servers(on)
    yield from pooled(on, min(10, workers))
    for count in sorted({count for count in STEPS if count < workers} | {workers}):
        on.add_workers(count)
        yield from idle_workers(on, count)
        yield from busy_workers(on, count)


def measure(size: Size, folder: Path, only: str | None) -> Iterator[Figure]:
    """Yield the figures as they come; all, or `only` those of a part of PARTS."""
    with fleet(folder) as on:
        if only in (None, "counts"):
            yield from counts(on, size.servers, size.workers)
        measured: dict[str, Callable[[Fleet], Iterator[Figure]]] = {
            "deaths": deaths.measure,
            "limits": limits.measure,
            "losses": partial(losses.measure, length=size.queue),
        }
        for part, figures in measured.items():
            if only in (None, part):
                on.forget_killed()
                on.add_servers(size.servers)
                on.add_workers(size.workers)
                yield from figures(on)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=about)
    parser.add_argument("--servers", type=int, default=10)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--queue", type=int, default=5_000, help="executions of the long queue")
    parser.add_argument(
        "--quick", action="store_true", help="two servers, ten workers, 2,000 executions"
    )
    parser.add_argument("--only", choices=PARTS, help="a part of it; writes nothing")
    parser.add_argument("--no-write", action="store_true", help="only print the table")
    options = parser.parse_args()
    size = QUICK if options.quick else Size(options.servers, options.workers, options.queue)
    # What was started ends as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    described = machine.describe()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="flexapi-scale-") as name:
        # PostgreSQL has a user of its own.
        Path(name).chmod(0o711)
        try:
            for figure in measure(size, Path(name), options.only):
                figures.append(figure)
                print(
                    f"{time.strftime('%X')} {figure.what}: {figure.ours} {figure.ratio}", flush=True
                )
        except Missing as missing:
            print(missing, file=sys.stderr)
            return 1
    text = f"# Measured by `python -m bench.scale`\n\n{machine.in_words(described)}\n\n{table(figures)}\n"
    print(f"\n{text}")
    if not (options.no_write or options.quick or options.only):
        RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
