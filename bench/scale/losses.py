"""A long queue, while half of the workers die, Redis goes, and PostgreSQL is started again."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.figures import Figure
from bench.scale.fleet import Fleet, Workers

PART = "scale"
# Seconds for which the queue is worked off before something dies, and for which Redis is away.
STEADY, AWAY = 10.0, 5.0
# Seconds for which all go on at the end.
LAST = 20.0
# Statements that nobody but the reaper makes.
REAPER = ("executions_worker", "seen")


@dataclass
class Accounted:
    """Whether each execution ran once; `said` says what became of them."""

    what: str
    said: str
    met: bool


def named(count: int, what: str) -> str:
    """Return a number of things."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def accounted(on: Fleet, queued: int) -> Accounted:
    """Compare what the database says with what the runs noted themselves."""
    statuses, began = on.statuses(), on.began()
    twice = sum(times > 1 for times in began.values())
    rows = on.ask("SELECT id, status, worker, log_lines FROM executions_execution")
    ran = {pk for pk, status, _, _ in rows if status == "complete"}
    waits = {pk for pk, status, worker, _ in rows if status == "pending" and not worker}
    lines = dict(on.ask("SELECT execution_id, count(*) FROM executions_logline GROUP BY 1"))
    gaps = sum(lines.get(pk, 0) != count for pk, _, _, count in rows)
    # Claimed by a worker that lives, which doesn't know of it.
    stuck = sum(status == "pending" and worker != "" for _, status, worker, _ in rows)
    lost = len(ran - set(began)) + len(waits & set(began)) + queued - statuses.total() + stuck
    said = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return Accounted(
        "each ran once",
        f"{said}; {twice} twice, {lost} lost, {gaps} with another number of lines than counted",
        not (twice or lost or gaps),
    )


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
    for workers in on.workers:
        if workers.process is not None and workers.process.poll() is None:
            workers.stop(timeout=60)
    # What ran when they were told to stop has ended.
    exact = accounted(on, length)
    yield _figure(length, exact.what, exact.said, "none twice, none lost", exact.met)


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
    names = tuple(f"{workers.name}-" for workers in dying)
    for workers in dying:
        assert workers.process is not None
        workers.process.send_signal(signal.SIGKILL)
    sql = "SELECT worker FROM executions_execution WHERE status IN ('pending', 'running') AND worker <> ''"

    def left() -> int:
        return sum(worker.startswith(names) for (worker,) in on.ask(sql))

    had = left()
    seconds = on.wait_until(lambda: not left())
    died = sum(workers.count for workers in dying)
    return [
        _figure(
            length,
            f"{died} workers killed at once: until their {had} runs had ended",
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
    seconds = on.wait_until(lambda: on.over() > before + meanwhile)
    return [
        _figure(length, f"Redis away for {AWAY:.0f} s: runs that ended meanwhile", str(meanwhile)),
        _figure(length, "Redis back, empty: until another run had ended", f"{seconds:.0f} s"),
    ]


def _postgres_restarts(on: Fleet, length: int) -> list[Figure]:
    on.database.stop(signal.SIGINT)
    on.database.start()
    before = on.over()
    seconds = on.wait_until(lambda: on.over() > before)
    return [
        _figure(length, "PostgreSQL restarted: until another run had ended", f"{seconds:.0f} s")
    ]


def _each(count: float, of: float) -> str:
    return f"{count / of:.1f}"


def _figure(length: int, what: str, ours: str, goal: str = "", met: bool | None = None) -> Figure:
    return Figure(PART, f"queue of {length:,}: {what}", ours, goal=goal, met=met)
