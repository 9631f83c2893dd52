"""What the dashboard says on the first day: what was found beside FlexAPI, for its script to say what to do next."""

from typing import Any

from executions.models import Execution
from flexapi.mirror import mirror
from flexapi.mirror.store.tables import InvalidTask
from flexapi.sample_config import SAMPLE
from history.models import HistoryEntry
from schedules.models import Schedule
from tasks.models import Task

# Executions that have ended, after which nobody is new here.
FIRST_DAYS = 10


def found(user: Any) -> dict[str, Any] | None:
    """What there is: None for who changes and runs nothing, and where that is old news.

    `{"sample": whether the config is the one that FlexAPI wrote, "tasks": how many, "first": the name of one to try or null, "schedules":
    how many, "hourly": whether all tasks run each hour since the config says nothing of schedules, "imported": entries of the history
    that FlexGet had, "ran": whether somebody has run or tested something}`
    """
    if not user.has_perms(("executions.add_execution", "tasks.view_task")):
        return None
    by_whom = Execution.objects.ended().order_by("-pk").values_list("requested_by", flat=True)
    # Nobody's are those of schedules.
    ended = list(by_whom[:FIRST_DAYS])
    if len(ended) == FIRST_DAYS:
        return None
    refused = InvalidTask.objects.values("key")
    runnable = Task.objects.filter(enabled=True).exclude(key__in=refused)
    schedules = list(Schedule.rows.values_list("default", flat=True))
    return {
        "sample": mirror.current().document.text == SAMPLE,
        "tasks": Task.objects.count(),
        "first": runnable.values_list("name", flat=True).first(),
        "schedules": len(schedules),
        "hourly": any(schedules),
        "imported": HistoryEntry.objects.filter(execution=None).count(),
        "ran": any(ended),
    }
