"""One execution: what the host's forked child does, from FlexGet's lock to the last report.

What apps and plugins add to a run they add as FlexGet plugins do, by handlers of FlexGet's events
(`flexget.event.event`). FlexAPI has three more of these:

`flexapi.task.begins`  `(run, task)`, before a task runs
`flexapi.entry.ended`  `(task, entry, outcome)`, when it is known what became of an entry; once more
                       where a rerun of the task decided otherwise
`flexapi.task.ended`   `(run, task)`, when a task has run, however it ended
"""

import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from flexget.entry import Entry, EntryState
from flexget.event import add_event_handler, fire_event
from flexget.plugin import PluginError
from flexget.task import Task, TaskAbort
from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

from flexapi.engine import texts
from flexapi.engine.complaints import reason
from flexapi.engine.host.database.unusable import DatabaseUnusable, unusable

from . import options as execute_options
from .handlers import remove_handlers
from .kept_entries import BEFORE, packed
from .manager import ConfigInvalid, WarmManager, no_run
from .reporting import Reporter
from .reporting_task import ReportingTask, shares
from .run_log import explained, filtered, run_log
from .trial import Trial

logger = logger.bind(name="flexapi")

# Seconds between two looks at a lock that somebody else holds.
LOCK_POLL = 0.5
# Seconds between two tries to abort: a plugin, or loguru's sink guard, may swallow the first.
ABORT_RETRY = 0.5
# The host's, and the timer's that tries again. A child that runs nothing keeps them blocked.
ABORT_SIGNALS = (signal.SIGTERM, signal.SIGALRM)
# Plugins schedule work of their own in this phase, after a TaskAbort; it must run undisturbed.
ABORT_PHASE = "abort"
# In this one they complete a task's config.
PREPARE_PHASE = "prepare"


