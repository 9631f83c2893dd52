"""What stays open for long ends when what it was opened with does: its token, its session, its user, what they may do.

A websocket or a log stream is asked once who it is. Each registers its `Visit` here; a loop looks at all of them together,
with a few queries whatever their number, and ends those that would not be let in as they were.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from flexapi.api.accounts.narrowing import narrow
from flexapi.api.models import ApiToken, Scope
from flexapi.background import Loop

# Seconds after which a visit that may not go on has ended.
PERIOD = 2.0
# So many tokens or users are asked for by one query.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Visit:
    """What something was opened with: a user with a token or a session, and what they might do then."""

    user_id: int
    token_id: int | None
    # None for one whom a proxy in front named as well.
    session_key: str | None
    permissions: frozenset[str]


def visit_of(user: Any, token: Any = None, session_key: str | None = None) -> Visit | None:
    """The visit of a user who came with a token or a session; None of an anonymous one."""
    if not user.is_authenticated:
        return None
    token_id = token.pk if isinstance(token, ApiToken) else None
    return Visit(user.pk, token_id, None if token_id else session_key, _permissions(user))


def session_user(key: str) -> Any:
    """The user of a session by its key; anonymous where it is not, or no longer, good."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(request)


class Visits(Loop):
    """All visits of this process."""

    def __init__(self) -> None:
        super().__init__("visits", self.look, period=PERIOD, at_once=False)
        self._lock = threading.Lock()
        self._open: dict[object, tuple[Visit, Callable[[], object]]] = {}

    @contextmanager
    def during(self, visit: Visit | None, end: Callable[[], object]) -> Iterator[None]:
        """Call `end`, from another thread, as soon as the visit may not go on."""
        key = object()
        if visit is not None:
            with self._lock:
                self._open[key] = visit, end
        try:
            yield
        finally:
            with self._lock:
                self._open.pop(key, None)

    def look(self) -> None:
        """End the visits that may not go on."""
        with self._lock:
            visits = list(self._open.values())
        if not visits:
            return
        good = _good({visit for visit, _ in visits})
        for visit, end in visits:
            if visit not in good:
                end()


visits = Visits()


def _good(all_visits: set[Visit]) -> set[Visit]:
    """Return those that may go on."""
    allowed: dict[int, Any] = {}
    for ids in _batches({visit.user_id for visit in all_visits}):
        for user in get_user_model().objects.filter(pk__in=ids, is_active=True):
            allowed[user.pk] = user
    tokens: dict[int, ApiToken] = {}
    for ids in _batches({visit.token_id for visit in all_visits if visit.token_id}):
        valid = Q(expiry=None) | Q(expiry__gt=timezone.now())
        tokens.update(ApiToken.objects.filter(valid, pk__in=ids).in_bulk())
    sessions = {
        key: session_user(key).pk
        for key in {visit.session_key for visit in all_visits if visit.session_key}
    }

    @functools.cache
    def may(user_id: int, token_id: int) -> frozenset[str] | None:
        user = copy(allowed.get(user_id))
        if user is not None and token_id:
            narrow(user, tokens[token_id])
        return None if user is None else _permissions(user)

    def left(visit: Visit) -> frozenset[str] | None:
        token = tokens.get(visit.token_id or 0)
        narrowed = token is not None and token.scope != Scope.ALL
        return may(visit.user_id, token.pk if token is not None and narrowed else 0)

    return {
        visit
        for visit in all_visits
        if left(visit) == visit.permissions
        and (
            visit.token_id in tokens
            if visit.token_id
            else visit.session_key is None or sessions.get(visit.session_key) == visit.user_id
        )
    }


def _batches(ids: set[Any]) -> Iterator[list[Any]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _permissions(user: Any) -> frozenset[str]:
    # All of them, whatever apps there are.
    return frozenset({"*"}) if user.is_superuser else frozenset(user.get_all_permissions())
