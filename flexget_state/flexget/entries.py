"""The fields of entries as FlexGet stores them, and the lists of entries."""

import json
import math
from dataclasses import dataclass
from typing import Any

from flexget.entry import Entry
from sqlalchemy import or_

from flexapi.engine import protocol
from flexapi.engine.host.transactions import Method, Params, local_time, on_database
from flexapi.engine.protocol import RpcError

from .tables import Json, Table, equal_to, one_of, part_of, shown_part_of

# FlexGet stores a date, a quality, a set, … as an object with these keys.
_WRAPPED = {"serializer", "version", "value"}


def fields_of(text: str | None) -> Json:
    """Return the fields of an entry that FlexGet stored, as plain JSON; {} where they can't be read.

    The stored text is read, and no entry is made of it: a field that a plugin fills in when it is asked for would
    go out to a web service, and what was stored by a plugin that is gone raises.
    """
    try:
        plain = _plain(json.loads(text or "{}", parse_constant=str))
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() >= _WRAPPED:
            inner = value["value"]
            is_entry = value["serializer"] == "Entry" and isinstance(inner, dict)
            return _plain(inner.get("fields")) if is_entry else _plain(inner)
        # Sorted: FlexGet keeps no order of fields, and an ETag must not depend on one.
        return {_text(key): _plain(below) for key, below in sorted(value.items())}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    """Half of a surrogate pair can't be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _check(value: Any) -> None:
    """Raise RpcError for what FlexGet would take for something that it stored itself, and then fail to read."""
    if isinstance(value, dict):
        if value.keys() >= _WRAPPED:
            keys = ", ".join(sorted(_WRAPPED))
            message = f"An object can't have all of the keys {keys}: FlexGet has a use for it."
            raise RpcError(protocol.INVALID_PARAMS, message, "entry")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check(item)


def entry_of(data: Json) -> Entry:
    """Make an entry of title, original_url and entry (its other fields). Raises RpcError."""
    _check(data["entry"])
    fields = {"url": data["original_url"]} | data["entry"]
    fields |= {"title": data["title"], "original_url": data["original_url"]}
    return Entry(fields)


@dataclass(frozen=True, kw_only=True)
class EntryTable(Table):
    """The entries of lists of entries; their model is made of an entry and the id of its list."""

    def methods(self, name: str) -> dict[str, Method]:
        """Return those of every table, `name.add` and `name.change`."""
        methods = super().methods(name)
        change = on_database(of=methods[f"{name}.one"])(self.change)
        return methods | {f"{name}.add": on_database(self.add), f"{name}.change": change}

    def add(self, session: Any, params: Params) -> Json:
        """Add the entry `params["data"]` to the list `params["list"]`."""
        data = params["data"]
        owner = self.list_of(session, params)
        self._check_unique(session, owner, data)
        row = self.model(entry_of(data), owner.id)
        self.set_more(row, data)
        session.add(row)
        session.flush()
        return self.row_as_json(session, row)

    def change(self, session: Any, params: Params) -> Json:
        """Replace the entry `params["id"]` by `params["data"]`."""
        data = params["data"]
        row = self.get(session, params)
        self._check_unique(session, row.list_, data, row.id)
        row.entry = entry_of(data)
        row.title, row.original_url = data["title"], data["original_url"]
        self.set_more(row, data)
        session.flush()
        return self.row_as_json(session, row)

    def set_more(self, row: Any, data: Json) -> None:
        """Set what rows of this kind have beside the entry."""

    def _check_unique(self, session: Any, owner: Any, data: Json, own: int | None = None) -> None:
        """Raise RpcError where FlexGet's plugin would take another entry of the list for this one."""
        same = or_(
            self.model.title == data["title"], self.model.original_url == data["original_url"]
        )
        query = session.query(self.model).filter(self.model.list_id == owner.id, same)
        other = query.filter(self.model.id != (own or 0)).order_by(self.model.id).first()
        if other is not None:
            message = f"The list {owner.name} has an entry {other.title} with this title or URL."
            raise RpcError(protocol.CONFLICT, message, other.id)


def entry_as_json(row: Any) -> Json:
    """Return `{"id", "title", "original_url", "added", "entry": {field: value}}`."""
    return {
        "id": row.id,
        "title": row.title,
        "original_url": row.original_url,
        "added": local_time(row.added),
        "entry": fields_of(row._json),
    }


def of_entries(model: Any, list_model: Any) -> dict[str, Any]:
    """Return what the tables of both kinds of entries have in common."""
    return {
        "model": model,
        "noun": "entry of this list",
        "list_model": list_model,
        "ordering": {
            name: getattr(model, name) for name in ("title", "added", "original_url", "id")
        },
        "filters": {
            "search": part_of(model.title, model.original_url),
            "search_titles": shown_part_of(model.title),
            "title": equal_to(model.title),
            "ids": one_of(model.id),
        },
    }
