"""Runs one execution from its claim to its end."""

import logging
import threading

from django.db import DatabaseError

from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.engine.run import Ending, Run

from . import extensions
from .models import Execution, Status
from .recorder import Recorder

logger = logging.getLogger(__name__)

# Seconds between two tries to reach an engine that is down.
ENGINE_POLL = 1.0


class Runner:
    """One claimed execution. `run` is for one thread; `abort` may be called from any other."""

    def __init__(self, execution: Execution, engine: Engine) -> None:
        self.execution = execution
        self._engine = engine
        self._recorder = Recorder(execution)
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._abort_reason = ""
        self._abort_grace = 0.0
        self._aborting = threading.Event()

    def run(self) -> None:
        """Run it and store all that comes of it; returns when it is over."""
        try:
            run = self._start()
        except EngineError as error:
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
        """Abort it, once; after `grace` seconds its processes are killed."""
        with self._lock:
            if self._aborting.is_set():
                return
            self._abort_reason, self._abort_grace = reason, grace
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
            # A run that nobody can follow shall not go on; its last reports are lost with it.
            logger.exception("Execution %s can't be stored.", self.execution.pk)
            self.abort(f"Its log can't be stored: {error}", grace=0)
            for _ in batches:
                pass

    def _log_end(self) -> None:
        execution = self.execution
        level = logging.INFO if execution.status == Status.COMPLETE else logging.WARNING
        logger.log(
            level, "Execution %s: %s %s", execution.pk, execution.status, execution.abort_reason
        )
