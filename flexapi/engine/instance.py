"""The engine of this process, set up from the settings and started when first needed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings

from .client import Engine

# Tells what apps bring into FlexGet's process: modules with methods, and packages of FlexGet plugins.
Parts = Callable[[], tuple[dict[str, str], dict[str, str]]]


def _no_parts() -> tuple[dict[str, str], dict[str, str]]:
    return {}, {}


_parts: Parts = _no_parts


def bring(parts: Parts) -> None:
    """Have the engine load what `parts()` tells, by the labels of apps; called before the engine is made."""
    global _parts
    _parts = parts


@cache
def engine() -> Engine:
    """Return this process's engine. Its host starts with the first call that needs FlexGet."""
    methods, plugins = _parts()
    return Engine(
        Path(settings.FLEXGET_CONFIG),
        settings.FLEXGET_PYTHON,
        methods,
        plugins,
        on_demand=True,
        database=settings.FLEXGET_DATABASE_URL,
        slots=settings.SLOTS,
    )
