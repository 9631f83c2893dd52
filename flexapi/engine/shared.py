"""The engine of this process, set up from the settings and started when first needed."""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

from flexapi import plugins

from .client import Engine


@cache
def engine() -> Engine:
    """Return this process's engine. Its host starts with the first call that needs FlexGet."""
    methods = plugins.engine_methods(apps)
    return Engine(
        Path(settings.FLEXGET_CONFIG),
        settings.FLEXGET_PYTHON,
        methods,
        on_demand=True,
        database=settings.FLEXGET_DATABASE_URL,
        slots=settings.SLOTS,
    )
