"""The engine of this process, set up from the settings and started when first needed."""

from functools import cache
from pathlib import Path

from django.conf import settings

from flexapi.registry import Registry

from .client import Engine

# What apps bring into FlexGet's process, by their labels.
method_modules: Registry[str, str] = Registry("module of methods")
plugin_packages: Registry[str, str] = Registry("package of FlexGet plugins")


@cache
def engine() -> Engine:
    """Return this process's engine. Its host starts with the first call that needs FlexGet."""
    return Engine(
        Path(settings.FLEXGET_CONFIG),
        settings.FLEXGET_PYTHON,
        method_modules,
        plugin_packages,
        on_demand=True,
        database=settings.FLEXGET_DATABASE_URL,
        slots=settings.SLOTS,
        reuse=settings.ENGINE_REUSE,
        all_or_nothing=settings.INVALID_CONFIG == "refuse",
    )
