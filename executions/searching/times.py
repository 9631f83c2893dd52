"""Which executions may have lines of a time: log lines have no index by time, executions do."""

from datetime import datetime, timedelta

from executions.models import Execution
from executions.searching.tables import LAST_EXECUTION
from executions.searching.words import Wanted

# Clocks of workers may differ by so much from the server's.
_SKEW = timedelta(minutes=1)
# Executions that were made in the same moment may have ids in another order than their times.
_NEXT_TO_EACH_OTHER = 50
# Of those that were made before a moment, so many are looked at for one that ran on behind it.
_ACROSS = 1000


def executions_of(wanted: Wanted, latest: int) -> tuple[int, int]:
    """Return the first and the last id of the executions that may have such lines; `latest` is the last of all."""
    first, last = 1, min(latest, LAST_EXECUTION)
    if wanted.execution is not None:
        first, last = max(first, wanted.execution), min(last, wanted.execution)
    if wanted.after is not None:
        first = max(first, _first_with_lines_after(wanted.after - _SKEW, last))
    if wanted.before is not None:
        last = min(last, _last_with_lines_before(wanted.before + _SKEW))
    return first, last


def _last_with_lines_before(moment: datetime) -> int:
    made = Execution.objects.filter(created__lt=moment).order_by("-created", "-pk")
    return max(made.values_list("pk", flat=True)[:_NEXT_TO_EACH_OTHER], default=0)


def _first_with_lines_after(moment: datetime, last: int) -> int:
    made = Execution.objects.filter(created__gte=moment).order_by("created", "pk")
    found = list(made.values_list("pk", flat=True)[:_NEXT_TO_EACH_OTHER])
    before = Execution.objects.filter(created__lt=moment).order_by("-created", "-pk")
    for pk, finished in before.values_list("pk", "finished")[:_ACROSS]:
        if finished is None or finished >= moment:
            found.append(pk)
    # However long it has been running.
    found += Execution.objects.active().order_by("pk").values_list("pk", flat=True)[:1]
    return min(found, default=last + 1)
