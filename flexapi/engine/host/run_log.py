"""Where the log of a run goes: to the server, and to FlexGet's own log file for those who read it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

import flexget.log
from loguru import logger
from loguru._better_exceptions import ExceptionFormatter

from flexapi.engine import texts

from .reporting import Reporter

logger = logger.bind(name="flexapi")


# With each sink loguru looks up where Python's libraries are, for two milliseconds.
_lib_dirs = cache(ExceptionFormatter._get_lib_dirs)
ExceptionFormatter._get_lib_dirs = staticmethod(_lib_dirs)  # type: ignore[method-assign]


@contextmanager
def run_log(reporter: Reporter, file: str, level: str) -> Iterator[None]:
    """Report what is logged, from a level on, and write it to FlexGet's log file where that can be written to."""
    root = logging.getLogger()
    root_level, known = root.level, _sinks()
    unusable_file = _start(file, level)
    logger.add(
        reporter.log,
        level=level,
        format="{message}",
        # What the plugin `log_filter` leaves out.
        filter=flexget.log._log_filterer,
        backtrace=False,
        diagnose=False,
    )
    ours = _sinks() - known
    if unusable_file is not None:
        logger.warning("{} This run goes on without it.", explained(unusable_file))
    try:
        yield
    finally:
        root.setLevel(root_level)
        # A plugin may have removed some.
        for sink in ours & _sinks():
            logger.remove(sink)


@contextmanager
def filtered(config: dict[str, Any]) -> Iterator[None]:
    """Leave out of the log what the config's root section `log_filter`, if any, tells."""
    if not config.get("log_filter"):
        yield
        return
    left_out = log_filter().MyFilter(config["log_filter"])
    flexget.log.add_filter(left_out)
    try:
        yield
    finally:
        flexget.log.remove_filter(left_out)


def log_filter() -> Any:
    """Return the module of FlexGet's plugin `log_filter`, which FlexGet has loaded by now."""
    return import_module("flexget.plugins.operate.log_filter")


def _start(file: str, level: str) -> OSError | None:
    """Let FlexGet log to its file; return why it can't."""
    # FlexGet does so once in the life of a process.
    flexget.log._logging_started = False
    try:
        flexget.log.start(file, level, to_console=False)
    except OSError as error:
        flexget.log.start(None, level, to_console=False)
        return error
    return None


def _sinks() -> set[int]:
    # loguru tells nobody of its sinks.
    return set(logger._core.handlers)  # type: ignore[attr-defined]


def explained(error: OSError) -> str:
    """Return what is said of a file or folder that FlexGet can't work with: which, who, why, and what to do."""
    named = str(error.filename or "FlexGet's folder")
    if not isinstance(error, PermissionError):
        return texts.UNWORKABLE.format(file=named, error=error.strerror or error)
    return texts.NO_PERMISSION.format(user=os.geteuid(), file=named, error=error.strerror)
