"""Measure, print and write `bench/results/scale.md`; 1 where something was lost or ran twice."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import machine
from bench.figures import Figure, table
from bench.scale import __doc__ as about
from bench.scale import losses
from bench.scale.fleet import Fleet, fleet
from bench.scale.losses import PART, accounted, named
from bench.scale.services import Bouncer, Missing

RESULT = Path(__file__).parents[1] / "results" / "scale.md"
# Seconds for which nobody does anything; workers show life each fifth second.
IDLE = 10.0
# Runs for each worker, where its work is measured, and at least.
RUNS_EACH, FEWEST = 8, 40


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
    runs = max(FEWEST, RUNS_EACH * count)
    with on.meter.counting() as counted:
        on.queue(runs)
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
    try:
        on.bouncer = Bouncer(on.folder, on.database, size)
        on.bouncer.start()
    except Missing as missing:
        return [Figure(PART, f"pgbouncer: {missing}", "not measured")]
    on.add_workers(count)
    figures = busy_workers(on, count)
    on.remove_workers()
    on.bouncer.end()
    on.bouncer = None
    wanted = ("runs a second", "connections of workers", "each ran once")
    through = f"through pgbouncer with {size} connections"
    return [
        Figure(PART, f"{through}, {each.what}", each.ours, goal=each.goal, met=each.met)
        for each in figures
        if each.what.endswith(wanted)
    ]


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures."""
    servers = (1,) if quick else (1, 10)
    workers = (1, 10) if quick else (1, 10, 30, 100)
    figures: list[Figure] = []
    with fleet(folder) as on:
        for count in servers:
            on.add_servers(count)
            figures += idle_servers(on)
        figures += pooled(on, workers[1])
        for count in workers:
            on.add_workers(count)
            figures += idle_workers(on, count)
            figures += busy_workers(on, count)
            print(f"{time.strftime('%X')} {named(count, 'worker')}: done", flush=True)
        figures += losses.measure(on, 1_000 if quick else 10_000)
    return figures


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=about)
    parser.add_argument("--quick", action="store_true", help="one server, at most ten workers")
    parser.add_argument("--no-write", action="store_true", help="only print the table")
    options = parser.parse_args()
    described = machine.describe()
    with tempfile.TemporaryDirectory(prefix="flexapi-scale-") as name:
        # PostgreSQL has a user of its own.
        Path(name).chmod(0o711)
        try:
            figures = measure(Path(name), quick=options.quick)
        except Missing as missing:
            print(missing, file=sys.stderr)
            return 1
    text = f"# Measured by `python -m bench.scale`\n\n{machine.in_words(described)}\n\n{table(figures)}\n"
    print(text)
    if not options.no_write and not options.quick:
        RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
