"""Lets what FlexGet does in many transactions be part of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flexget.manager import Session
from sqlalchemy import Connection


@contextmanager
def everything_in(connection: Connection, manager: Any) -> Iterator[None]:
    """Let all that sessions and FlexGet's upgrades do be part of a connection's transaction."""
    engine, manager.engine = manager.engine, connection
    Session.configure(bind=connection, join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        manager.engine = engine
        Session.configure(bind=engine)
