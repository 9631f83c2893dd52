"""The lists that FlexGet manages, of whatever: `{"id", "name", "added", "count": of what is in it}`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func

from flexapi.engine import protocol
from flexapi.engine.host.transactions import Method, Params, local_time, on_database
from flexapi.engine.protocol import RpcError

from .tables import Json, Table, one_of, part_of, shown_part_of


@dataclass(frozen=True, kw_only=True)
class ListTable(Table):
    """The lists of one kind. `item` is the model of what is in them."""

    item: Any

    def methods(self, name: str) -> dict[str, Method]:
        """Return those of every table but `name.clear`, and `name.add`."""
        methods = super().methods(name) | {f"{name}.add": on_database(self.add)}
        del methods[f"{name}.clear"]
        return methods

    def page_as_json(self, session: Any, rows: list[Any]) -> list[Json]:
        """Return lists with the counts of what is in them."""
        key = self.item.list_id
        query = session.query(key, func.count()).filter(key.in_([row.id for row in rows]))
        counts = dict(query.group_by(key).all())
        return [self.as_json(row) | {"count": counts.get(row.id, 0)} for row in rows]

    def add(self, session: Any, params: Params) -> Json:
        """Make the list `params["data"]["name"]`; names are one in any case, as in FlexGet's own API."""
        name = params["data"]["name"]
        same = func.lower(self.model.name) == name.lower()
        other = session.query(self.model).filter(same).order_by(self.model.id).first()
        if other is not None:
            raise RpcError(protocol.CONFLICT, f"There is a list {other.name} already.", other.id)
        row = self.model(name=name)
        session.add(row)
        session.flush()
        return self.row_as_json(session, row)


def table_of_lists(model: Any, item: Any) -> ListTable:
    """Return the table of the lists of a kind."""
    return ListTable(
        model=model,
        item=item,
        noun="list of this kind",
        as_json=lambda row: {"id": row.id, "name": row.name, "added": local_time(row.added)},
        ordering={name: getattr(model, name) for name in ("name", "added", "id")},
        filters={
            "search": part_of(model.name),
            "search_titles": shown_part_of(model.name),
            "name": lambda name: func.lower(model.name) == name.lower(),
            "ids": one_of(model.id),
        },
    )
