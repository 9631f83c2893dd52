"""What other apps add to the mirror: rows for the root section that is theirs."""

from collections.abc import Callable
from typing import Any

# Called in the transaction that stores a new revision, with the section's data before and now
# (None where it is missing), as FlexGet loads it. Must not do anything but update rows.
IndexRows = Callable[[Any, Any], None]

_index_rows: dict[str, IndexRows] = {}


def register(section: str, index_rows: IndexRows) -> None:
    """Let `index_rows` keep rows of a root section; call it in `AppConfig.ready`."""
    if section in _index_rows and _index_rows[section] is not index_rows:
        raise ValueError(f"The section {section!r} has a handler already.")
    _index_rows[section] = index_rows


def registered() -> dict[str, IndexRows]:
    """Return the handlers by section."""
    return dict(_index_rows)
