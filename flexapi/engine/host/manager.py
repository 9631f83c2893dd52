"""FlexGet's own manager, initialised once and kept warm for every execution to come."""

import copy
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import flexget.log
import yaml
from flexget.event import fire_event
from flexget.ipc import IPCServer
from flexget.manager import Manager
from flexget.options import get_parser
from flexget.task_queue import TaskQueue
from flexget.utils.simple_persistence import SimplePersistence
from loguru import logger

from flexapi.engine import flexget_lock, reading, texts
from flexapi.engine.complaints import Complaint, reason, touched
from flexapi.engine.flexget_lock import Holder
from flexapi.engine.host.database.base import Database
from flexapi.engine.host.database.contention import make_plugins_patient
from flexapi.engine.host.database.locks import SharedLock
from flexapi.engine.host.database.sqlite import SQLite
from flexapi.engine.host.database.unusable import DatabaseUnusable

from . import checking, command_output, schemas
from .handlers import remove_handlers
from .plugins import Plugins
from .remembered import Remembered
from .run_log import log_filter
from .variables import outside, store, unstored

logger = logger.bind(name="manager")


class ConfigInvalid(Exception):
    """FlexGet refuses the config. `errors` has one `{"path": [key, …], "message"}` for each fault;
    the path is empty where the file is no YAML, and then `line` and `column` (from 1) are set."""

    def __init__(
        self,
        message: str,
        errors: list[dict[str, Any]],
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.errors = errors
        self.line = line
        self.column = column


def load_yaml(text: str) -> dict[str, Any]:
    """Return the data of a config as FlexGet reads it; raises ConfigInvalid."""
    try:
        return reading.load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        where = f" (line {line}, column {column})" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        message = f"The config is not valid YAML: {reason}{where}"
        raise ConfigInvalid(message, [{"path": [], "message": message}], line, column) from error


class WarmManager(Manager):
    """FlexGet's manager, brought up in three steps of which only the last wants FlexGet's lock.

    A host can so validate configs and describe options while somebody else's FlexGet daemon
    owns the database.
    """

    # Set by FlexGet's own class, which says no types.
    initialized: bool
    config_file_hash: str | None
    db_filename: str
    plugins: Plugins

    def __init__(
        self, config: Path, database: Database | None = None, plugins: Iterable[Path] = ()
    ) -> None:
        """The database is FlexGet's own SQLite file by default; `plugins` are folders of FlexGet plugins.

        Those next to the config go first.
        """
        self._plugin_folders = list(plugins)
        self.database = database or SQLite()
        self._test = False
        # Who holds the lock, where `take_lock` could not take it.
        self.blocking: flexget_lock.Holder | None = None
        # What a run does with the tasks that its plugins want to have run.
        self.run_elsewhere: Callable[[Any], None] = no_run
        # Whether one complaint of FlexGet's keeps all tasks from running, as in FlexGet itself.
        self.all_or_nothing = False
        # The tasks of the loaded config that can't run, and what FlexGet complains of.
        self.invalid: dict[Any, list[Complaint]] = {}
        self._complaints: list[Complaint] = []
        # The part of the config that these are about.
        self._faulty: checking.Config = {}
        # Grows with each change of what a child takes over from the host.
        self.generation = 0
        # That of the config that plugins were told of under the lock, in this process.
        self._tidied = 0
        self._remembered = Remembered()
        # Where the loaded config has its variables from, and what they were.
        self._variables_source: Any = None
        self._variables: Any = None
        # Whether FlexGet's database has what a file of variables said when the config was loaded.
        self._stored_variables = True
        super().__init__(["-c", str(config), "execute"])
        self.load_plugins()
        self.init_sqlalchemy()
        fire_event("manager.initialize", self)

    def load_plugins(self) -> None:
        """Load FlexGet's plugins and those beside the config; the slow part, done once."""
        self.plugins = Plugins(
            [self.config_base / "plugins", *self._plugin_folders], [self.config_base / "components"]
        )
        command_output.log_lines()
        schemas.keep_resolved()
        if self.database.shared:
            make_plugins_patient()
        self.options = get_parser().parse_args(self.args)
        self.task_queue = TaskQueue()
        self.ipc_server = IPCServer(self, self.options.ipc_port)
        self.setup_yaml()

    def init_sqlalchemy(self) -> None:
        """Set FlexGet's database up, as far as nobody else has to be kept away from it."""
        self.database.open(self)

    def prepare_database(self) -> None:
        """Make or upgrade FlexGet's database. The lock must be held.

        Raises DatabaseUnusable, and what SQLAlchemy does.
        """
        self.database.prepare(self)
        self.persist = SimplePersistence("manager")

    def start_plugins(self) -> None:
        """Let plugins get ready, once, with the database and, where FlexGet takes it, the config. The lock must be held."""
        if not self.initialized:
            # It would know the config of this moment for ever; a run has its own (see `run_log`).
            install_filters = log_filter().install_filters
            remove_handlers("manager.startup", lambda event: event.func is install_filters)
            fire_event("manager.startup", self)
            self.initialized = True
            self.generation += 1

    def open_locks(self) -> None:
        """Open, once in a process, the files that locks are held on."""
        if self.database.shared:
            SharedLock(Path(self.lockfile)).open()
        self.database.open_locks()

    def upgrade_tables(self) -> None:
        """Let FlexGet upgrade its tables. For `database`, which knows when."""
        logger.info("FlexGet's database needs an upgrade, doing it now.")
        fire_event("manager.upgrade", self)
        if self.db_upgraded:
            fire_event("manager.db_upgraded", self)

    def execute(
        self,
        options: Any = None,
        priority: int = 1,
        suppress_warnings: Sequence[str] | None = None,
    ) -> list[tuple[str, str, threading.Event]]:
        """Have tasks run after this one, as `run_task` and other plugins ask for some; nobody waits for them."""
        self.run_elsewhere(options)
        return []

    def shutdown(self, finish_queue: bool = True) -> None:
        """FlexGet calls this where an upgrade of its tables failed, and goes on."""
        raise DatabaseUnusable("FlexGet could not get ready and stopped; its log says why.")

    def close_database(self) -> None:
        """Close all connections, so that a fork inherits none of them."""
        if self.engine is not None:
            self.engine.dispose()

    def refresh_config(self) -> None:
        """Load the config file again if it changed, or the variables outside of it that it uses.

        Raises ConfigInvalid where FlexGet refuses it, OSError where it can't be read. The earlier
        config is not run in its place: nobody would know which one ran.
        """
        config_hash = self.hash_config()
        unchanged = config_hash is not None and config_hash == self.config_file_hash
        if unchanged and not self._variables_changed() and not self._complaints_changed():
            return
        fire_event("manager.before_config_load", self)
        try:
            text = self.config_path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            message = f"The config is not UTF-8: byte {error.start} can't be decoded."
            raise ConfigInvalid(message, [{"path": [], "message": message}]) from error
        config = load_yaml(text)
        source = config.get("variables") if isinstance(config, dict) else None
        # Read before FlexGet reads them: what changes in between shows the next time.
        variables = outside(source, self.config_base)
        self._load(config)
        self.config_file_hash = config_hash
        self._variables_source, self._variables = source, variables
        self.generation += 1

    def _variables_changed(self) -> bool:
        # The host does not wait for the database; a run looks for itself.
        if self._variables_source is True and not self._has_lock:
            return False
        return bool(outside(self._variables_source, self.config_base) != self._variables)

    def complaint_of(self, section: str) -> str:
        """Return why a root section of the config isn't used; "" where nothing is wrong with it."""
        return next(
            (each["message"] for each in self._complaints if each["path"][:1] == [section]), ""
        )

    def _complaints_changed(self) -> bool:
        """Whether FlexGet says something else now: it may miss a file that has come meanwhile."""
        if not self._complaints:
            return False
        said = checking.faults_again(self.plugins, self._faulty)
        return any(
            each not in said
            for each in self._complaints
            # Whether variables are others is seen by themselves; a section's name stays as it is.
            if each["path"] and each["path"][0] != "variables"
        )

    def check_config(self, config: Any) -> None:
        """Raise ConfigInvalid where FlexGet complains of `config`, which may be altered by this."""
        _, complaints = checking.check(self, self.plugins, _mapping(config))
        if complaints:
            raise ConfigInvalid(reason(complaints), complaints)

    def refuses(self, prepared: checking.Config, complaints: list[Complaint]) -> bool:
        """Whether complaints about a config that is prepared keep all of its tasks from running."""
        return bool(complaints) and (
            self.all_or_nothing or checking.is_hopeless(prepared, complaints)
        )

    def _load(self, config: Any) -> None:
        """Make `config` the one that tasks run with, but for what FlexGet complains of. Raises ConfigInvalid."""
        # Only FlexGet's daemon reads `schedules`: a faulty one must not keep the tasks from running.
        config = {name: part for name, part in _mapping(config).items() if name != "schedules"}
        with nullcontext() if self._has_lock else unstored():
            prepared, complaints = checking.check(self, self.plugins, config)
        self._stored_variables = self._has_lock
        if self.refuses(prepared, complaints):
            raise ConfigInvalid(reason(complaints), complaints)
        self.config = checking.without_faulty(prepared, complaints)
        self.user_config = copy.deepcopy(self.config)
        self.invalid = touched(prepared, complaints)
        self._complaints = complaints
        self._faulty = checking.only_faulty(prepared, complaints)
        fire_event("manager.config_updated", self)

    def enter_run(self, cli_config: list[list[str]] | None, config: str | None = None) -> None:
        """Bring a forked process up to date; a text `config` is what it runs in place of the file. The lock must be held.

        Raises DatabaseUnusable, and ConfigInvalid and OSError as `refresh_config` does.
        """
        self.database.wake()
        # One run at a time: plugins tidy up, and what they read is not to change meanwhile.
        with self.database.lock("state"):
            self.prepare_database()
            self._remembered.forget()
            self._remembered.load()
            if cli_config:
                self.options.execute.cli_config = cli_config
                self.config_file_hash = None
            if config is None:
                self.refresh_config()
            else:
                self._load(load_yaml(config))
            self._store_variables()
            self.start_plugins()
            if self._tidied != self.generation:
                # Plugins that tidy up after a changed config do so only under the lock.
                fire_event("manager.config_updated", self)
                self._tidied = self.generation

    def _store_variables(self) -> None:
        """Have FlexGet keep what a file of variables says, where it was read without the lock. The lock must be held."""
        source = self._variables_source
        if not self._stored_variables and isinstance(source, str):
            if not self.complaint_of("variables"):
                store(source, self.config_base)
            self._stored_variables = True

    def leave_run(self) -> None:
        """Store what plugins keep in memory and let the database rest."""
        try:
            with self.database.lock("state"):
                self._remembered.store()
        finally:
            if self._test:
                self.close_connections()
            else:
                self.database.rest(self)

    def close_connections(self) -> None:
        """Close all that this process has opened of the database."""
        self.database.close()
        self.close_database()

    def take_lock(self, alone: bool = False) -> bool:
        """Take FlexGet's lock; False where somebody else has it, `blocking` then tells who. Raises OSError.

        Runs of FlexAPI share it where several may run at once, unless one has to be `alone`.
        FlexGet's own `acquire_lock` ends the process there, also where the lock was free a moment
        before.
        """
        path = Path(self.lockfile)
        if self.database.shared:
            alone = alone or (self._test and self.database.one_test_run)
            lock = SharedLock(path)
            self._has_lock = lock.join(os.getpid(), alone, logger.warning)
            self.blocking = None if self._has_lock else lock.blocking()
            return self._has_lock
        self.blocking = flexget_lock.living_holder(path, logger.warning)
        if self.blocking is None and not self._make_lock(path):
            self.blocking = Holder(None, problem=texts.ANOTHER_RUN)
        return self.blocking is None

    def _make_lock(self, path: Path) -> bool:
        """Make FlexGet's lock file; False where somebody was quicker. Raises OSError."""
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            return False
        self._has_lock = True
        try:
            self.write_lock()
        except OSError:
            self.drop_lock()
            raise
        return True

    def check_lock(self) -> bool:
        """Whether another FlexGet holds the lock; not what a process that is no more left behind."""
        return flexget_lock.living_holder(Path(self.lockfile), logger.warning) is not None

    def drop_lock(self) -> None:
        """Release the lock that `take_lock` took, unless somebody else has it by now."""
        path = Path(self.lockfile)
        if self.database.shared:
            SharedLock(path).leave(os.getpid())
        elif flexget_lock.named(path) in (os.getpid(), None):
            self.release_lock()
        self._has_lock = False

    def tidy_lock(self, pid: int) -> None:
        """See to it that a run whose process has ended does not keep others' lock in its name."""
        if self.database.shared:
            SharedLock(Path(self.lockfile)).leave(pid)

    def want_test_run(self) -> None:
        """Make the lock to take that of test runs, which has nothing to do with other runs."""
        self._test = True
        self.lockfile = str(self.config_base / f".test-{self.config_name}-lock")

    def begin_test_run(self) -> None:
        """Work on a copy of the database, as `flexget --test` does. The lock must be held."""
        self.options.test = True
        self.database.begin_test(self)

    def end_test_run(self) -> None:
        """Remove the copy that `begin_test_run` made."""
        self.database.end_test(self)


def no_run(options: Any) -> None:
    """Refuse to have tasks run where nothing runs."""
    raise RuntimeError("Tasks can be asked for by a run only.")


def _mapping(config: Any) -> checking.Config:
    if not isinstance(config, dict):
        message = "The config must be a mapping at its root."
        raise ConfigInvalid(message, [{"path": [], "message": message}])
    return config


def start_logging() -> None:
    """Set FlexGet's logging up without any sink that writes; executions add their own."""
    flexget.log.initialize()
