"""What servers do one after the other when several start on one database."""

import contextlib
from collections.abc import Iterator

from django.conf import settings
from django.db import OperationalError, connection

# Any number that nothing else on the database locks.
LOCK = 0x666C657861706931
# Seconds that a server waits until another one has prepared the database.
TIMEOUT = 300


class StillStarting(Exception):
    """Another server has been preparing the database for TIMEOUT seconds."""


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Be the only server that prepares the database; raises StillStarting, OperationalError.

    The database of one machine is in its data folder, which one server at a time works with.
    """
    if not settings.DATABASE_URL:
        yield
        return
    # A connection of its own, with a transaction that ends with it: the lock is gone when the process is, and a
    # pooler between this and the database can't hand it to anybody else.
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{TIMEOUT}s'")
            try:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
                    raise
                raise StillStarting(
                    "Another server has been preparing the database for "
                    f"{TIMEOUT} seconds. Look at what it waits for, and start again."
                ) from error
        yield
    finally:
        holder.close()
