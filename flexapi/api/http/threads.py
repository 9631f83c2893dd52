"""The fixed pool of threads in which all blocking work of a server process runs.

A thread keeps its database connection from one request to the next; making both anew for every request,
as `ThreadSensitiveContext` does, costs more than the request itself.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections
from django.urls import set_script_prefix

P = ParamSpec("P")
T = TypeVar("T")

# Python code runs one thread at a time; more threads only help those that wait for the database.
POOL_SIZE = 8
pool = ThreadPoolExecutor(
    POOL_SIZE,
    thread_name_prefix="flexapi",
    # Each thread has Django's prefix of URLs for itself; a websocket's work may come before any request's.
    initializer=lambda: set_script_prefix(f"{settings.PATH_PREFIX}/"),
)


async def run_sync(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking code (ORM included) in the pool: what websocket consumers and log streams await.

    The connection of the pool's thread is checked first, so one that broke is replaced. Do not
    hand ORM connections or open transactions from one call to the next: the thread may differ.
    """
    return await asyncio.get_running_loop().run_in_executor(
        pool, functools.partial(_with_fresh_connection, function, *args, **kwargs)
    )


def _with_fresh_connection(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()
