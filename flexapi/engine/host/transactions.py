"""FlexGet's database between runs: what methods of the host read and change there. No Django here.

    @on_database
    def show(session, params): …

    @on_database(of=show)
    def forget(session, params): …

    METHODS = {"show": show, "forget": forget}

Each is one transaction, with all that FlexGet's own functions do in it: the sessions that those open and commit
become savepoints. What raises undoes everything, so nothing is ever half-done and a call may be made again.
"""

import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from flexget import db_schema
from flexget.manager import Session
from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from flexapi.engine import protocol, texts
from flexapi.engine.host.database.unusable import unusable
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.protocol import RpcError

Params = dict[str, Any]
Function = Callable[[Any, Params], Any]
Method = Callable[[WarmManager, Params], Any]

# Milliseconds to wait for who writes. The host answers nobody meanwhile, so the patience is the asking side's.
BUSY_TIMEOUT = 100
# Seconds between two tries to read. SQLite's own pauses grow to tenths of a second, and so miss every gap between the commits of
# a long deletion, whose wait for the disk locks readers out.
READ_POLL = 0.002
# SQLITE_BUSY and SQLITE_LOCKED, and PostgreSQL's serialization_failure, deadlock_detected and lock_not_available.
_LOCKED = (5, 6)
_LOCKED_STATES = ("40001", "40P01", "55P03")

# Which file the open connections are of.
_opened: dict[Path, tuple[int, int]] = {}


def on_database(function: Function | None = None, *, of: Method | None = None) -> Any:
    """Make a function of a session and parameters a method of the host. What it did is committed when it returns.

    `of` is the method that reads what this one changes. Where the parameter `expected` is given and not None, it is
    what that one answered before; if it would answer something else by now, nothing is done (CHANGED).
    """

    def method(function: Function) -> Method:
        read: Function | None = getattr(of, "__wrapped__", None)

        @wraps(function)
        def call(manager: WarmManager, params: Params) -> Any:
            with _transaction(manager) as connection:
                with Session() as session:
                    expected = params.get("expected")
                    # Nobody else's change gets between this and what is committed.
                    if read and expected is not None and read(session, params) != expected:
                        raise RpcError(protocol.CHANGED, texts.HAS_CHANGED)
                    result = function(session, params)
                connection.commit()
                return result

        return call

    return method if function is None else method(function)


@contextmanager
def _transaction(manager: WarmManager) -> Iterator[Connection]:
    """Open a transaction that every session takes part in; undone at its end where nobody commits.

    Raises RpcError for what is wrong with the database.
    """
    sqlite = manager.engine.dialect.name == "sqlite"
    if sqlite:
        _look_at_file(manager)
    try:
        with manager.engine.connect() as connection, ExitStack() as leaving:
            if sqlite:
                leaving.enter_context(_impatient(connection))
                # The driver itself would begin with the first write, and give savepoints no hold.
                connection.exec_driver_sql("BEGIN")
                begin_to_read(connection)
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT}")
            _check_once(connection)
            Session.configure(bind=connection, join_transaction_mode="create_savepoint")
            yield connection
    except DBAPIError as error:
        raise _told(error) from error
    finally:
        Session.configure(bind=manager.engine)


def state() -> Hashable:
    """Return what is another value after every change of the database, whoever made it; to be called by a method.

    None where the database tells nothing of the kind, as PostgreSQL.
    """
    connection: Connection = Session.kw["bind"]
    if connection.dialect.name != "sqlite":
        return None
    driver: Any = connection.connection.driver_connection
    # Of others' commits tells the first, of this connection's own the other two, and each counts for this connection alone.
    ((others,),) = driver.execute("PRAGMA data_version")
    ((schema,),) = driver.execute("PRAGMA schema_version")
    mine = connection.info.setdefault("state", object())
    return (mine, others, schema, driver.total_changes)


