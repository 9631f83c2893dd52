"""What other apps know of a task and `GET /api/tasks/<name>` shows.

details.register("totals", totals_of, TotalsSerializer())      # in the app's api.py
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

if TYPE_CHECKING:
    from tasks.models import Task


@dataclass(frozen=True, slots=True)
class Detail:
    """One member of the answer; `read` answers what JSON can hold, `field` describes it."""

    read: "Callable[[Task], Any]"
    field: "serializers.Field[Any, Any, Any, Any]"


_details: dict[str, Detail] = {}


def register(
    name: str,
    read: "Callable[[Task], Any]",
    field: "serializers.Field[Any, Any, Any, Any]",
) -> None:
    """Add a member. Raises ValueError for a name that is taken."""
    if name in _details and _details[name].read is not read:
        raise ValueError(f"tasks have a detail {name} already")
    _details[name] = Detail(read, field)


def fields() -> dict[str, Any]:
    """Return what describes them, by name."""
    return {name: copy.deepcopy(detail.field) for name, detail in _details.items()}


def of(task: "Task") -> dict[str, Any]:
    """Return all that is known of a task."""
    return {name: detail.read(task) for name, detail in _details.items()}
