"""How long the threads of a lane wait for locks of the database; all others, such as workers, wait as long as it takes."""

import math
from collections.abc import Callable
from typing import Any

from django.db import transaction

from flexapi.api.http import threads

# Statements that wait for locks of rows; Django makes `SELECT … FOR UPDATE` in transactions only.
WRITES = ("INSERT", "UPDATE", "DELETE")


def limit(connection: Any, **kwargs: Any) -> None:
    """Have a new connection wait for locks only as long as its thread may (`connection_created`)."""
    patience = threads.lock_patience(math.inf)
    if patience == math.inf:
        return
    milliseconds = int(1000 * patience)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        elif not _is_pooled(connection, cursor):
            cursor.execute(f"SET lock_timeout = {milliseconds}")
        elif (limited := _Limited(milliseconds)) not in connection.execute_wrappers:
            connection.execute_wrappers.append(limited)


def _is_pooled(connection: Any, cursor: Any) -> bool:
    """Whether a pooler is in between, which may hand the session to other clients: it tells a process of its own making."""
    cursor.execute("SELECT pg_backend_pid()")
    return bool(cursor.fetchone()[0] != connection.connection.info.backend_pid)


class _Limited:
    """Sets the limit for each transaction, at whose end it is gone; what writes outside of one gets one.

    A `SET` would stay with the session, for a worker to fail by, and the thread's next transaction may be in another.
    """

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Limited)

    def __hash__(self) -> int:
        return hash(_Limited)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        connection = context["connection"]
        if connection.in_atomic_block:
            self._set(connection)
        elif sql.startswith(WRITES):
            with transaction.atomic(using=connection.alias):
                self._set(connection)
                return execute(sql, params, many, context)
        return execute(sql, params, many, context)

    def _set(self, connection: Any) -> None:
        from psycopg.pq import TransactionStatus

        raw = connection.connection
        # The driver begins the transaction with its first statement.
        if raw.info.transaction_status == TransactionStatus.IDLE:
            with connection.wrap_database_errors:
                raw.execute(f"SET LOCAL lock_timeout = {self._milliseconds}")
