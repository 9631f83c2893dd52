"""What other apps know of a task and `GET /api/tasks/<name>` shows.

details.register("totals", totals_of, TotalsSerializer())      # in the app's api.py
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from flexapi.registry import Registry

if TYPE_CHECKING:
    from tasks.models import Task


@dataclass(frozen=True, slots=True)
class Detail:
    """One member of the answer; `read` answers what JSON can hold, `field` describes it."""

    read: "Callable[[Task], Any]"
    field: "serializers.Field[Any, Any, Any, Any]"


details: Registry[str, Detail] = Registry("detail of tasks")


def register(
    name: str,
    read: "Callable[[Task], Any]",
    field: "serializers.Field[Any, Any, Any, Any]",
) -> None:
    """Add a member. Raises ValueError for a name that is taken."""
    details.add(name, Detail(read, field))


def fields() -> dict[str, Any]:
    """Return what describes them, by name."""
    return {name: copy.deepcopy(detail.field) for name, detail in details.items()}


def of(task: "Task") -> dict[str, Any]:
    """Return all that is known of a task."""
    return {name: detail.read(task) for name, detail in details.items()}
