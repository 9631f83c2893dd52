"""FlexGet's tables in its own SQLite file, as FlexGet itself opens it."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

from flexget import db_schema
from flexget.manager import Base, Session
from sqlalchemy import create_engine, event, inspect

from .locks import FileLocks
from .one_transaction import everything_in
from .versions import set_missing_versions

# Milliseconds to wait for another run that writes, where several run at once; FlexGet's own are 10 s.
PATIENCE = 60_000
# Bytes of the rollback journal that stay on the disk for the next transaction.
JOURNAL_KEPT = 1 << 20


class SQLite:
    """FlexGet's SQLite file. With `shared`, several runs at once work with it."""

    # A copy for test runs has one name, so there is one such run at a time.
    one_test_run = True

    def __init__(self, shared: bool = False) -> None:
        self.shared = shared
        self._locks: FileLocks | None = None
        # The tables that need nothing any more.
        self._prepared: tuple[int, int, int] | None = None

    def open(self, manager: Any) -> None:
        """Let FlexGet's manager work with the file, which is made where it is missing.

        Its tables are made by `prepare`, under FlexGet's lock; FlexGet's own `init_sqlalchemy` makes them at once.
        """
        if self.shared and self._locks is None:
            name = f".flexapi-{manager.config_name}-runs"
            self._locks = FileLocks(manager.config_base / name)
        manager.database_uri = manager.database_uri or f"sqlite:///{manager.db_filename}"
        manager.engine = create_engine(
            manager.database_uri,
            echo=bool(manager.options.debug_sql),
            connect_args={"check_same_thread": False, "timeout": 10},
        )
        Session.configure(bind=manager.engine)
        event.listen(manager.engine, "connect", _be_patient if self.shared else _keep_journal)

    def prepare(self, manager: Any) -> None:
        """Make or upgrade the tables where need be. FlexGet's lock must be held."""
        if not Path(manager.db_filename).exists():
            # Somebody removed it: what is open is a file without a name.
            manager.engine.dispose()
        if self._tables(manager) == self._prepared:
            return
        there = set(inspect(manager.engine).get_table_names())
        if not there.issuperset(Base.metadata.tables):
            # All or none, whatever the power does, and one wait for the disk: FlexGet commits each table and index by itself.
            with manager.engine.begin() as connection, everything_in(connection, manager):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                Base.metadata.create_all(bind=connection)
        set_missing_versions(manager.engine)
        if db_schema.upgrade_required():
            manager.upgrade_tables()
        self._prepared = self._tables(manager)

    @staticmethod
    def _tables(manager: Any) -> tuple[int, int, int]:
        """Return what is another where somebody has replaced the file or made other tables in it."""
        with manager.engine.connect() as connection:
            version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
        status = Path(manager.db_filename).stat()
        return status.st_dev, status.st_ino, version

    def size(self, manager: Any) -> int:
        """Return the bytes of the file, and of the write-ahead log beside it."""
        files = (Path(f"{manager.db_filename}{suffix}") for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def vacuum(self, manager: Any) -> None:
        """Write the file again, without what is no longer used."""
        with manager.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            # Where there is a write-ahead log, the whole database stands in it now.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def begin_test(self, manager: Any) -> None:
        """Work on a copy of the file, as `flexget --test` does."""
        copy = manager.config_base / f"test-{manager.config_name}.sqlite"
        _remove(copy)
        if Path(manager.db_filename).exists():
            # Not of the bytes: others may write, and what they have written may be in a file beside it.
            source = f"{Path(manager.db_filename).absolute().as_uri()}?mode=ro"
            with (
                closing(sqlite3.connect(source, uri=True, timeout=PATIENCE / 1000)) as original,
                closing(sqlite3.connect(copy)) as target,
            ):
                original.backup(target)
        manager.db_filename = str(copy)
        manager.database_uri = ""
        manager.init_sqlalchemy()

    def end_test(self, manager: Any) -> None:
        """Remove the copy that `begin_test` made."""
        manager.engine.dispose()
        _remove(Path(manager.db_filename))

    def lock(
        self, *name: str, waiting: Callable[[], None] | None = None
    ) -> AbstractContextManager[None]:
        """Hold a lock that one run at a time has; `waiting` is called once where another has it.

        A run that is alone holds all of FlexGet already.
        """
        return nullcontext() if self._locks is None else self._locks.lock(*name, waiting=waiting)

    def open_locks(self) -> None:
        """Open the file that locks are held on, once in a process."""
        if self._locks is not None:
            self._locks.open()

    def close(self) -> None:
        """There is nothing but the manager's engine to close."""

    def rest(self, manager: Any) -> None:
        """Close the file: somebody may put another in its place."""
        manager.engine.dispose()

    def wake(self) -> None:
        """Nothing stayed open."""

    def descriptors(self) -> set[int]:
        """Return none: nothing stays open."""
        return set()


def _remove(database: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def _keep_journal(connection: Any, record: Any) -> None:
    """Let a connection use its rollback journal again instead of making and removing the file for each transaction.

    Half of a commit's processor time went there. It is as safe, and it is the connection's own affair: FlexGet's command line
    goes on removing it (https://www.sqlite.org/pragma.html#pragma_journal_mode).
    """
    if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        connection.execute("PRAGMA journal_mode = PERSIST")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_KEPT}")


def _be_patient(connection: Any, record: Any) -> None:
    """Let connections wait for each other, and readers for nobody."""
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