@contextmanager
def _impatient(connection: Connection) -> Iterator[None]:
    """Wait for who writes no longer than BUSY_TIMEOUT; whoever uses the connection next is as patient as before."""
    # The driver's own: SQLAlchemy takes no statement where a transaction has failed.
    driver: Any = connection.connection.driver_connection
    ((patience,),) = driver.execute("PRAGMA busy_timeout")
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience}")


def begin_to_read(connection: Connection) -> None:
    """Wait until nobody commits to the SQLite file; from then to the end of the transaction nobody can. Raises DBAPIError."""
    driver: Any = connection.connection.driver_connection
    look = "SELECT 1 FROM sqlite_master LIMIT 1"
    deadline = time.monotonic() + BUSY_TIMEOUT / 1000
    driver.execute("PRAGMA busy_timeout = 0")
    while time.monotonic() < deadline:
        try:
            driver.execute(look).fetchall()
            break
        except sqlite3.DatabaseError:
            time.sleep(READ_POLL)
    else:
        # As SQLAlchemy raises it.
        connection.exec_driver_sql(look).all()
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")


def is_open() -> bool:
    """Whether a call has left FlexGet's file open for the next one."""
    return bool(_opened)


def close(manager: WarmManager) -> None:
    """Close what calls have left open."""
    manager.close_database()
    _opened.clear()


def _look_at_file(manager: WarmManager) -> None:
    """Open the file again where it is another one since the last call: a backup that somebody put back.

    Opening it with each call would have SQLite read the whole schema. Raises RpcError where it is missing.
    """
    file = Path(manager.db_filename)
    try:
        status = file.stat()
    except FileNotFoundError as error:
        manager.close_database()
        raise RpcError(
            protocol.DATABASE_UNAVAILABLE,
            texts.DATABASE_MISSING.format(file=file.name),
        ) from error
    identity = (status.st_dev, status.st_ino)
    if identity != _opened.get(file):
        close(manager)
        _opened[file] = identity


def _check_once(connection: Connection) -> None:
    """Check the versions of the tables, unless nobody else has written since this connection last did."""
    if connection.dialect.name != "sqlite":
        _check_versions(connection)
        return
    written = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    if connection.info.get("checked") != written:
        _check_versions(connection)
        connection.info["checked"] = written


def _check_versions(connection: Connection) -> None:
    """Raise RpcError where the tables are of another FlexGet."""
    schema = db_schema.PluginSchema
    for plugin, stored in connection.execute(select(schema.plugin, schema.version)):
        known = db_schema.plugin_schemas.get(plugin, {}).get("version", stored)
        if stored == known:
            continue
        is_older = stored is None or stored < known
        text = texts.DATABASE_OLDER if is_older else texts.DATABASE_NEWER
        said = text.format(plugin=plugin, stored=stored, known=known)
        raise RpcError(protocol.DATABASE_UNAVAILABLE, said)


def _told(error: DBAPIError) -> RpcError:
    """Return what the asking side is told of an error of the database."""
    if isinstance(error, IntegrityError):
        return RpcError(protocol.CONFLICT, texts.CONTRADICTS.format(error=error.orig))
    if isinstance(error, DataError):
        return RpcError(protocol.INVALID_PARAMS, texts.UNSTORABLE.format(error=error.orig))
    cause: Any = error.orig
    locked = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _LOCKED
    if locked or getattr(cause, "sqlstate", None) in _LOCKED_STATES:
        return RpcError(protocol.DATABASE_LOCKED, unusable(error))
    return RpcError(protocol.DATABASE_UNAVAILABLE, unusable(error))


def or_not_found(row: Any, otherwise: str) -> Any:
    """Return the row. Raises RpcError with NOT_FOUND and the text `otherwise` where there is none."""
    if row is None:
        raise RpcError(protocol.NOT_FOUND, otherwise)
    return row


def local_time(value: datetime | None) -> str | None:
    """Return a time as ISO 8601 with its offset: FlexGet stores local time without saying so."""
    return value.astimezone().isoformat() if value else None
