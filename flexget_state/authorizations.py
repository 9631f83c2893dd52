"""FlexGet being allowed an account of Trakt: begun by a request, ended on Trakt's own page, minutes later.

One at a time; which one, and how it is, all servers know by their cache.
"""

import queue
import threading
from concurrent.futures import Future
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext

from flexapi.api.errors import Conflict, ServiceUnavailable
from flexapi.engine import instance
from flexapi.engine.client import EngineError, EngineUnavailable

_KEY = "flexget_state.trakt"
# Seconds that one is remembered: longer than Trakt's code is good.
REMEMBERED = 15 * 60
# Seconds that a request waits for the code.
PATIENCE = 10.0

# `{"name", "state": "asking" | "waiting" | "done" | "failed", "url", "code", "detail"}`
Authorization = dict[str, str]


def current() -> Authorization | None:
    """Return the one that goes on, or the last one; None where there was none lately."""
    found: Authorization | None = cache.get(_KEY)
    return found


def begin(name: str) -> Authorization:
    """Ask Trakt for a code, and see it through. Raises Conflict where another one goes on, ServiceUnavailable."""
    mine = {"name": name, "state": "asking", "url": "", "code": "", "detail": ""}
    if not cache.add(_KEY, mine, REMEMBERED):
        other = current()
        if other is not None and other["state"] in ("asking", "waiting"):
            raise Conflict(
                gettext(
                    "Trakt is being asked for the account {other} already: enter its code, or wait until that ends, ten minutes at most."
                ).format(other=other["name"])
            )
        cache.set(_KEY, mine, REMEMBERED)
    said: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        answer = instance.engine().begin(
            "flexget_state.trakt.authorize", {"name": name}, 0, said.put
        )
    except EngineUnavailable as error:
        cache.delete(_KEY)
        raise ServiceUnavailable(str(error)) from error
    answer.add_done_callback(said.put)
    told = threading.Event()
    thread = threading.Thread(
        target=_see_through, args=(mine, said, told), name="trakt", daemon=True
    )
    thread.start()
    told.wait(PATIENCE)
    return current() or mine


def _see_through(
    mine: Authorization, said: "queue.SimpleQueue[Any]", told: threading.Event
) -> None:
    """Remember what is said, until there is an answer."""
    while True:
        heard = said.get()
        if isinstance(heard, Future):
            break
        mine = {**mine, "state": "waiting", "url": heard["url"], "code": heard["code"]}
        mine["detail"] = heard["text"]
        cache.set(_KEY, mine, REMEMBERED)
        told.set()
    try:
        heard.result()
        mine = {**mine, "state": "done", "url": "", "code": "", "detail": ""}
    except (EngineError, EngineUnavailable) as error:
        mine = {**mine, "state": "failed", "url": "", "code": "", "detail": str(error)}
    cache.set(_KEY, mine, REMEMBERED)
    told.set()
