"""Runs one execution from its claim to its end."""

import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial

from django.db import DatabaseError

from executions import endings, extensions, kept_entries, trials
from executions.following.announcements import is_followed
from executions.models import Execution, Status
from flexapi.engine import texts
from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.engine.run import Ending, Report, Run
from flexapi.mirror import credentials

from .recorder import Recorder, TakenAway

logger = logging.getLogger(__name__)

# Seconds between two tries to reach an engine that is down.
ENGINE_POLL = 1.0


class Unprepared(Exception):
    """What a run needs is not there; the text says what, and what to do."""


class Runner:
    """One claimed execution. `run` is for one thread; `abort` may be called from any other.

    `prepare` is called before the run, `leave` when FlexGet is done with it and all that it said is read. `over` is for whom it started to set, and for others to wait for.
    """

    def __init__(
        self,
        execution: Execution,
        engine: Engine,
        prepare: Callable[[], object] | None = None,
        leave: Callable[[], object] = lambda: None,
    ) -> None:
        self.execution = execution
        self.over = threading.Event()
        self._engine = engine
        self._prepare = prepare
        self._leave = leave
        self._recorder = Recorder(execution)
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._abort_reason = ""
        self._abort_grace = 0.0
        self._aborting = threading.Event()

    @property
    def has_begun(self) -> bool:
        """Whether FlexGet was given it, so that it may have done something."""
        return self._run is not None

    def run(self) -> None:
        """Run it and store all that comes of it; returns when it is over."""
        try:
            self._run_to_end()
        except TakenAway as error:
            logger.error(str(error))

    def _run_to_end(self) -> None:
        try:
            if self._prepare is not None:
                self._prepare()
            run, last = self._run_once()
            if run is not None and run.never_began and not self._aborting.is_set():
                # It was killed while it stood ready; who dies again before it begins is no accident.
                run, last = self._run_once()
        except (EngineError, Unprepared) as error:
            self._recorder.refuse(str(error))
            return
        if run is None:
            self._recorder.conclude(Ending(0), self._abort_reason)
            return
        self._leave()
        ending = run.ending or Ending(None, lost=endings.HUNG_UP)
        try:
            self._recorder.conclude(ending, self._abort_reason, last)
        except DatabaseError as error:
            if not last:
                raise
            self._give_up_log(error)
            self._recorder.conclude(ending, self._abort_reason)
        self._log_end()

    def _run_once(self) -> tuple[Run | None, list[Report]]:
        """Start it and store what is reported; return the run, None where it was aborted before, and the last of it."""
        run = self._start()
        return run, [] if run is None else self._record(run)

    def abort(self, reason: str, grace: float) -> None:
        """Abort it; after `grace` seconds its processes are killed. A shorter grace overrules an earlier one."""
        with self._lock:
            if self._aborting.is_set() and grace >= self._abort_grace:
                return
            self._abort_reason = self._abort_reason or reason
            self._abort_grace = grace
            self._aborting.set()
            run = self._run
        if run is not None:
            run.abort(grace)

    def _start(self) -> Run | None:
        """Start it as soon as the engine can; None where it was aborted before that."""
        execution = self.execution
        while not self._aborting.is_set():
            try:
                self._engine.wait_until_ready(ENGINE_POLL)
                self._recorder.give()
                run = self._engine.execute(
                    execution.pk,
                    execution.tasks or None,
                    execution.options,
                    manual=execution.schedule is None,
                    extras=extensions.extras(execution),
                    trial=trials.payload_of(execution),
                    keep_entries=0 if execution.trial else kept_entries.wanted(),
                    timeout=0,
                )
            except EngineUnavailable as error:
                self._recorder.wait_for(str(error))
                self._aborting.wait(ENGINE_POLL)
                continue
            run.is_followed = partial(is_followed, execution.pk)
            with self._lock:
                self._run = run
                aborting = self._aborting.is_set()
            if aborting:
                run.abort(self._abort_grace)
            return run
        return None

    def _record(self, run: Run) -> list[Report]:
        """Store what is reported; return the last of it, which belongs to the end."""
        batches = iter(run)
        last: list[Report] = []
        try:
            if run.pid is None and run.ending is None:
                self._recorder.wait_for(texts.NOT_STARTED, given=True)
            for reports in batches:
                if run.read_out:
                    last = reports
                else:
                    self._recorder.store(reports)
        except DatabaseError as error:
            self._give_up_log(error)
            self._drop(batches)
        except Exception as error:
            self.abort(str(error), grace=0)
            self._drop(batches)
            raise
        return last

    def _give_up_log(self, error: DatabaseError) -> None:
        """End a run that nobody can follow: it must not go on, and its last reports are lost."""
        logger.exception("Execution %s can't be stored.", self.execution.pk)
        self.abort(endings.LOG_UNSTORED.format(error=error), grace=0)

    @staticmethod
    def _drop(batches: Iterator[list[Report]]) -> None:
        for _ in batches:
            pass

    def _log_end(self) -> None:
        execution = self.execution
        level = logging.INFO if execution.status == Status.COMPLETE else logging.WARNING
        reason = credentials.Eyes(reveal=False).shown(execution.abort_reason)
        logger.log(level, "Execution %s: %s %s", execution.pk, execution.status, reason)
