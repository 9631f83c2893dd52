"""Reports the runs of schedules to monitors elsewhere, which notice when none comes."""

from executions.models import Execution, Status
from flexapi.events import Event
from flexapi.phrases import phrase
from notifications import outbox

EXECUTION = phrase("Execution {execution}")


def on_start(execution: Execution) -> None:
    """Say that a run of a schedule started; in the transaction that stores it."""
    if execution.schedule is not None:
        _report(execution, "started", "It started.")


def on_end(execution: Execution) -> None:
    """Say how a run of a schedule ended; in the transaction that stores it."""
    if execution.schedule is not None:
        well = execution.status == Status.COMPLETE
        said = execution.abort_reason or f"It is {execution.status}."
        _report(execution, "ended" if well else "failed", said)


def _report(execution: Execution, kind: str, said: str) -> None:
    event = Event(
        kind=kind,
        title=EXECUTION.format(execution=execution.pk),
        detail=said,
        subject=str(execution.pk),
        execution=execution.pk,
    )
    outbox.tell_monitors(execution.schedule, event)
