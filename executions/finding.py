"""Executions, for the search of everything."""

from executions.models import Execution, TaskResult
from executions.results import LONGEST_NAME
from flexapi.api.search import Hit

# The latest runs of a task that are answered.
LATEST = 3


def find(text: str, limit: int) -> list[Hit]:
    """Return the execution of this id (`12`, `#12`), and the latest runs of the task of this name; two queries."""
    number = text.strip().removeprefix("#")
    hits: list[Hit] = []
    if number.isascii() and number.isdigit() and len(number) <= 18:
        hits += map(_hit, Execution.objects.filter(pk=int(number)))
    results = TaskResult.objects.real().filter(task=text[:LONGEST_NAME])
    for result in results.order_by("-execution_id")[:LATEST]:
        title = f"#{result.execution_id} {result.task}"
        hits.append(Hit(str(result.execution_id), title, result.status, result.finished))
    return hits[:limit]


def _hit(execution: Execution) -> Hit:
    tasks = ", ".join(execution.tasks) or "all tasks"
    time = execution.finished or execution.created
    return Hit(str(execution.pk), f"#{execution.pk} {tasks}", execution.status, time)
