"""The rows of the current revision, kept by whom they belong to (see `handlers`).

A handler that fails keeps nobody from changing the config: the revision is stored, its rows stay as they were, and
`ConfigState.behind` names its section until the handler has caught up (see `snapshot.catch_up`).
"""

from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from flexapi.background import Health
from flexapi.mirror import handlers
from flexapi.mirror.document import same
from flexapi.mirror.handlers import RowHandler
from flexapi.mirror.store.tables import ConfigState

# How the handlers are that were called in this process, by their names in `ConfigState.behind`.
_health: dict[str, Health] = {}


def mapping(data: Any) -> dict[Any, Any]:
    """Return `data` where it is a mapping, else an empty one: `tasks:` without a value, say."""
    return data if isinstance(data, dict) else {}


def update_rows(old: Any, new: Any) -> None:
    """Bring all rows from the data of one revision to that of another; in its transaction.

    `old` is None where the rows can't be trusted to show it: then every row is compared.
    """
    behind = names_behind()
    still = set(behind)
    for section, handler in handlers.row_handlers.items():
        name = section or ""
        trusted = None if name in behind else old
        before: Any = trusted
        after: Any = mapping(new)
        if section is not handlers.ROOT:
            before = None if trusted is None else mapping(trusted).get(section)
            after = after.get(section)
            if trusted is not None and same(before, after):
                continue
        still.discard(name)
        if not _kept(name, handler, before, after):
            still.add(name)
    if still != behind:
        ConfigState.objects.update(behind=sorted(still))


def names_behind() -> set[str]:
    """Return the sections whose rows do not show the current revision, "" for the config as a whole."""
    return set(ConfigState.objects.values_list("behind", flat=True).first() or ())


def is_due(behind: set[str]) -> bool:
    """Whether it is time to try one of these handlers again."""
    return any(_health_of(section or "").is_due for section in _registered(behind))


def note_caught_up(behind: set[str]) -> None:
    """Note that all handlers but these have caught up, perhaps in another process."""
    for name, health in _health.items():
        if name not in behind:
            health.succeeded()


def status() -> list[dict[str, Any]]:
    """Return what `/api/server` says of the handlers that were called."""
    return [health.status() for health in list(_health.values())]


def _registered(behind: set[str]) -> list[str | None]:
    return [section for section in handlers.row_handlers if (section or "") in behind]


def _kept(name: str, handler: RowHandler, before: Any, after: Any) -> bool:
    """Call a handler; return whether it kept its rows. Raises what ends the transaction."""
    health = _health_of(name)
    try:
        with transaction.atomic():
            handler(before, after)
    except (OperationalError, InterfaceError):
        raise  # The database is busy or away: the whole write is tried again.
    except Exception as error:  # noqa: BLE001  Logged with its traceback.
        health.failed(error)
        return False
    health.succeeded()
    return True


def _health_of(name: str) -> Health:
    if name not in _health:
        _health[name] = Health(f"rows of {name or 'the sections'}")
    return _health[name]
