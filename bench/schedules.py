"""What a tick of the scheduler costs with 500 schedules, and how late it fires.

    .venv/bin/python -m bench.schedules

Ticks run on a database file as the server's do, with a clock that is put on; lateness is measured
with the real clock and the scheduler's own thread, a run being over as soon as it is queued.
"""

import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import machine
from bench.figures import Figure, milliseconds, p95, spread, table

SCHEDULES = 500
TICKS = 600
SECONDS = 20.0
TICK_GOAL = 0.020
LATENESS_GOAL = 1.0


def config_of(times: Callable[[int], str]) -> str:
    """Return a config whose schedules have these times."""
    lines = (f"  - {{tasks: task {n}, {times(n)}}}\n" for n in range(SCHEDULES))
    return "tasks: {}\nschedules:\n" + "".join(lines)


def everyday(number: int) -> str:
    """Return times as people have them: hours, minutes, some by the clock."""
    source = random.Random(number)
    if number % 3 == 0:
        return f"schedule: {{hour: '*/{source.randint(1, 12)}', minute: {source.randint(0, 59)}}}"
    return f"interval: {{minutes: {source.randint(5, 240)}}}"


def every_few_seconds(number: int) -> str:
    """Return an interval of some seconds."""
    return f"interval: {{minutes: {random.Random(number).uniform(0.05, 0.3):.4f}}}"


def set_up(folder: Path) -> Path:
    """Set Django up on a folder of its own; return where the config goes."""
    config = folder / "config.yml"
    config.write_text("tasks: {}\nschedules: no\n")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="flexapi.settings",
        FLEXAPI_DATA_DIR=str(folder / "data"),
        FLEXAPI_CONFIG=str(config),
    )
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return config


def end_runs() -> None:
    """Let no run keep the next one of its schedule from being queued."""
    from executions.models import Execution, Status

    Execution.objects.active().update(status=Status.COMPLETE)


def tick_times(config: Path) -> dict[str, list[float]]:
    """Return the seconds of ticks with nothing due, of those of hours of everyday, and with all due."""
    from flexapi.mirror import mirror
    from schedules.models import Schedule
    from schedules.scheduler import Scheduler

    config.write_text(config_of(everyday))
    mirror.refresh()
    now = datetime.now(UTC)
    scheduler = Scheduler(lambda: now)
    scheduler.tick()
    found: dict[str, list[float]] = {name: [] for name in ("idle", "busy", "all", "processor")}

    def tick(name: str) -> None:
        begin, begin_processor = time.perf_counter(), time.thread_time()
        scheduler.tick()
        found[name].append(time.perf_counter() - begin)
        if name == "busy":
            found["processor"].append(time.thread_time() - begin_processor)

    for _ in range(TICKS):
        tick("idle")
        now = max(now, Schedule.rows.next_due() or now)
        tick("busy")
        end_runs()
    now += timedelta(hours=12)
    tick("all")
    return found


def lateness(config: Path) -> list[float]:
    """Return by how many seconds each run was queued late, in some seconds of real time."""
    from flexapi.mirror import mirror
    from schedules.models import RowQuerySet
    from schedules.scheduler import Scheduler

    late: list[float] = []
    inner = RowQuerySet.fire

    def fire(self: Any, due: Any, now: datetime, *, to_daemon: bool) -> int:
        count = inner(self, due, now, to_daemon=to_daemon)
        queued = datetime.now(UTC)
        late.extend((queued - schedule.next_run).total_seconds() for schedule in due)
        end_runs()
        return count

    setattr(RowQuerySet, "fire", fire)  # noqa: B010  A method of the class is replaced on purpose.
    config.write_text(config_of(every_few_seconds))
    mirror.refresh()
    scheduler = Scheduler()
    scheduler.start()
    time.sleep(SECONDS)
    scheduler.stop()
    return late


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as folder:
        config = set_up(Path(folder))
        ticks = tick_times(config)
        late = lateness(config)
    goal = f"p95 {milliseconds(TICK_GOAL)}"
    found = [
        Figure(
            "schedules", "tick, nothing due", spread(ticks["idle"]), goal=goal,
            met=p95(ticks["idle"]) <= TICK_GOAL,
        ),
        Figure(
            "schedules", "tick that fires what is due", spread(ticks["busy"]), goal=goal,
            met=p95(ticks["busy"]) <= TICK_GOAL,
        ),
        Figure("schedules", "the same in time of the processor", spread(ticks["processor"])),
        Figure(
            "schedules", f"tick that fires all {SCHEDULES} at once, after half a day",
            milliseconds(ticks["all"][0]),
        ),
        Figure(
            "schedules", f"lateness of {len(late)} runs", spread(late), goal="p95 1 s",
            met=p95(late) <= LATENESS_GOAL,
        ),
    ]  # fmt: skip
    print(f"{machine.in_words(machine.describe())}\n\n{table(found)}")
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())