class ChildRun:
    """Runs the tasks that one request asked for and reports on them."""

    def __init__(self, manager: WarmManager, params: dict[str, Any], reporter: Reporter) -> None:
        self.manager = manager
        self.patterns: list[str] | None = params["tasks"]
        self.request: dict[str, Any] = params["options"]
        self.manual: bool = params["manual"]
        # What plugins of FlexAPI's get from the server, by name.
        self.extras: dict[str, Any] = params.get("extras", {})
        # How many bytes of the entries of a task, as they came in, are to be kept.
        self._keep: int = params.get("keep_entries", 0)
        self._kept = False
        self.trial = Trial(params["trial"]) if params.get("trial") else None
        self.reporter = reporter
        self._options: Namespace | None = None
        self.task: ReportingTask | None = None
        self.aborting = False
        # Whether something kept a task, or all of them, from running to the end.
        self._troubled = False
        self._done = 0
        self._total = 1
        self._steps: dict[tuple[str, str], float] = {}
        # Whether the task has its templates and includes.
        self._prepared = False

    @property
    def is_test(self) -> bool:
        """Whether it only tries things out, on a copy of FlexGet's database."""
        return self.trial is not None or bool(self.request.get("test"))

    @property
    def ended_well(self) -> bool:
        """Whether all tasks ran to their end, or were skipped for reasons of their own."""
        return not (self.aborting or self._troubled)

    # -- abort

    def on_abort_signal(self, signum: int, frame: Any) -> None:
        """Raise TaskAbort in whatever the main thread does, again and again until it takes."""
        self.aborting = True
        signal.setitimer(signal.ITIMER_REAL, ABORT_RETRY)
        if self.reporter.writing:
            return
        if self.task is None:
            raise TaskAbort("aborted")
        if self.task.current_phase != ABORT_PHASE:
            self.task.abort("aborted")

    def _before_plugin(self, task: Task, keyword: str) -> None:
        if task.current_phase == ABORT_PHASE:
            return
        if self.aborting:
            task.abort("aborted")
        if task.current_phase != PREPARE_PHASE and not self._prepared:
            self._prepared = True
            self.reporter.config(task.name, task.config)
        if not self._kept and task.current_phase not in BEFORE:
            self._kept = True
            self._keep_entries(task)
        share = self._steps.get((task.current_phase, keyword), 0.0)
        percent = 100 * (self._done + share) / self._total
        self.reporter.progress(task.name, task.current_phase, keyword, round(percent, 1))

    def _keep_entries(self, task: Task) -> None:
        """Report the entries as they came in, before a filter has seen them."""
        if self._keep and task.all_entries:
            content, count = packed(task.all_entries, self._keep)
            self.reporter.report("kept_entries", task=task.name, content=content, count=count)

    # -- the run

    def run(self) -> None:
        """Run to the end. Leaves FlexGet's lock and the test database tidied up behind it."""
        level = self.request.get("loglevel", "verbose").upper()
        with run_log(self.reporter, self.manager.log_filename, level), self._heard():
            self._run()
        self.reporter.report("finished", aborted=self.aborting)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Be told of signals, and of what FlexGet does."""
        for number in ABORT_SIGNALS:
            signal.signal(number, self.on_abort_signal)
        ours = add_event_handler("task.execute.before_plugin", self._before_plugin)
        self.manager.run_elsewhere = self._ask_for
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number in ABORT_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            remove_handlers("task.execute.before_plugin", lambda handler: handler is ours)
            self.manager.run_elsewhere = no_run

    def _run(self) -> None:
        try:
            # One that came earlier was kept until now.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ABORT_SIGNALS)
            with self._flexget_lock(), filtered(self.manager.config):
                self._run_tasks()
            signal.pthread_sigmask(signal.SIG_BLOCK, ABORT_SIGNALS)
        except TaskAbort:
            self.aborting = True
        except (ConfigInvalid, PluginError) as error:
            # FlexGet makes entries of what is injected, and has its own idea of which can be.
            why = str(error.value if isinstance(error, PluginError) else error)
            logger.critical("{}", why)
            self._refuse(why)
        except OSError as error:
            why = explained(error)
            logger.critical("{}", why)
            self._refuse(why)
        except (DatabaseUnusable, SQLAlchemyError) as error:
            why = str(error) if isinstance(error, DatabaseUnusable) else unusable(error)
            logger.critical(why)
            self._refuse(why)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, ABORT_SIGNALS)

    @contextmanager
    def _flexget_lock(self) -> Iterator[None]:
        manager = self.manager
        if self.is_test:
            manager.want_test_run()
        self._take_lock()
        with ExitStack() as leaving:
            leaving.callback(manager.drop_lock)
            if self.is_test:
                manager.begin_test_run()
                leaving.callback(manager.end_test_run)
            leaving.callback(manager.leave_run)
            leaving.callback(self._end_forks)
            if self.trial is not None:
                self.trial.begin(manager)
            manager.enter_run(self._cli_config(), self.trial.config if self.trial else None)
            if self.trial is not None:
                self.trial.forget()
            yield

    def _end_forks(self) -> None:
        if not self.reporter.is_owner:
            # A plugin forked and its child came back here: the lock is not its own.
            os._exit(1)

    def _take_lock(self) -> None:
        """Wait for FlexGet's lock, and say for whom."""
        waiting_for = None
        while not self.manager.take_lock():
            holder = self.manager.blocking
            if holder != waiting_for:
                waiting_for = holder
                self.reporter.report("waiting", pid=holder and holder.pid, holder=str(holder))
                logger.info("Waiting for {}", holder)
            time.sleep(LOCK_POLL)

    def _cli_config(self) -> list[list[str]] | None:
        pairs = self.request.get("cli_config")
        return [pair.split("=", 1) for pair in pairs] if pairs else None

    def _run_tasks(self) -> None:
        names = self._task_names()
        if self.patterns and not names:
            self._refuse(texts.NO_SUCH_TASK)
            return
        self.reporter.report("started", tasks=names)
        self._total = len(names) or 1
        self._options = options = self._make_options(names)
        fire_event("manager.execute.started", self.manager, options)
        for name in names:
            if name in self.manager.invalid:
                self._leave_out(name, options)
            else:
                with self._task_lock(name):
                    self._run_task(name, options)
            self._done += 1
            if self.aborting:
                break
        fire_event("manager.execute.completed", self.manager, options)

    def _task_lock(self, name: str) -> AbstractContextManager[None]:
        """Keep other runs of the task waiting, here and on all machines that share the database."""
        if self.is_test:
            return nullcontext()
        return self._after_other_runs(name)

    @contextmanager
    def _after_other_runs(self, name: str) -> Iterator[None]:
        waited = False

        def waiting() -> None:
            nonlocal waited
            waited = True
            self.reporter.report("waiting", task=name)
            logger.info("Waiting for the end of another run of task {}", name)

        with self.manager.database.lock("task", name, waiting=waiting):
            if waited:
                self.reporter.report("waiting", task="")
            yield

    def _ask_for(self, options: Any) -> None:
        """Ask the server for an execution of its own; `options` is what plugins give `Manager.execute`."""
        if self.trial is not None:
            logger.info("Would have other tasks run, which a trial doesn't")
            return
        defaults = self.manager.options.execute
        wanted = execute_options.complete(defaults, options)
        tasks = wanted.tasks
        if tasks and tasks != ["*"]:
            tasks = self._matching(tasks)
            if not tasks:
                return
        request = execute_options.as_request(defaults, wanted, self._options, self.request)
        self.reporter.report("execute", tasks=tasks or [], options=request)

    def _matching(self, patterns: list[str]) -> list[str]:
        names: list[str] = []
        for pattern in patterns:
            try:
                found = self.manager.matching_tasks(pattern)
            except ValueError as error:
                # The config changed since the request, or names a task that it doesn't have.
                logger.error(str(error))
                continue
            names += [name for name in found or [] if name not in names]
        return names

    def _task_names(self) -> list[str]:
        """Return the tasks to run, in FlexGet's order: by priority, then as in the file."""
        names = self.manager.tasks if self.patterns is None else self._matching(self.patterns)
        tasks = self.manager.config["tasks"]
        return sorted(names, key=lambda name: _setting(tasks[name], "priority", 65535))

    def _make_options(self, names: list[str]) -> Namespace:
        options = execute_options.namespace(self.manager.options.execute, self.request)
        options.tasks = None if self.patterns is None else names
        options.allow_manual = self.manual
        options.test = self.is_test
        return options

    def _run_task(self, name: str, options: Namespace) -> None:
        if self.trial is not None:
            options = self.trial.options(name, options)
        task = ReportingTask(self.manager, name, options=options, priority=1)
        self._steps = shares(task)
        self._prepared = self._kept = False
        self.reporter.config(name, task.config)
        self.task = task
        fire_event("flexapi.task.begins", self, task)
        crash = None
        try:
            task.execute()
        except TaskAbort:
            pass
        except SystemExit as error:
            crash = texts.EXITED.format(plugin=task.current_plugin, code=error.code)
        except Exception as error:  # noqa: BLE001  as FlexGet's queue: one task's bug ends that task
            crash = f"{type(error).__name__}: {error}"
            logger.opt(exception=True).critical("Unhandled error in task {}: {}", name, error)
        finally:
            self.task = None
            sys.stdout.flush()
            sys.stderr.flush()
        fire_event("flexapi.task.ended", self, task)
        self._report_task(task, crash)

    def _leave_out(self, name: Any, options: Namespace) -> None:
        """Say why a task can't run, unless FlexGet would pass it over."""
        config = self.manager.config["tasks"][name]
        by_hand = options.tasks and options.allow_manual
        if str(name).startswith("_") or (_setting(config, "manual", False) and not by_hand):
            return
        self.reporter.config(str(name), config)
        why = reason(self.manager.invalid[name])
        with logger.contextualize(task=str(name)):
            logger.critical("{}", why)
        self._report_failure(str(name), why)

    def _report_task(self, task: ReportingTask, crash: str | None) -> None:
        outcomes = list(task.outcomes.values())
        self._troubled |= crash is not None or (task.aborted and not task.silent_abort)
        states = [outcome["state"] for outcome in outcomes]
        with self.reporter.together():
            self.reporter.in_parts("entries", outcomes, task=task.name)
            self.reporter.report(
                "task",
                task=task.name,
                aborted=task.aborted or crash is not None,
                abort_reason=crash or task.abort_reason or "",
                silent=task.silent_abort,
                **{state.value: states.count(state.value) for state in EntryState},
            )

    def _refuse(self, why: str) -> None:
        """Report that no task could run at all."""
        self._troubled = True
        self._report_failure("", why)

    def _report_failure(self, task: str, why: str) -> None:
        nothing = {state.value: 0 for state in EntryState}
        self.reporter.report(
            "task", task=task, aborted=True, abort_reason=why, silent=False, **nothing
        )


def _setting(task: Any, name: str, default: Any) -> Any:
    """Return what a task's config says of a plugin; where FlexGet complains of the task, it may be anything."""
    value = task.get(name, default) if isinstance(task, dict) else default
    return value if isinstance(value, type(default)) else default


def name_deciding_plugins() -> None:
    """Make entries remember which plugin decided about them.

    `Entry.trace` documents that the plugin is the task's current one by default; FlexGet 3.22
    stores None.
    """
    plain_trace = Entry.trace

    def trace(
        self: Entry, message: str | None, operation: str | None = None, plugin: str | None = None
    ) -> None:
        if plugin is None and current is not None and current.task is not None:
            plugin = current.task.current_plugin
        plain_trace(self, message, operation, plugin)

    Entry.trace = trace


# The execution of this process: a child has one at a time, the host none.
current: ChildRun | None = None
