"""What other apps send along with a run, and the reports of their own that come back.

    extensions.send_along("movie_queue", queue_for_run)      # in the ready() of an AppConfig
    extensions.on_report("movie_queue", apply_changes)

Inside FlexGet a plugin finds what was sent in `flexapi.engine.host.execution.current.extras["movie_queue"]` and answers
with `current.reporter.report("movie_queue", …)`.
"""

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, transaction

if TYPE_CHECKING:
    from flexapi.engine.run import Report

    from .models import Execution

logger = logging.getLogger(__name__)

Payload = Callable[["Execution"], Any]
Handler = Callable[["Execution", dict[str, Any]], None]

# The URL of a page that belongs to an execution; "" where it has none.
Link = Callable[["Execution"], str]

_payloads: dict[str, Payload] = {}
_handlers: dict[str, Handler] = {}
_links: dict[str, Link] = {}


def send_along(name: str, payload: Payload) -> None:
    """Send `payload(execution)`, which JSON must be able to hold, with each run.

    It is asked when the run starts. Raises ValueError for a name that is taken.
    """
    if _payloads.setdefault(name, payload) is not payload:
        raise ValueError(f"{name} is sent along already")


def on_report(kind: str, handler: Handler) -> None:
    """Have `handler(execution, params)` called for each report of a kind, in the order they come.

    It is called in the database transaction that stores the log lines beside it, so what it writes
    is stored once or, where the database is busy, tried again with the rest. What it wrote before it
    raises anything else is undone, and logged. It does no I/O of other kinds. Raises ValueError for a
    kind that is taken.
    """
    if _handlers.setdefault(kind, handler) is not handler:
        raise ValueError(f"reports of {kind} have a handler already")


def link(label: str, url: Link) -> None:
    """Lead from an execution's page in the admin to `url(execution)`.

    Raises ValueError for a label that is taken.
    """
    if _links.setdefault(label, url) is not url:
        raise ValueError(f"there is a link {label} already")


def links(execution: "Execution") -> list[tuple[str, str]]:
    """Return URL and label of the pages that belong to an execution."""
    found = ((url(execution), label) for label, url in _links.items())
    return [(url, label) for url, label in found if url]


def extras(execution: "Execution") -> dict[str, Any]:
    """Return all that travels with a run, by name."""
    return {name: payload(execution) for name, payload in _payloads.items()}


def handle(execution: "Execution", reports: "Iterable[Report]") -> None:
    """Hand reports to those who asked for them; called inside of a transaction."""
    for report in reports:
        handler = _handlers.get(report.kind)
        if handler is None:
            logger.warning("%s: nobody knows what to do with %r.", execution, report.kind)
        else:
            _call(handler, execution, report)


def _call(handler: Handler, execution: "Execution", report: "Report") -> None:
    try:
        with transaction.atomic():
            handler(execution, report.params)
    except OperationalError:
        raise  # The database is busy: all of the batch is tried again.
    except Exception:
        # A bug of an app, perhaps a plugin's: what it wrote is undone, and the run goes on.
        logger.exception("%s: %r could not be handled.", execution, report.kind)
