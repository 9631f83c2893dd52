"""Locks of the database that workers on any machine respect."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Any number does, as long as nobody else locks by it in the same database.
CLAIM = 0x666C6578


@contextmanager
def claiming() -> Iterator[None]:
    """Be the only one who claims, in a transaction; for a few statements at most."""
    with one_at_a_time(CLAIM):
        yield


@contextmanager
def one_at_a_time(lock: int) -> Iterator[None]:
    """Be the only one in the database with this lock, in a transaction.

    SQLite has one writer anyway. In PostgreSQL the lock ends with the transaction, or with the process.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        yield
