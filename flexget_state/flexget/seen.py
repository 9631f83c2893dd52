"""Entries that FlexGet has taken: `{"id", "title", "task", "reason", "local", "added", "fields": [{"id", "field", "value",
"added"}]}`. FlexGet rejects an entry of which one field has such a value; if `local`, in that task only."""

from typing import Any

from flexget.components.seen import db
from flexget.task import config_changed
from sqlalchemy import and_, or_, select

from flexapi.engine import protocol
from flexapi.engine.host.transactions import Params, local_time, on_database
from flexapi.engine.protocol import RpcError

from .tables import Filter, Json, Table, equal_to, one_of, part_of, shown_part_of, truth_of


def _as_json(row: Any) -> Json:
    return {
        "id": row.id,
        "title": row.title,
        "task": row.task,
        "reason": row.reason,
        "local": bool(row.local),
        "added": local_time(row.added),
        "fields": [
            {
                "id": field.id,
                "field": field.field,
                "value": field.value,
                "added": local_time(field.added),
            }
            for field in row.fields
        ],
    }


def _having(condition: Filter) -> Filter:
    # Not by each entry in turn: there may be a hundred thousand, and values have an index.
    owner = db.SeenField.seen_entry_id
    return lambda value: db.SeenEntry.id.in_(select(owner).where(condition(value)))


def _search(text: str) -> Any:
    return or_(part_of(db.SeenEntry.title)(text), _having(part_of(db.SeenField.value))(text))


def _search_titles(given: Any) -> Any:
    no_url = ~db.SeenField.value.contains("://")
    in_field = _having(lambda given: and_(shown_part_of(db.SeenField.value)(given), no_url))
    return or_(shown_part_of(db.SeenEntry.title)(given), in_field(given))


def _reconsider(session: Any) -> None:
    """Have tasks look at all entries again, as `flexget seen forget` has: also at those of an unchanged feed."""
    config_changed(session=session)


TABLE = Table(
    model=db.SeenEntry,
    noun="seen entry",
    as_json=_as_json,
    ordering={
        name: getattr(db.SeenEntry, name)
        for name in ("added", "title", "task", "reason", "local", "id")
    },
    filters={
        "search": _search,
        "search_titles": _search_titles,
        "value": _having(equal_to(db.SeenField.value)),
        "local": truth_of(db.SeenEntry.local),
        "reason": equal_to(db.SeenEntry.reason),
        "task": equal_to(db.SeenEntry.task),
        "ids": one_of(db.SeenEntry.id),
    },
    shown_with="fields",
    parts=db.SeenField.seen_entry_id,
    after_delete=_reconsider,
)


def add(session: Any, params: Params) -> Json:
    """Have FlexGet know an entry: title, task, reason, local, fields (`[{"field", "value"}]`)."""
    data = params["data"]
    fields = {item["field"]: item["value"] for item in data["fields"]}
    known = db.search_by_field_values(
        list(fields.values()), data["task"], data["local"], session=session
    )
    if known is not None:
        raise RpcError(
            protocol.CONFLICT,
            f"The {known.field} {known.value} is seen already.",
            known.seen_entry_id,
        )
    made = db.add(
        data["title"], data["task"], fields, data["reason"], data["local"], session=session
    )
    return TABLE.one(session, {"id": made["id"]})


METHODS = TABLE.methods("seen") | {"seen.add": on_database(add)}
