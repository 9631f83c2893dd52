"""Tokens that were shown lately, each with its user and what they may do: asked for once in SECONDS at most.

What this process changes counts at once, what another one changes within SECONDS.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from flexapi.api.models import ApiToken

SECONDS = 1.0
# So many are remembered.
MOST = 1000


@dataclass(slots=True)
class Remembered:
    """A token with its user, not to be modified; what the user may do, once that was asked."""

    token: ApiToken
    asked: float
    permissions: frozenset[str] | None = None


class Lately:
    """What is remembered, by the hash of the token."""

    def __init__(self) -> None:
        self.seconds = SECONDS
        self._lock = threading.Lock()
        self._remembered: dict[str, Remembered] = {}
        self._changes = 0

    def find(self, digest: str, ask: Callable[[str], ApiToken | None]) -> Remembered | None:
        """Return what `ask` finds in the database, or found a moment ago; None where no token has this hash."""
        now = time.monotonic()
        known = self._remembered.get(digest)
        if known is not None and now - known.asked < self.seconds:
            return known
        changes = self._changes
        token = ask(digest)
        if token is None:
            return None
        found = Remembered(token, now)
        with self._lock:
            # What was changed while it was read may have been read as it was before.
            if changes == self._changes:
                if len(self._remembered) >= MOST:
                    self._remembered.clear()
                self._remembered[digest] = found
        return found

    def forget(self, **_: Any) -> None:
        """Ask the database again: something was changed. A receiver of signals."""
        with self._lock:
            self._changes += 1
            self._remembered.clear()

    def forget_changed(self, **_: Any) -> None:
        """Forget now and, as others may read until then what was before, when the change is committed."""
        self.forget()
        transaction.on_commit(self.forget)


lately = Lately()


def listen() -> None:
    """Hear of everything that this process changes of tokens, users and what they may do."""
    user = get_user_model()
    for model in (ApiToken, user, Group, Permission):
        for signal in (post_save, post_delete):
            signal.connect(lately.forget_changed, sender=model)
    for through in (
        user.groups.through,
        user.user_permissions.through,
        Group.permissions.through,
    ):
        m2m_changed.connect(lately.forget_changed, sender=through)
