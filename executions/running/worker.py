"""This process as a worker: it claims executions, runs them, and gives signs of life meanwhile."""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from executions import endings
from executions.following import announcements
from executions.models import Execution, KeptEntries, Status, Worker
from executions.signals import queue_changed
from flexapi.background import Loop
from flexapi.engine.client import Engine
from flexapi.mirror import credentials

from .runner import Runner

logger = logging.getLogger(__name__)

# Seconds between two looks at what is to be aborted when nobody calls; other processes ask without a call.
POLL = 1.0
# Seconds an aborted execution has to end by itself.
ABORT_GRACE = 10.0
# The same when the worker is stopping, which may take at most ten seconds in all.
STOP_GRACE = 4.0
# Signs of life within the time after which a worker is lost, where others watch for them.
BEATS = 4
# The share of that time after which the worker kills what it runs: when others take it for lost, nothing
# of it may run.
FENCE = 0.6
# So many executions come between two looks at whether there are too many.
PRUNED_EVERY = 50


def worker_name() -> str:
    """Return a name that no other worker has at this time."""
    return f"{socket.gethostname()}:{os.getpid()}"


class WorkerProcess:
    """What this process runs. `run_next` may be called by several threads; no more than there are slots may be in FlexGet.

    `served` are the queues that it takes from, None being all.
    `prepare` is called before each run; raising `Unprepared` it says why there can be none.
    `among_others` tells that other processes may work on the same database: then this one gives signs of life.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        name: str = "",
        served: Sequence[str] | None = None,
        slots: int = 1,
        among_others: bool = False,
        prepare: Callable[[], object] | None = None,
    ) -> None:
        self.name = name or worker_name()
        self.served = None if served is None else list(served)
        self.slots = slots
        self._engine = engine
        self._among_others = among_others
        self._prepare = prepare
        self._runners: dict[int, Runner] = {}
        # Those that had begun and whose end the database didn't take, and why; they are ended once it does.
        self._unstored: dict[int, str] = {}
        self._claiming = threading.Lock()
        # Whether something may be its own without its knowing.
        self._unsure = False
        self._stopping = False
        self._last_beat = time.monotonic()
        self._aborts = Loop("aborts", self._abort_where_asked, period=POLL)
        self._loops = [self._aborts]
        if among_others:
            # These two must never pause for long: others take a worker for lost that is silent.
            often: Any = {"period": POLL, "at_once": False, "longest_pause": POLL}
            self._loops.append(Loop("heartbeat", self._beat, **often))
            self._loops.append(Loop("fence", self._fence, database=False, **often))

    @property
    def stopping(self) -> bool:
        """Whether it takes nothing more."""
        return self._stopping

    def start(self) -> None:
        """End what an earlier process of this name left behind, then work until `stop`.

        Raises DatabaseError.
        """
        if self._among_others:
            left = Execution.objects.end_of(self.name, endings.WORKER_ENDED)
            self._beat()
        else:
            left = Execution.objects.recover(endings.SERVER_ENDED)
            Worker.objects.all().delete()
            Worker.objects.beat(self.name, self.served, self.slots)
        if left:
            logger.warning("%s executions were cut off by the end of the last server.", left)
        queue_changed.connect(self._on_queue_changed)
        for loop in self._loops:
            loop.start()

    def retire(self) -> None:
        """Take nothing more; what runs goes on."""
        self._stopping = True

    def stop(self) -> None:
        """Abort what runs, leave queued what waits; returns when all has ended."""
        queue_changed.disconnect(self._on_queue_changed)
        self.retire()
        deadline = time.monotonic() + STOP_GRACE + 2
        for runner in list(self._runners.values()):
            runner.abort(endings.SERVER_STOPPED, STOP_GRACE)
        for runner in list(self._runners.values()):
            runner.over.wait(max(0.0, deadline - time.monotonic()))
        for loop in self._loops:
            loop.stop()
        with contextlib.suppress(DatabaseError):  # Then it will be found lost.
            close_old_connections()
            self._end_unstored()
            Worker.objects.filter(name=self.name).delete()

    def run_next(self, leave: Callable[[], object] = lambda: None) -> bool:
        """Claim the next execution and run it to its end; False where there was none to run.

        `leave` is called when FlexGet is done with it, and its end is still to be stored: the next one may begin.
        Raises OperationalError where the database can't be asked. Whatever else goes wrong ends the execution.
        """
        if self.stopping:
            return False
        close_old_connections()
        if self._may_be_lost:
            # Cut off for a while: what it claims before its next sign of life would be ended as lost.
            self._beat()
        runner = self._claim(leave)
        if runner is None:
            return False
        execution = runner.execution
        try:
            if self.stopping:
                # Claimed while everything else was told to end; a claim may wait for long among many workers.
                self._give_back(execution)
                return False
            runner.run()
            if execution.pk % min(PRUNED_EVERY, settings.EXECUTIONS_KEPT) == 0:
                Execution.objects.prune(settings.EXECUTIONS_KEPT)
                KeptEntries.objects.prune(settings.KEPT_ENTRIES_DAYS)
        except DatabaseError as error:
            logger.exception("%s met a database that fails.", execution)
            if runner.has_begun:
                self._unstored[execution.pk] = endings.END_UNSTORED.format(error=error)
            else:
                self._give_back(execution)
        except Exception as error:
            self._give_up(runner, error)
            raise
        finally:
            self._runners.pop(execution.pk, None)
            runner.over.set()
        return True

    def _claim(self, leave: Callable[[], object]) -> Runner | None:
        """Claim the next execution, for a runner of its own; None where there is none. Raises DatabaseError."""
        with self._claiming:
            self._free_forgotten()
            self._unsure = True
            execution = Execution.objects.claim(self.name, self.served, self._engine.is_ready)
            self._unsure = False
            if execution is None:
                return None
            runner = Runner(execution, self._engine, self._prepare, leave)
            self._runners[execution.pk] = runner
            return runner

    def _free_forgotten(self) -> None:
        """Let anybody have what a connection that broke claimed, or did not give back: nobody else could, and nobody would run it.

        `_claiming` must be held. Raises DatabaseError.
        """
        if self._unsure:
            mine = Execution.objects.filter(status=Status.PENDING, worker=self.name)
            mine.exclude(pk__in=[*self._runners, *self._unstored]).free()
            self._unsure = False

    def _give_back(self, execution: Execution) -> None:
        """Let an execution that has not begun be claimed again."""
        try:
            close_old_connections()
            Execution.objects.filter(
                pk=execution.pk, status=Status.PENDING, worker=self.name
            ).free()
        except DatabaseError:
            # As soon as the database takes it.
            self._runners.pop(execution.pk, None)
            self._unsure = True

    def _end_unstored(self) -> None:
        """End what had begun and could not be stored: it may have done something, so it is not run again. Raises DatabaseError."""
        for pk, reason in list(self._unstored.items()):
            mine = Execution.objects.active().filter(pk=pk, worker=self.name)
            mine.cut_off(credentials.Eyes(reveal=False).shown(reason))
            announcements.changed(pk)
            del self._unstored[pk]

    def _give_up(self, runner: Runner, error: Exception) -> None:
        """End an execution that met an error of ours: it may have done something, so it is not run again."""
        reason = endings.OUR_FAULT.format(error=f"{type(error).__name__}: {error}")
        runner.abort(reason, grace=0)
        mine = Execution.objects.active().filter(pk=runner.execution.pk, worker=self.name)
        with contextlib.suppress(DatabaseError):  # Then the next start of the worker does it.
            mine.cut_off(credentials.Eyes(reveal=False).shown(reason))
            announcements.changed(runner.execution.pk)

    # -- what goes on beside the runs

    def _on_queue_changed(self, queue: str = "", **kwargs: Any) -> None:
        # What was queued just now is nothing to abort.
        if not queue:
            self._aborts.call()

    def _beat(self) -> float:
        # What counts is when it was sent: the answer may have been long on its way.
        sent = time.monotonic()
        Worker.objects.beat(self.name, self.served, self.slots)
        self._last_beat = sent
        return settings.WORKER_TIMEOUT / BEATS

    @property
    def _may_be_lost(self) -> bool:
        """Whether others may take this worker for lost, or soon will."""
        silent = time.monotonic() - self._last_beat
        return self._among_others and silent > FENCE * settings.WORKER_TIMEOUT

    def _fence(self) -> None:
        """Kill what runs when others may soon take this worker for lost."""
        if self._may_be_lost:
            for runner in list(self._runners.values()):
                runner.abort(endings.NO_DATABASE, grace=0)

    def _abort_where_asked(self) -> float:
        self._end_unstored()
        if self._unsure:
            # Who has nothing to do is not asked to claim before there is something new.
            with self._claiming:
                self._free_forgotten()
        if self._runners:
            self._abort_asked()
            self._abort_overdue()
        return POLL

    def _abort_asked(self) -> None:
        asked = Execution.objects.filter(pk__in=list(self._runners)).exclude(abort_requested="")
        for pk, reason in asked.values_list("pk", "abort_requested"):
            with contextlib.suppress(KeyError):  # It may have ended just now.
                self._runners[pk].abort(reason, ABORT_GRACE)

    def _abort_overdue(self) -> None:
        limit = settings.EXECUTION_TIME_LIMIT
        if limit:
            overdue = timezone.now() - timedelta(seconds=limit)
            for runner in list(self._runners.values()):
                started = runner.execution.started
                if started is not None and started < overdue:
                    runner.abort(endings.TOO_LONG.format(seconds=f"{limit:g}"), ABORT_GRACE)
