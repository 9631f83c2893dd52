"""Executions that cause others: a task that has FlexGet's `run_task`, say.

A config may make such a chain endless, so its length and the number of its executions have limits.
"""

from typing import Any

from django.utils.translation import gettext

from executions.models import Execution

# How many may cause one another in a row, and how many one that nobody caused may lead to in all.
LONGEST = 10
MOST = 100


class TooMany(Exception):
    """The chain has reached a limit; the text says which."""


def caused(
    execution: Execution, tasks: list[str], options: dict[str, Any], pending: int = 0
) -> Execution:
    """Return an unsaved execution of tasks that a plugin in `execution` asked for, next to `pending` others.

    Raises TooMany.
    """
    root = execution.chain or execution.pk
    if Execution.objects.filter(chain=root).count() + pending >= MOST:
        raise TooMany(
            gettext(
                "Execution {root} has led to {MOST} others, which is the most that may be."
            ).format(root=root, MOST=MOST)
        )
    length = 0
    earlier: Execution | None = execution
    while earlier is not None:
        length += 1
        if length >= LONGEST:
            raise TooMany(
                gettext(
                    "{longest} executions in a row have caused one another, which is the most that may be."
                ).format(longest=LONGEST)
            )
        earlier = earlier.caused_by
    return Execution(
        tasks=tasks,
        options=options,
        requested_by_id=execution.requested_by_id,
        caused_by_id=execution.pk,
        chain=root,
    )
