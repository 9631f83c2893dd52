"""What it costs to tell of many events, and how long one is on its way: SQLite and PostgreSQL, receivers on loopback.

    .venv/bin/python -m bench.notices [EVENTS]

Two channels are told of everything. CPU seconds and statements hold on a busy machine too, seconds need a quiet one. The receivers
are in a process of their own, so what they take isn't counted.
"""

import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import machine
from bench.figures import Figure, spread, table
from bench.processes import ROOT, environment
from flexapi.testing.postgres import new_database
from flexapi.testing.receivers import http_receiver

EVENTS = 10_000
# Seconds for all of them.
GOAL = 60.0
CHANNELS = 2
# Events in a transaction, as a run of many tasks has them.
TOGETHER = 20
# Events that come alone, and the seconds between two.
ALONE = 100
PAUSE = 0.25
# Seconds after which something is wrong.
PATIENCE = 900.0
RESULT = Path(__file__).with_name("results") / "notices.md"


class Meter:
    """CPU seconds of this process and of those that it has ended, seconds, and statements of this thread's connection."""

    def __init__(self) -> None:
        self.cpu = self.seconds = 0.0
        self.statements = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count what is done inside."""
        from django.db import connection

        cpu, began = _cpu(), time.perf_counter()
        with connection.execute_wrapper(self._count):
            yield
        self.cpu, self.seconds = _cpu() - cpu, time.perf_counter() - began

    def _count(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.statements += 1
        return execute(*args)

    def of(self, events: int) -> dict[str, float]:
        """Return CPU seconds for 1,000 events, and statements for one."""
        cpu, statements = self.cpu * 1000 / events, self.statements / events
        return {"cpu": cpu, "statements": statements, "seconds": self.seconds}


def _cpu() -> float:
    own, ended = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def measure(port: int, events: int) -> dict[str, Any]:
    """Measure in this process, which has a database of its own; the receivers are at a port."""
    import django

    django.setup()
    from django.core.management import call_command

    from flexapi.mirror import mirror
    from notifications.delivering import Deliverer
    from notifications.models import Channel, Delivery, Notice
    from notifications.sending import senders

    call_command("migrate", verbosity=0)
    mirror.refresh()
    for number in range(CHANNELS):
        address = f"http://127.0.0.1:{port}/{number}"
        Channel.objects.create(name=str(number), type="webhook", address=address, events=["taken"])
    _happen(TOGETHER, TOGETHER)
    found: dict[str, Any] = {}

    meter = Meter()
    with meter.running():
        _happen(events, TOGETHER)
    found["store"] = meter.of(events)

    deliverer = Deliverer()
    senders.start()
    meter = Meter()
    with meter.running():
        while due := list(Channel.objects.due(_now())):
            for channel in due:
                deliverer.deliver(channel, channel.claim(_now()))
        senders.stop()
    found["deliver"] = meter.of(events) | {"deliveries": Delivery.objects.count()}

    senders.start()
    meter = Meter()
    with meter.running():
        for number in range(ALONE):
            _happen(1, 1, first=number)
            for channel in Channel.objects.due(_now()):
                deliverer.deliver(channel, channel.claim(_now()))
        senders.stop()
    found["alone"] = meter.of(ALONE)

    deliverer = Deliverer()
    deliverer.start()
    began = time.perf_counter()
    _happen(events, TOGETHER)
    _wait_for(lambda: not Notice.objects.exclude(delivery__state="delivered").exists())
    found["all"] = {"seconds": time.perf_counter() - began}
    found["light"] = _at_intervals(deliverer)
    deliverer.stop()
    return found


def _at_intervals(deliverer: Any) -> dict[str, list[float]]:
    """Have events happen now and then, stored by this process and by another; return when each did, by its number."""
    from notifications.outbox import stored

    moments: dict[str, list[float]] = {"here": [], "elsewhere": []}
    for where, times in moments.items():
        if where == "elsewhere":
            # As if the process of the loop weren't the one that stores.
            stored.disconnect(deliverer._on_stored)
        for number in range(ALONE):
            # Not in step with the loop.
            time.sleep(PAUSE * (0.5 + number % 7 / 6))
            times.append(time.time())
            _happen(1, 1, title=f"{where} {number}")
    time.sleep(5)
    return moments


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _happen(count: int, together: int, *, first: int = 0, title: str = "") -> None:
    from django.db import transaction

    from flexapi import events

    for begin in range(first, first + count, together):
        with transaction.atomic():
            for number in range(begin, min(begin + together, first + count)):
                text = title or f"Film {number} was taken by films"
                events.happened(events.Event(kind="taken", title=text, execution=number))


def _wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)


def of_database(name: str, url: str, events: int) -> list[Figure]:
    """Measure with a database, "" being SQLite, in another process; return the figures."""
    came: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory(prefix="flexapi-notices-") as folder,
        http_receiver(keeps_alive=True) as receiver,
    ):
        home = Path(folder)
        (home / "config.yml").write_text("tasks:\n  films:\n    mock: []\n")
        variables = {
            "DJANGO_SETTINGS_MODULE": "flexapi.settings",
            "FLEXAPI_DATA_DIR": str(home / "data"),
            "FLEXAPI_CONFIG": str(home / "config.yml"),
            "FLEXAPI_NOTIFY_PRIVATE": "1",
            "FLEXAPI_DATABASE_URL": url,
        }
        command = [sys.executable, "-m", "bench.notices", "--port", str(receiver.port), str(events)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(home, {key: value for key, value in variables.items() if value}),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        for heard in receiver.heard:
            for event in json.loads(heard.body)["events"]:
                came.setdefault(event["title"], heard.at)
    found = json.loads(done.stdout.splitlines()[-1])
    return list(_figures(name, found, came, events))


def _figures(
    name: str, found: dict[str, Any], came: dict[str, float], events: int
) -> Iterator[Figure]:
    deliveries = found["deliver"]["deliveries"]
    parts = {
        "store": f"to store {events} events, {TOGETHER} in a transaction",
        "deliver": f"to deliver them to {CHANNELS} channels ({deliveries} deliveries)",
        "alone": f"to store and deliver {ALONE} that come one by one",
    }
    for key, what in parts.items():
        yield Figure(name, f"CPU s for 1,000 events, {what}", f"{found[key]['cpu']:.2f}")
        yield Figure("", f"statements for an event, {what}", f"{found[key]['statements']:.1f}")
    seconds = found["all"]["seconds"]
    what = f"from the first of {events} events until all are delivered"
    yield Figure("", what, f"{seconds:.1f} s", goal=f"{GOAL:g} s", met=seconds <= GOAL)
    for where, moments in found["light"].items():
        delays = [came[f"{where} {number}"] - at for number, at in enumerate(moments)]
        what = f"from an event to its delivery, light load, stored {where}"
        yield Figure("", what, spread(delays))


def _require(_: str, there: bool, why: str) -> None:
    if not there:
        raise SystemExit(why)


def main() -> int:
    """Measure, print and write; 1 where the goal is missed."""
    if sys.argv[1:2] == ["--port"]:
        print(json.dumps(measure(int(sys.argv[2]), int(sys.argv[3]))))
        return 0
    described = machine.describe()
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    figures = of_database("SQLite", "", events)
    with new_database(_require) as url:
        figures += of_database("PostgreSQL", url, events)
    text = f"{machine.in_words(described)}\n\n{table(figures)}\n"
    print(text)
    if events == EVENTS:
        RESULT.write_text(text)
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
