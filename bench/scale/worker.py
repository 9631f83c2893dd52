"""Several workers in one process, whose runs are a stand-in's; started by `bench.scale.fleet`.

Each has a claim, a sign of life, a consumer of its queue and database connections of its own, as a Celery worker with one slot has.
"""

import asyncio
import contextlib
import os
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, connections

from executions.following import announcements
from executions.running import celery_worker, delivery
from executions.running.worker import WorkerProcess
from flexapi.celery import app
from flexapi.engine.client import Engine
from flexapi.engine.host.reporting import Reporter
from flexapi.engine.run import Ending, Pipes, Run
from flexapi.mirror.disk import worker_copy

# Into so many pieces a run's lines come.
PIECES = 5
QUEUE = "default"


class StandIn:
    """In place of the engine: runs that take a given time, say some lines, and note in a file that they ran."""

    def __init__(self, seconds: float, lines: int, counted: Path) -> None:
        self._seconds, self._lines = seconds, lines
        self._counted = os.open(counted, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def call(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Answer that FlexGet is there, which is all that a worker asks."""
        return {}

    is_ready = True

    def wait_until_ready(self, timeout: float) -> None:
        """Return: it always is."""

    def execute(
        self, execution: int, tasks: list[str] | None, options: dict[str, Any], **others: Any
    ) -> Run:
        """Begin a run; what it says goes through the pipes that a real run's goes through."""
        os.write(self._counted, f"{execution}\n".encode())
        aborted = threading.Event()
        pipes = Pipes.open()
        run = Run(pipes, lambda grace: aborted.set())
        # It has no process of its own; a run without one is waited for.
        run.pid = os.getpid()
        threading.Thread(
            target=self._run, args=(pipes, run, (tasks or ["all"])[0], aborted), daemon=True
        ).start()
        return run

    def _run(self, pipes: Pipes, run: Run, task: str, aborted: threading.Event) -> None:
        say = Reporter(pipes.write_ends[0], pipes.write_ends[1])
        counts = {"accepted": 1, "rejected": 0, "failed": 0, "undecided": 0}
        with contextlib.suppress(BrokenPipeError):  # The one who reads it was told to end.
            say.report("started", tasks=[task])
            say.report("config", task=task, config={"mock": [{"title": task}]})
            for piece in range(PIECES):
                say.report("progress", task=task, phase="filter", plugin="mock", percent=20 * piece)
                for number in range(self._lines // PIECES):
                    said = f"Line {number} of piece {piece}: what a plugin has to say of an entry"
                    where = {"level": "VERBOSE", "plugin": "mock", "task": task}
                    say.report("log", time=time.time(), message=said, **where)
                aborted.wait(self._seconds / PIECES)
            with say.together():
                told = {"aborted": False, "abort_reason": "", "silent": False}
                say.report("task", task=task, **counts, **told)
                say.report("finished", aborted=False)
        pipes.close_write_ends()
        run.end(Ending(0))


class Consuming:
    """What Celery does for one worker: it waits for a message, has it worked off, and says that it is done."""

    def __init__(self, engine: Engine, worker: WorkerProcess, stopping: threading.Event) -> None:
        self._engine, self._worker, self._stopping = engine, worker, stopping

    def run(self) -> None:
        """Go on until the process is told to stop, whatever becomes of Redis."""
        while not self._stopping.is_set():
            try:
                with app.connection_for_read() as connection:
                    self._consume(connection)
            except delivery.BROKER_ERRORS:
                self._stopping.wait(1)
        connections.close_all()

    def _consume(self, connection: Any) -> None:
        options = {"callbacks": [self._work], "accept": ["json"], "prefetch_count": 1}
        with connection.Consumer([app.amqp.queues[QUEUE]], **options):
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    connection.drain_events(timeout=1)

    def _work(self, body: object, message: Any) -> None:
        celery_worker.work_off(self._engine, self._worker)
        message.ack()


def main(name: str, count: int, seconds: float, lines: int, counted: str) -> None:
    """Be so many workers until SIGTERM; their runs take so many seconds, say so many lines and are noted in a file."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    worker_copy.adopt()
    worker_copy.write_current()
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="announcements", daemon=True).start()
    announcements.send_from(loop)
    engine = cast(Engine, StandIn(seconds, lines, Path(counted)))
    make = partial(WorkerProcess, engine, served=[QUEUE], slots=settings.SLOTS, among_others=True)
    workers = [
        make(name=f"{name}-{number}", prepare=worker_copy.write_current) for number in range(count)
    ]
    threads = []
    for worker in workers:
        worker.start()
        consuming = Consuming(engine, worker, stopping)
        threads.append(threading.Thread(target=consuming.run, name=worker.name, daemon=True))
        threads[-1].start()
    for _ in workers:
        delivery.wake(QUEUE)
    print("ready", flush=True)
    stopping.wait()
    # As Celery does: what runs goes on to its end.
    for worker in workers:
        worker.retire()
    for thread in threads:
        thread.join()
    for worker in workers:
        with contextlib.suppress(DatabaseError):
            worker.stop()
