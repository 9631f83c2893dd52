"""Handlers of FlexGet's events, taken away again.

FlexGet's own `remove_event_handler` takes handlers of one priority for the same, and may remove another plugin's.
"""

import contextlib
from collections.abc import Callable
from typing import Any

from flexget.event import Event, get_events


def remove_handlers(event_name: str, unwanted: Callable[[Event], Any]) -> None:
    """Remove those handlers of an event for which `unwanted(handler)` is true; `handler.func` is its function."""
    with contextlib.suppress(KeyError):  # Nobody has any.
        handlers = get_events(event_name)
        handlers[:] = [handler for handler in handlers if not unwanted(handler)]
