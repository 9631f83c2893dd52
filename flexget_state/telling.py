"""Tells of entries that wait for somebody's approval."""

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from flexapi import events
from flexapi.engine.client import EngineError, EngineUnavailable
from flexapi.engine.instance import engine
from flexapi.events import Check, Event, Kind, Unknown
from flexapi.phrases import phrase

WAITS = phrase("{title} waits for approval")
FOUND = phrase("Task {task} found it. Approve it on the page Pending.")

PERIOD = 60.0
# Seconds that FlexGet may take to answer.
TIMEOUT = 2.0
# The latest are told of.
MOST = 50


def register() -> None:
    """Add the kind of event and the check; called once, when the app is ready."""
    events.kinds.add("approval", Kind(gettext_noop("Something waits for approval"), urgent=False))
    events.checks.add("approval", Check(waiting, PERIOD))


def waiting() -> Iterator[Event]:
    """Yield the entries that FlexGet's `pending_approval` keeps. Raises Unknown where FlexGet can't be asked."""
    if engine().state.name != "ready":
        raise Unknown
    params = {
        "filters": {"approved": False},
        "order_by": "added",
        "descending": True,
        "limit": MOST,
        "offset": 0,
    }
    try:
        answer = engine().call(
            "flexget_state.pending.page", params, timeout=TIMEOUT, in_passing=True
        )
    except (EngineError, EngineUnavailable) as error:
        raise Unknown from error
    for entry in answer["items"]:
        yield Event(
            kind="approval",
            title=WAITS.format(title=entry["title"]),
            detail=FOUND.format(task=entry["task_name"]),
            subject=str(entry["id"]),
            tasks=(entry["task_name"],),
        )
