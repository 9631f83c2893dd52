"""The lists of FlexGet's plugin `entry_list`."""

from flexget.components.managed_lists.lists.entry_list import db

from .entries import EntryTable, entry_as_json, of_entries
from .lists import table_of_lists

ENTRIES = EntryTable(as_json=entry_as_json, **of_entries(db.EntryListEntry, db.EntryListList))

METHODS = {
    **table_of_lists(db.EntryListList, db.EntryListEntry).methods("entry_list"),
    **ENTRIES.methods("entry_list.entries"),
}
