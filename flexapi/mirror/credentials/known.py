"""The credentials that are known, wherever FlexGet says them: in a log, a reason, a complaint.

Those of the current config are known from its text. What a run was given, templates, included files and variables taken into
account, it reports before it says anything else; that is kept, for its log outlives it.
"""

import hashlib
import html
import json
import re
from collections.abc import Collection, Iterable
from urllib.parse import quote, quote_plus

from django.db import Error, connection

from flexapi.mirror.credentials.texts import MASK, mask_text
from flexapi.mirror.credentials.values import secrets_of
from flexapi.mirror.store import snapshot
from flexapi.mirror.store.tables import KnownCredential
from flexapi.text import storable

# Shorter ones are hidden in their places only: a text without every `5` of it can't be read, and tells as much.
SHORTEST = 4
# Shorter ones are hidden where they are words of their own.
ANYWHERE = 8
_ORDINARY = frozenset({"true", "false", "none", "null"})


class Known:
    """Credentials, and how to hide them in any text."""

    def __init__(self, values: Iterable[str]) -> None:
        # Logs and reasons are stored in the same way.
        stored = map(storable, values)
        forms = {form for value in stored if _counts(value) for form in _forms(value)}
        self._long = sorted(
            (form for form in forms if len(form) >= ANYWHERE), key=len, reverse=True
        )
        self._short = [
            (form, re.compile(rf"(?<!\w){re.escape(form)}(?!\w)"))
            for form in sorted(forms, key=len, reverse=True)
            if len(form) < ANYWHERE
        ]

    @property
    def pattern(self) -> str:
        """A regular expression that finds each of them, for Python and for PostgreSQL; empty where there are none."""
        return "|".join(
            re.escape(form) for form in (*self._long, *(form for form, _ in self._short))
        )

    def hide(self, text: str) -> str:
        """Return a text without them, and without what is written as credentials are."""
        text = mask_text(text)
        for form in self._long:
            if form in text:
                text = text.replace(form, MASK)
        for form, pattern in self._short:
            if form in text:
                text = pattern.sub(MASK, text)
        return text


def _counts(value: str) -> bool:
    ordinary = value.lower() in _ORDINARY or MASK in value
    return len(value) >= SHORTEST and not ordinary and any(map(str.isalnum, value))


def _forms(value: str) -> set[str]:
    """How a value is written in URLs, JSON, Python and HTML."""
    return {
        value,
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        html.escape(value),
    }


class _Memory:
    """What this process knew last; it can be forgotten at any time."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.config: tuple[str, frozenset[str], Known] = ("", frozenset(), Known(()))
        self.state: object = None
        self.known = Known(())


_memory = _Memory()


def in_config() -> Known:
    """Return the credentials of the current config: what is shown of it depends on its text alone."""
    return _of(snapshot.CONFIG.current())[1]


def values_in_config() -> frozenset[str]:
    """Return the credentials of the current config themselves; worked out once for each state of it."""
    if snapshot.current_hash() == _memory.config[0]:
        return _memory.config[1]
    return _of(snapshot.CONFIG.current())[0]


def _of(now: snapshot.Snapshot) -> tuple[frozenset[str], Known]:
    if _memory.config[0] != now.hash:
        values = frozenset(secrets_of(now.data))
        _memory.config = now.hash, values, Known(values)
    return _memory.config[1:]


def known() -> Known:
    """Return the credentials of the current config, and of what has run; what was known last where the database is away."""
    try:
        return _known_now()
    except Error:
        return _memory.known


# Of which config, and up to which row; each answer and each event asks, so it is one statement, in SQL.
_STATE = f"SELECT ({snapshot.CURRENT_HASH}), (SELECT max(id) FROM {KnownCredential._meta.db_table})"  # noqa: S608  Names of our own.


def _known_now() -> Known:
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        state = tuple(cursor.fetchone())
    if state != _memory.state:
        now = snapshot.CONFIG.current()
        kept = KnownCredential.objects.values_list("value", flat=True)
        _memory.known = Known({*_of(now)[0], *kept})
        _memory.state = (now.hash or None, state[1])
    return _memory.known


def forget() -> None:
    """Ask the database again next time, as a new process does."""
    _memory.forget()


def hide_from_log(text: str) -> str:
    """Return a text without what this process knows, for those who can't ask the database: writers of its own log."""
    config = _of(snapshot.CONFIG.remembered())[1]
    return _memory.known.hide(config.hide(text))


def note(values: Collection[str]) -> None:
    """Keep credentials that a run has; those that are kept already cost one query."""
    if not values:
        return
    stored = map(storable, values)
    wanted = {_digest(value): value for value in stored if _counts(value)}
    kept = KnownCredential.objects.filter(digest__in=wanted).values_list("digest", flat=True)
    new = wanted.keys() - set(kept)
    KnownCredential.objects.bulk_create(
        [KnownCredential(digest=digest, value=wanted[digest]) for digest in sorted(new)],
        ignore_conflicts=True,
    )


def _digest(value: str) -> str:
    return hashlib.blake2b(value.encode(), digest_size=32).hexdigest()
