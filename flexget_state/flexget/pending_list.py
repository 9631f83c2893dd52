"""The lists of FlexGet's plugin `pending_list`: their entries have `approved` as well."""

from dataclasses import dataclass
from typing import Any

from flexget.components.managed_lists.lists.pending_list import db

from .entries import EntryTable, entry_as_json, of_entries
from .lists import table_of_lists
from .tables import ApprovalTable, Json, truth_of


@dataclass(frozen=True, kw_only=True)
class PendingEntryTable(ApprovalTable, EntryTable):
    """Entries that wait in lists until somebody approves them."""

    def set_more(self, row: Any, data: Json) -> None:
        """Set whether it is approved, where that is said."""
        if "approved" in data:
            row.approved = data["approved"]


def _as_json(row: Any) -> Json:
    return entry_as_json(row) | {"approved": bool(row.approved)}


_common = of_entries(db.PendingListEntry, db.PendingListList)
_common["filters"] |= {"approved": truth_of(db.PendingListEntry.approved)}
_common["ordering"] |= {"approved": db.PendingListEntry.approved}
ENTRIES = PendingEntryTable(as_json=_as_json, **_common)

METHODS = {
    **table_of_lists(db.PendingListList, db.PendingListEntry).methods("pending_list"),
    **ENTRIES.methods("pending_list.entries"),
}
