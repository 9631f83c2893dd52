"""The worker inside the server: takes executions off the queue and runs them."""

import contextlib
import logging
import os
import socket
import threading
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.utils import timezone

from flexapi.engine.client import Engine

from .models import Execution, Status
from .runner import Runner
from .signals import queue_changed

logger = logging.getLogger(__name__)

# Seconds between two looks at the queue when nobody calls; other processes queue without a call.
POLL = 1.0
# Seconds an aborted execution has to end by itself.
ABORT_GRACE = 10.0
# The same when the server is stopping, which shall take at most ten seconds in all.
STOP_GRACE = 4.0
STOP_REASON = "The server was stopped."


class Dispatcher:
    """Runs queued executions, at most `slots` of them at a time.

    FlexGet keeps its state in SQLite under one lock, so one slot is what it can use.
    """

    def __init__(self, engine: Engine, slots: int = 1) -> None:
        self.worker = f"{socket.gethostname()}:{os.getpid()}"
        self._engine = engine
        self._slots = slots
        self._runners: dict[int, Runner] = {}
        self._threads: set[threading.Thread] = set()
        self._call = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="dispatcher", daemon=True)

    def start(self) -> None:
        """End what an earlier server left behind, then work until `stop`."""
        queue_changed.connect(self._on_queue_changed)
        self._thread.start()

    def stop(self) -> None:
        """Abort what runs, leave queued what waits; returns when all has ended."""
        queue_changed.disconnect(self._on_queue_changed)
        self._stopping = True
        self._call.set()
        self._thread.join()
        for runner in list(self._runners.values()):
            runner.abort(STOP_REASON, STOP_GRACE)
        for thread in list(self._threads):
            thread.join(STOP_GRACE + 2)

    def _on_queue_changed(self, **kwargs: Any) -> None:
        self._call.set()

    def _loop(self) -> None:
        self._recover()
        while not self._stopping:
            try:
                self._abort_where_asked()
                self._start_next()
            except OperationalError as error:
                logger.error("The dispatcher can't use the database: %s", error)
                close_old_connections()
            self._call.wait(POLL)
            self._call.clear()
        connection.close()

    def _recover(self) -> None:
        cut_off = Execution.objects.recover()
        if cut_off:
            logger.warning("%s executions were cut off by the end of the last server.", cut_off)

    def _start_next(self) -> None:
        while len(self._runners) < self._slots and not self._stopping:
            execution = Execution.objects.claim(self.worker)
            if execution is None:
                return
            runner = Runner(execution, self._engine)
            self._runners[execution.pk] = runner
            thread = threading.Thread(
                target=self._run, args=(runner,), name=f"execution-{execution.pk}", daemon=True
            )
            self._threads.add(thread)
            thread.start()

    def _run(self, runner: Runner) -> None:
        try:
            runner.run()
            Execution.objects.prune(settings.EXECUTIONS_KEPT)
        except DatabaseError:
            logger.exception("%s met a database that fails.", runner.execution)
            self._give_back(runner.execution)
        finally:
            connection.close()
            self._runners.pop(runner.execution.pk, None)
            self._threads.discard(threading.current_thread())
            self._call.set()

    def _give_back(self, execution: Execution) -> None:
        """Let an execution that has not begun be claimed again."""
        with contextlib.suppress(DatabaseError):  # Then the next start of the server does it.
            close_old_connections()
            Execution.objects.filter(pk=execution.pk, status=Status.PENDING).update(worker="")

    def _abort_where_asked(self) -> None:
        if not self._runners:
            return
        asked = Execution.objects.filter(pk__in=list(self._runners)).exclude(abort_requested="")
        for pk, reason in asked.values_list("pk", "abort_requested"):
            with contextlib.suppress(KeyError):  # It may have ended just now.
                self._runners[pk].abort(reason, ABORT_GRACE)
        limit = settings.EXECUTION_TIME_LIMIT
        if limit:
            overdue = timezone.now() - timedelta(seconds=limit)
            for runner in list(self._runners.values()):
                started = runner.execution.started
                if started is not None and started < overdue:
                    runner.abort(f"It ran longer than {limit:g} s.", ABORT_GRACE)
