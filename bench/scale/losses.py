"""A long queue, while half of the workers die, Redis goes, and PostgreSQL is started again."""

import time
from collections.abc import Iterator

from bench.figures import Figure
from bench.scale.accounts import PART, aborted, accounted, named
from bench.scale.fleet import Fleet, Workers

# Seconds for which the queue is worked off before something dies, and for which Redis is away.
STEADY, AWAY = 10.0, 5.0
# Seconds for which all go on at the end.
LAST = 20.0
# Statements that nobody but the reaper makes.
REAPER = ("executions_worker", "seen")


def measure(on: Fleet, length: int) -> Iterator[Figure]:
    """Yield the figures; the queue has `length` executions, of which not all are run to their end."""
    on.clear()
    with on.meter.counting() as queueing:
        on.queue(length)
    commands = _each(queueing.commands.total(), length)
    yield _figure(length, "Redis commands for each that is queued", commands)
    yield _figure(length, "announcements for each", _each(queueing.published, length))
    yield from _steady(on, length)
    yield from _half_dies(on, length)
    yield from _redis_goes(on, length)
    yield from _postgres_restarts(on, length)
    time.sleep(LAST)
    on.stop_workers()
    exact = accounted(on, length)
    yield _figure(length, exact.what, exact.said, "none twice, none lost", exact.met)
    yield from aborted(on, f"queue of {length:,}")


def _steady(on: Fleet, length: int) -> list[Figure]:
    before = on.over()
    with on.meter.counting() as counted:
        time.sleep(STEADY)
    runs = max(1, on.over() - before)
    looks = counted.asked("server", *REAPER)
    return [
        _figure(length, "runs a second", f"{runs / counted.seconds:.1f}"),
        _figure(length, "statements of workers a run", _each(counted.statements["worker"], runs)),
        _figure(length, "rows of workers a run", _each(counted.rows["worker"], runs)),
        _figure(length, "workers that wait to claim, on average", f"{counted.claimants:.1f}"),
        _figure(
            length,
            "statements of a server a second",
            _each(counted.statements["server"], len(on.servers) * counted.seconds),
        ),
        _figure(
            length,
            "rows that a server reads a second",
            _each(counted.rows["server"], len(on.servers) * counted.seconds),
        ),
        _figure(
            length, "looks of reapers for lost workers a second", f"{looks / counted.seconds:.1f}"
        ),
        _figure(length, "Redis commands a run", _each(counted.commands.total(), runs)),
    ]


def _half_dies(on: Fleet, length: int) -> list[Figure]:
    half, dying = sum(workers.count for workers in on.workers) / 2, list[Workers]()
    for workers in sorted(on.workers, key=lambda each: each.count, reverse=True):
        if not dying or sum(each.count for each in dying) + workers.count <= half:
            dying.append(workers)
    had = len(on.kill_workers(dying))
    seconds = on.wait_until(lambda: not on.in_hand(dying))
    died = sum(workers.count for workers in dying)
    return [
        _figure(
            length,
            f"{died} workers killed at once: until their {named(had, 'run')} had ended",
            f"{seconds:.0f} s",
            "at most 30 s",
            seconds <= 30,
        )
    ]


def _redis_goes(on: Fleet, length: int) -> list[Figure]:
    before = on.over()
    on.redis.end()
    time.sleep(AWAY)
    meanwhile = on.over() - before
    on.redis.start()
    seconds = on.wait_until(lambda: on.over() > before + meanwhile, 40)
    return [
        _figure(length, f"Redis away for {AWAY:.0f} s: runs that ended meanwhile", str(meanwhile)),
        _figure(length, "Redis back, empty: until another run had ended", f"{seconds:.0f} s"),
    ]


def _postgres_restarts(on: Fleet, length: int) -> list[Figure]:
    on.database.restart()
    before = on.over()
    seconds = on.wait_until(lambda: on.over() > before)
    return [
        _figure(length, "PostgreSQL restarted: until another run had ended", f"{seconds:.0f} s")
    ]


def _each(count: float, of: float) -> str:
    return f"{count / of:.1f}"


def _figure(length: int, what: str, ours: str, goal: str = "", met: bool | None = None) -> Figure:
    return Figure(PART, f"queue of {length:,}: {what}", ours, goal=goal, met=met)
