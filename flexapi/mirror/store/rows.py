"""The rows of the current revision, kept by whom they belong to (see `handlers`)."""

from typing import Any

from flexapi.mirror import handlers
from flexapi.mirror.document import same


def mapping(data: Any) -> dict[Any, Any]:
    """Return `data` where it is a mapping, else an empty one: `tasks:` without a value, say."""
    return data if isinstance(data, dict) else {}


def update_rows(old: Any, new: Any) -> None:
    """Bring all rows from the data of one revision to that of another; in its transaction.

    `old` is None where the rows can't be trusted to show it: then every row is compared.
    """
    for section, index_rows in handlers.registered().items():
        if section is handlers.ROOT:
            index_rows(old, mapping(new))
            continue
        before = None if old is None else mapping(old).get(section)
        after = mapping(new).get(section)
        if old is None or not same(before, after):
            index_rows(before, after)
