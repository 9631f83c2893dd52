"""FlexGet's tables in PostgreSQL: connections, the making of tables, copies for test runs, locks.

The address is `postgres://user:password@host:port/name`, with libpq's parameters behind a question mark
and one more, `schema` (default `flexget`), where the tables are.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from weakref import WeakSet

import psycopg
import sqlalchemy
import sqlalchemy.event
from flexget import db_schema
from flexget.manager import Base, Session
from psycopg import sql
from sqlalchemy import Connection, Engine, MetaData, func, inspect, select
from sqlalchemy.schema import CreateSchema, DropSchema

from .dialect import ADAPTERS, URL, ask_where_unused, listen, order_rows
from .locks import lock_key
from .one_transaction import everything_in
from .unusable import DatabaseUnusable, unusable
from .versions import set_missing_versions

DEFAULT_SCHEMA = "flexget"
TEST_SCHEMA = "flexget_test_"
# Said to libpq where the address says nothing of it. The host answers nobody while it connects.
CONNECTION = {
    "connect_timeout": "5",
    "application_name": "FlexAPI",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
# How long FlexGet waits for a row that another run has changed and not committed. Without an end, two
# sessions of one plugin that wait for each other would do so for ever.
ROW_PATIENCE = "60s"
# How long one try to get a lock takes; another follows.
LOCK_PATIENCE = "2s"


class PostgreSQL:
    """A database of PostgreSQL with FlexGet's tables in a schema of their own."""

    shared = True
    one_test_run = False

    def __init__(self, url: str, schema: str | None = None) -> None:
        """Raises ValueError where the URL is none of PostgreSQL; nobody is asked yet."""
        parts = urlsplit(url)
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.schema = schema or parameters.pop("schema", "") or DEFAULT_SCHEMA
        self._url = url
        try:
            known = psycopg.conninfo.conninfo_to_dict(
                urlunsplit(parts._replace(query=urlencode(parameters, quote_via=quote)))
            )
        except (psycopg.ProgrammingError, ValueError):
            # Its own message repeats the address, and so the password.
            raise ValueError("FLEXAPI_FLEXGET_DATABASE_URL is no address of PostgreSQL.") from None
        self._conninfo: dict[str, Any] = {**CONNECTION, **known}
        # The connection that locks are held on, and the process that it belongs to.
        self._locking: tuple[int, Any] = (0, None)
        # All that are open, and the process that found all tables there.
        self._open: WeakSet[Any] = WeakSet()
        self._complete = 0
        # When the last run began.
        self._woken = 0.0

    def __repr__(self) -> str:
        # Tracebacks with values of variables end up in FlexGet's log file.
        return f"<PostgreSQL {self._conninfo.get('host')}, schema {self.schema}>"

    # -- connections

    def connect(self, autocommit: bool = False, patience: str = ROW_PATIENCE) -> Any:
        """Return a connection of the driver that works in the schema. Raises psycopg.Error."""
        try:
            connection = psycopg.connect(autocommit=True, context=ADAPTERS, **self._conninfo)
        except psycopg.Error as error:
            message, kind = str(error), type(error)
        else:
            connection.execute(
                sql.SQL("SET search_path TO {}; SET lock_timeout TO {}").format(
                    sql.Identifier(self.schema), sql.Literal(patience)
                )
            )
            connection.autocommit = autocommit
            self._open.add(connection)
            return connection
        # Outside of the handler: the error's own traceback knows the password.
        raise kind(message)

    def engine(self, echo: bool = False) -> Engine:
        """Return an engine; it connects when it is used."""
        engine = sqlalchemy.create_engine(URL, creator=self.connect, echo=echo)
        listen(engine)
        ask_where_unused(engine, lambda: self._woken)
        return engine

    def open(self, manager: Any) -> None:
        """Let FlexGet's manager work with the database; its tables are made by `prepare`."""
        if not sqlalchemy.event.contains(Session, "do_orm_execute", order_rows):
            sqlalchemy.event.listen(Session, "do_orm_execute", order_rows)
        manager.engine = self.engine(bool(manager.options.debug_sql))
        Session.configure(bind=manager.engine)

    # -- tables

    def prepare(self, manager: Any) -> None:
        """Make or upgrade the tables where need be, in one transaction; other processes wait meanwhile.

        Raises DatabaseUnusable where they are of a newer FlexGet.
        """
        if self._is_complete(manager) and not db_schema.upgrade_required():
            return
        with manager.engine.begin() as connection:
            self.keep_others_off(connection)
            with everything_in(connection, manager):
                self._make_tables(connection)
                # Another host may have been quicker, and of a newer FlexGet.
                self._refuse_newer(connection)
                set_missing_versions(connection)
                if db_schema.upgrade_required():
                    manager.upgrade_tables()

    def _is_complete(self, manager: Any) -> bool:
        """Whether all tables are there, which a process looks for once; raises DatabaseUnusable where they are of a newer FlexGet."""
        with manager.engine.connect() as connection:
            if self._complete != os.getpid():
                there = self._tables_there(connection)
                if there.issuperset(Base.metadata.tables):
                    self._complete = os.getpid()
                elif db_schema.PluginSchema.__tablename__ not in there:
                    return False
            try:
                self._refuse_newer(connection)
            except sqlalchemy.exc.ProgrammingError:
                # Somebody has dropped them.
                self._complete = 0
        return self._complete == os.getpid()

    def keep_others_off(self, connection: Connection) -> None:
        """Let nobody else make or upgrade the tables until the end of a connection's transaction."""
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(self.schema, "tables"))))

    def make(self, connection: Connection, manager: Any, replace: bool) -> None:
        """Make the tables in a connection's transaction; with `replace`, drop those that are there first."""
        if replace:
            connection.execute(DropSchema(self.schema, cascade=True, if_exists=True))
        with everything_in(connection, manager):
            self._make_tables(connection)

    def _make_tables(self, connection: Connection) -> None:
        connection.execute(CreateSchema(self.schema, if_not_exists=True))
        Base.metadata.create_all(bind=connection)

    def _tables_there(self, connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names(schema=self.schema))

    @staticmethod
    def _refuse_newer(connection: Connection) -> None:
        schema = db_schema.PluginSchema
        for plugin, stored in connection.execute(select(schema.plugin, schema.version)):
            known = db_schema.plugin_schemas.get(plugin, {}).get("version", stored)
            if stored is not None and known is not None and stored > known:
                raise DatabaseUnusable(
                    f"FlexGet's database is of a newer FlexGet (the tables of {plugin} have version "
                    f"{stored}, not {known}). Upgrade the FlexGet of this machine."
                )

    def size(self, manager: Any) -> int:
        """Return the bytes of the schema's tables, with their indexes."""
        with self.connect(autocommit=True) as connection:
            query = """
                SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = %s AND c.relkind = 'r'
            """
            return int(connection.execute(query, [self.schema]).fetchone()[0])

    def vacuum(self, manager: Any) -> None:
        """Vacuum and analyze each table of the schema, as autovacuum does; what it frees is used again."""
        with self.connect(autocommit=True) as connection:
            for table in sorted(Base.metadata.tables):
                name = sql.Identifier(self.schema, table)
                connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(name))

    # -- test runs

    def begin_test(self, manager: Any) -> None:
        """Work on a copy of the tables, in a schema that `end_test` drops."""
        self._drop_leftovers()
        copy = PostgreSQL(self._url, f"{TEST_SCHEMA}{os.getpid()}_{secrets.token_hex(4)}")
        # As long as it is held, nobody takes the copy for left behind.
        copy._locking_connection().execute("SELECT pg_advisory_lock(%s)", [lock_key(copy.schema)])
        manager.engine.dispose()
        manager.database = copy
        manager.init_sqlalchemy()
        # Nothing of it is worth to be remembered, and some of FlexGet's types can't be.
        snapshot = manager.engine.connect().execution_options(
            isolation_level="REPEATABLE READ", compiled_cache=None
        )
        with snapshot, snapshot.begin(), everything_in(snapshot, manager):
            copy._make_tables(snapshot)
            self._copy_rows(snapshot)

    def _copy_rows(self, connection: Connection) -> None:
        """Fill the tables that a connection works with, which are empty, with what is in those here."""
        there = self._tables_there(connection)
        for table in Base.metadata.sorted_tables:
            if table.name in there:
                ours = table.to_metadata(MetaData(), schema=self.schema)
                # Some have rows from their making: the versions of the tables.
                connection.execute(table.delete())
                names = [column.name for column in table.columns]
                connection.execute(table.insert().from_select(names, select(*ours.columns)))
        set_sequences(connection)

    def end_test(self, manager: Any) -> None:
        """Drop the copy that `begin_test` made."""
        manager.engine.dispose()
        self._drop(self._locking_connection(), self.schema)
        self.close()

    def _drop_leftovers(self) -> None:
        """Drop the copies of test runs that were killed."""
        connection = self._locking_connection()
        found = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [TEST_SCHEMA]
        ).fetchall()
        for (schema,) in found:
            key = lock_key(schema)
            if connection.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()[0]:
                self._drop(connection, schema)
                connection.execute("SELECT pg_advisory_unlock(%s)", [key])

    @staticmethod
    def _drop(connection: Any, schema: str) -> None:
        connection.execute(
            sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
        )

    # -- locks

    @contextmanager
    def lock(self, *name: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold a lock that one process at a time has, whatever its machine; it ends with the process.

        `waiting` is called once where another process has it. Raises DatabaseUnusable.
        """
        key = [lock_key(self.schema, *name)]
        connection = self._locking_connection()
        try:
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", key).fetchone()[0]
            if not taken and waiting is not None:
                waiting()
            while not taken:
                # A wait with an end, for the sake of a connection that broke unnoticed.
                with suppress(psycopg.errors.LockNotAvailable):
                    connection.execute("SELECT pg_advisory_lock(%s)", key)
                    taken = True
        except psycopg.Error as error:
            raise DatabaseUnusable(unusable(error)) from None
        except BaseException:  # An abort, in the middle of what the connection was asked.
            self.close()
            raise
        try:
            yield
        finally:
            # Where the connection is gone, the lock is as well.
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", key)

    def _locking_connection(self) -> Any:
        pid, connection = self._locking
        if pid != os.getpid() or connection.closed:
            try:
                connection = self.connect(autocommit=True, patience=LOCK_PATIENCE)
            except psycopg.Error as error:
                raise DatabaseUnusable(unusable(error)) from None
            self._locking = os.getpid(), connection
        return connection

    def open_locks(self) -> None:
        """Begin without connections: those that are open belong to the process that this one was forked from."""
        self._open.clear()

    def close(self) -> None:
        """Close the connection for locks; those that are held end with it."""
        self._complete = 0
        pid, connection = self._locking
        if pid == os.getpid():
            connection.close()

    # -- between runs

    def rest(self, manager: Any) -> None:
        """Let connections stay open for the next run, unless a plugin has kept one to itself."""
        if manager.engine.pool.checkedout():
            self._open.clear()
            self.close()
            manager.engine.dispose()

    def wake(self) -> None:
        """See to it that connections are asked whether they still stand: the server may have closed them."""
        self._woken = time.monotonic()
        pid, connection = self._locking
        if pid == os.getpid() and not connection.closed:
            try:
                connection.execute("SELECT 1")
            except psycopg.Error:
                connection.close()

    def descriptors(self) -> set[int]:
        """Return those of the connections that stay open between runs."""
        return {connection.fileno() for connection in self._open if not connection.closed}


def set_sequences(connection: Connection) -> None:
    """Let ids go on behind the highest of each table."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        name = connection.dialect.identifier_preparer.format_table(table)
        sequence = connection.scalar(select(func.pg_get_serial_sequence(name, column.name)))
        if sequence is not None:
            highest = connection.scalar(select(func.max(column))) or 0
            connection.execute(select(func.setval(sequence, max(highest, 0) + 1, False)))
