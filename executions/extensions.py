"""What other apps send along with a run, and the reports of their own that come back.

    extensions.send_along("movie_queue", queue_for_run)      # in the ready() of an AppConfig
    extensions.on_report("movie_queue", apply_changes)

Inside FlexGet a plugin finds what was sent in `flexapi.engine.host.child.current.extras["movie_queue"]` and answers
with `current.reporter.report("movie_queue", …)`.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from flexapi.registry import Registry

if TYPE_CHECKING:
    from flexapi.engine.run import Report

    from .models import Execution

logger = logging.getLogger(__name__)

Payload = Callable[["Execution"], Any]
ReportHandler = Callable[["Execution", dict[str, Any]], None]
# Called when an execution starts or ends.
TurnHandler = Callable[["Execution"], None]

# The name of a handler, and the call of it.
_Handling = tuple[str, Callable[[], None]]

# The URL of a page that belongs to an execution; "" where it has none.
Link = Callable[["Execution"], str]

payloads: Registry[str, Payload] = Registry("payload of runs")
report_handlers: Registry[str, ReportHandler] = Registry("handler of a run's reports")
start_handlers: Registry[str, TurnHandler] = Registry("handler of executions' starts")
end_handlers: Registry[str, TurnHandler] = Registry("handler of executions' ends")
links: Registry[str, Link] = Registry("link from an execution's page")


def send_along(name: str, payload: Payload) -> None:
    """Send `payload(execution)`, which JSON must be able to hold, with each run.

    It is asked when the run starts. Raises ValueError for a name that is taken.
    """
    payloads.add(name, payload)


def on_report(kind: str, handler: ReportHandler) -> None:
    """Have `handler(execution, params)` called for each report of a kind, in the order they come.

    It is called in the database transaction that stores the log lines beside it, so what it writes
    is stored once or, where the database is busy, tried again with the rest. What it wrote before it
    raises anything else is undone, and logged; where another one raises, what this one wrote may be undone too, and it is
    called again. It does no I/O of other kinds. Raises ValueError for a
    kind that is taken.
    """
    report_handlers.add(kind, handler)


def on_start(name: str, handler: TurnHandler) -> None:
    """Have `handler(execution)` called in the transaction that stores that an execution runs; else as `on_report`.

    Not for trials and tests: neither changes anything, so nobody is told of them and nothing counts them.
    """
    start_handlers.add(name, handler)


def on_end(name: str, handler: TurnHandler) -> None:
    """Have `handler(execution)` called in the transaction that stores how an execution ended; else as `on_start`."""
    end_handlers.add(name, handler)


def link(label: str, url: Link) -> None:
    """Lead from an execution's page in the admin to `url(execution)`.

    Raises ValueError for a label that is taken.
    """
    links.add(label, url)


def links_of(execution: "Execution") -> list[tuple[str, str]]:
    """Return URL and label of the pages that belong to an execution."""
    found = ((url(execution), label) for label, url in links.items())
    return [(url, gettext(label)) for url, label in found if url]


def extras(execution: "Execution") -> dict[str, Any]:
    """Return all that travels with a run, by name."""
    return {name: payload(execution) for name, payload in payloads.items()}


def handle(execution: "Execution", reports: "Iterable[Report]") -> None:
    """Hand reports to those who asked for them; called inside of a transaction.

    What a trial reports of what it would have done is nobody's.
    """
    if execution.trial:
        return
    calls: list[_Handling] = []
    for report in reports:
        handler = report_handlers.get(report.kind)
        if handler is None:
            logger.warning("%s: nobody knows what to do with %r.", execution, report.kind)
        else:
            calls.append((report.kind, partial(handler, execution, report.params)))
    _call(execution, calls)


def started(execution: "Execution") -> None:
    """Tell those who asked that it runs; called inside of a transaction. That of a trial or a test is nobody's business."""
    _turned(start_handlers, execution)


def ended(execution: "Execution") -> None:
    """Tell those who asked that it is over; called inside of a transaction. That of a trial or a test is nobody's business.

    Its results are read once for all of them.
    """
    if execution.counts:
        prefetch_related_objects([execution], "results")
    _turned(end_handlers, execution)


def _turned(handlers: "Registry[str, TurnHandler]", execution: "Execution") -> None:
    if execution.counts:
        _call(
            execution, [(name, partial(handler, execution)) for name, handler in handlers.items()]
        )


def _call(execution: "Execution", calls: Sequence[_Handling]) -> None:
    """Call them all within one savepoint; where one of them fails, all again, each within its own."""
    if not calls:
        return
    try:
        with transaction.atomic():
            for _, call in calls:
                call()
    except OperationalError:
        raise  # The database is busy: all of it is tried again.
    except Exception:  # noqa: BLE001  It is raised again below, and logged.
        for name, call in calls:
            _call_alone(execution, name, call)


def _call_alone(execution: "Execution", name: str, call: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            call()
    except OperationalError:
        raise
    except Exception:
        # A bug of an app, perhaps a plugin's: what it wrote is undone, and the run goes on.
        logger.exception("%s: %r could not be handled.", execution, name)
