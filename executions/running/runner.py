"""Runs one execution from its claim to its end."""

import logging
import threading
from collections.abc import Callable, Iterator

from django.db import DatabaseError

from executions import extensions
from executions.models import Execution, Status
from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.engine.run import Ending, Report, Run

from .recorder import Recorder, TakenAway

logger = logging.getLogger(__name__)

# Seconds between two tries to reach an engine that is down.
ENGINE_POLL = 1.0


class Unprepared(Exception):
    """What a run needs is not there; the text says what, and what to do."""


class Runner:
    """One claimed execution. `run` is for one thread; `abort` may be called from any other.

    `prepare` is called before the run. `over` is for whom it started to set, and for others to wait for.
    """

    def __init__(
        self,
        execution: Execution,
        engine: Engine,
        prepare: Callable[[], object] | None = None,
    ) -> None:
        self.execution = execution
        self.over = threading.Event()
        self._engine = engine
        self._prepare = prepare
        self._recorder = Recorder(execution)
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._abort_reason = ""
        self._abort_grace = 0.0
        self._aborting = threading.Event()

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
            run = self._start()
        except (EngineError, Unprepared) as error:
            self._recorder.refuse(str(error))
            return
        if run is None:
            self._recorder.conclude(Ending(0), self._abort_reason)
            return
        self._record(run)
        ending = run.ending or Ending(None, lost="FlexGet's host hung up.")
        self._recorder.conclude(ending, self._abort_reason)
        self._log_end()

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
                run = self._engine.execute(
                    execution.pk,
                    execution.tasks or None,
                    execution.options,
                    manual=execution.schedule is None,
                    extras=extensions.extras(execution),
                    timeout=ENGINE_POLL,
                )
            except EngineUnavailable as error:
                self._recorder.wait_for(str(error))
                self._aborting.wait(ENGINE_POLL)
                continue
            with self._lock:
                self._run = run
                aborting = self._aborting.is_set()
            if aborting:
                run.abort(self._abort_grace)
            return run
        return None

    def _record(self, run: Run) -> None:
        batches = iter(run)
        try:
            for reports in batches:
                self._recorder.store(reports)
        except DatabaseError as error:
            # A run that nobody can follow must not go on; its last reports are lost with it.
            logger.exception("Execution %s can't be stored.", self.execution.pk)
            self._drop(batches, f"Its log can't be stored: {error}")
        except Exception as error:
            self._drop(batches, str(error))
            raise

    def _drop(self, batches: Iterator[list[Report]], reason: str) -> None:
        self.abort(reason, grace=0)
        for _ in batches:
            pass

    def _log_end(self) -> None:
        execution = self.execution
        level = logging.INFO if execution.status == Status.COMPLETE else logging.WARNING
        logger.log(
            level, "Execution %s: %s %s", execution.pk, execution.status, execution.abort_reason
        )
