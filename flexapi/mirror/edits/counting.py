"""Counts for Prometheus how the config changes, and how it does not."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django.db.models.signals import post_save

from flexapi import metrics
from flexapi.mirror.store.tables import ConfigRevision

P = ParamSpec("P")
T = TypeVar("T")


def register() -> None:
    """Count revisions from now on."""
    post_save.connect(_on_saved, sender=ConfigRevision)


def counted_failures(write: Callable[P, T]) -> Callable[P, T]:
    """Count what `write` raises, by its `origin`, or `restore` where it has none."""

    @functools.wraps(write)
    def counting(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return write(*args, **kwargs)
        except Exception as error:
            origin = kwargs.get("origin", ConfigRevision.Origin.RESTORE)
            metrics.config_write_failures.labels(origin, type(error).__name__).inc()
            raise

    return counting


def _on_saved(sender: Any, instance: ConfigRevision, created: bool, **kwargs: Any) -> None:
    if created:
        stored = metrics.config_revisions.labels(instance.origin)
        transaction.on_commit(stored.inc)
