"""Runs that go on at the same time get in each other's way in the database, for FlexGet knows of none beside it.

It looks whether a row is there and then adds it; if another run adds it in between, the database refuses the
second, and FlexGet takes that for a bug of the plugin and aborts the task. Here the plugin's part is done again,
and finds the row. Only where that does no harm: not in phases that download or tell somebody something.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from types import GeneratorType
from typing import Any

from flexget import plugin
from loguru import logger
from sqlalchemy.exc import DBAPIError

logger = logger.bind(name="flexapi")

# Tries before the last one.
ATTEMPTS = 4
# Phases in which plugins do more than to look and to remember.
OF_EFFECT = ("download", "output", "exit", "abort")
# Output of these is FlexGet's own lists.
LISTS = ("list_add", "list_remove", "list_clear")
# PostgreSQL: a row is there already; two runs wait for each other; serialization.
_STATES = ("23505", "40P01", "40001")
# SQLite: busy, locked.
_CODES = (5, 6)


def is_contention(error: DBAPIError) -> bool:
    """Whether it may work the next time, because another run caused it."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return getattr(error.orig, "sqlstate", None) in _STATES or (
        code is not None and code & 0xFF in _CODES
    )


def make_plugins_patient() -> None:
    """Let the phase handlers of all loaded plugins try again after a clash with another run."""
    for info in plugin.plugins.values():
        for phase, handler in info.phase_handlers.items():
            if phase not in OF_EFFECT or info.name in LISTS:
                handler.func = _patient(handler.func, info.name)


def _patient(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(function)
    def call(task: Any, *args: Any) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _finished(function(task, *args))
            except DBAPIError as error:
                if not is_contention(error):
                    raise
                logger.debug("{} met another run in the database, again: {}", name, error.orig)
                task.session.rollback()
                # Two that clash must not do so again and again.
                time.sleep(random.uniform(0.01, 0.1) * attempt)  # noqa: S311
        return _finished(function(task, *args))

    return call


def _finished(result: Any) -> Any:
    # A generator has done nothing yet.
    return list(result) if isinstance(result, GeneratorType) else result
