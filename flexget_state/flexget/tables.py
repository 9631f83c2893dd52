"""Tables of FlexGet's database that are asked alike: a page, one row, deleting one row or all that match."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, or_, true
from sqlalchemy.orm import selectinload

from flexapi.engine import protocol
from flexapi.engine.host.errands import errand
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Method, Params, on_database, or_not_found

Json = dict[str, Any]
# Makes the SQL condition for the value of a filter.
Filter = Callable[[Any], Any]

# Rows that are deleted in one transaction, so that others wait for milliseconds; SQLite takes no more than some ten thousand
# keys in a statement.
CHUNK = 500
# Seconds to wait for a run that writes, and between two tries.
LOCK_PATIENCE = 3.0
LOCK_PAUSE = 0.1


@dataclass(frozen=True, kw_only=True)
class Table:
    """How one of FlexGet's tables is asked.

    The methods take `filters`: `{name: value}` of those of `filters` that apply; and `list`, the id of the list where
    the rows are in one.
    """

    model: Any
    # What an error message calls a row: "seen entry".
    noun: str
    as_json: Callable[[Any], Json]
    # Columns by their names in the API.
    ordering: Mapping[str, Any]
    filters: Mapping[str, Filter]
    # The JSON of a row that is asked for by its id, where that says more than `as_json`.
    detail: Callable[[Any], Json] | None = None
    # The relation to other rows that are shown with these, by its name: the models of FlexGet 3.21 have some only once one is used.
    shown_with: str | None = None
    # The column by which other rows belong to these, and are deleted with them.
    parts: Any = None
    # The model of the lists that the rows are in.
    list_model: Any = None
    # Called with the session where rows were deleted.
    after_delete: Callable[[Any], None] = field(default=lambda session: None)

    def methods(self, name: str) -> dict[str, Method]:
        """Return the methods for METHODS: `name.page`, `name.one`, `name.delete`, `name.clear`."""
        one = on_database(self.one)

        @errand
        def clear(manager: WarmManager, params: Params) -> Json:
            return self.clear(manager, params)

        return {
            f"{name}.page": on_database(self.page),
            f"{name}.one": one,
            f"{name}.delete": on_database(of=one)(self.delete),
            f"{name}.clear": clear,
        }

    # -- methods

    def page(self, session: Any, params: Params) -> Json:
        """Return `{"count", "items"}` for filters, order_by, descending, limit and offset."""
        query = self.matching(session, params)
        column = self.ordering[params["order_by"]]
        order = (column, self.model.id)
        if params["descending"]:
            order = (column.desc(), self.model.id.desc())
        rows = query.order_by(*order).limit(params["limit"]).offset(params["offset"])
        if self.shown_with is not None:
            rows = rows.options(selectinload(getattr(self.model, self.shown_with)))
        return {"count": query.count(), "items": self.page_as_json(session, rows.all())}

    def one(self, session: Any, params: Params) -> Json:
        """Return the row `params["id"]`."""
        return self.row_as_json(session, self.get(session, params))

    def delete(self, session: Any, params: Params) -> None:
        """Delete the row `params["id"]`."""
        session.delete(self.get(session, params))
        self.after_delete(session)

    def clear(self, manager: WarmManager, params: Params) -> Json:
        """Delete the rows that match `filters`; return `{"count"}`.

        There may be a million. They are deleted some at a time, each lot in a transaction: what is gone when this is
        interrupted stays so. Raises RpcError where FlexGet's database stays locked.
        """
        keys: list[int] = on_database(self._keys)(manager, params)
        count = sum(self._delete_lot(manager, lot) for lot in _chunks(keys))
        return {"count": count}

    def _keys(self, session: Any, params: Params) -> list[int]:
        return [key for (key,) in self.matching(session, params).with_entities(self.model.id)]

    def _delete_lot(self, manager: WarmManager, keys: list[int]) -> int:
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                count: int = on_database(self._delete_all)(manager, {"keys": keys})
                return count
            except protocol.RpcError as error:
                if error.code != protocol.DATABASE_LOCKED or time.monotonic() > deadline:
                    raise
            time.sleep(LOCK_PAUSE)

    def _delete_all(self, session: Any, params: Params) -> int:
        if self.parts is not None:
            session.execute(delete(self.parts.class_).where(self.parts.in_(params["keys"])))
        count: int = session.execute(
            delete(self.model).where(self.model.id.in_(params["keys"]))
        ).rowcount
        self.after_delete(session)
        return count

    # -- for those that do more

    def page_as_json(self, session: Any, rows: list[Any]) -> list[Json]:
        """Return the rows of a page; the number of queries may not grow with theirs."""
        return [self.as_json(row) for row in rows]

    def row_as_json(self, session: Any, row: Any) -> Json:
        """Return a row by itself."""
        if self.detail is not None:
            return self.detail(row)
        return self.page_as_json(session, [row])[0]

    def matching(self, session: Any, params: Params) -> Any:
        """Return the query for the rows that match. Raises RpcError where there is no such list."""
        conditions = [self.filters[name](value) for name, value in params["filters"].items()]
        if self.list_model is not None:
            conditions.append(self.model.list_id == self.list_of(session, params).id)
        return session.query(self.model).filter(*conditions)

    def list_of(self, session: Any, params: Params) -> Any:
        """Return the list `params["list"]`. Raises RpcError."""
        found = session.get(self.list_model, params["list"])
        return or_not_found(
            found, f"FlexGet has no list of this kind with the id {params['list']}."
        )

    def get(self, session: Any, params: Params) -> Any:
        """Return the row `params["id"]`. Raises RpcError."""
        key = params["id"]
        found = session.get(self.model, key)
        if self.list_model is not None:
            self.list_of(session, params)
            if found is not None and found.list_id != params["list"]:
                found = None
        return or_not_found(found, f"FlexGet has no {self.noun} with the id {key}.")


@dataclass(frozen=True, kw_only=True)
class ApprovalTable(Table):
    """A table whose rows have `approved`."""

    def methods(self, name: str) -> dict[str, Method]:
        """Return those of every table, `name.approve` and `name.approve_all`."""
        methods = super().methods(name)
        approve = on_database(of=methods[f"{name}.one"])(self.approve)
        more = {f"{name}.approve": approve, f"{name}.approve_all": on_database(self.approve_all)}
        return methods | more

    def approve(self, session: Any, params: Params) -> Json:
        """Approve the row `params["id"]`, or take its approval back, as `params["approved"]` says."""
        row = self.get(session, params)
        row.approved = params["approved"]
        session.flush()
        return self.row_as_json(session, row)

    def approve_all(self, session: Any, params: Params) -> Json:
        """As `approve`, with the rows that match; return `{"count"}` of those that were not so before."""
        approved = self.model.approved
        others = self.matching(session, params).filter(truth_of(approved)(not params["approved"]))
        count = others.update({approved: params["approved"]}, synchronize_session=False)
        return {"count": count}


def part_of(*columns: Any) -> Filter:
    """Make a filter for rows with a text in one of the columns, in any case."""
    return lambda text: or_(*(column.icontains(text, autoescape=True) for column in columns))


def shown_part_of(*columns: Any) -> Filter:
    """As `part_of`, for users from whom something is hidden: `{"text", "hidden"}`.

    Texts in which the regular expression `hidden` is found don't count: they are not shown as they are.
    """

    def condition(given: Json) -> Any:
        hidden = given["hidden"]
        clear = [
            part_of(column)(given["text"]) & (~column.regexp_match(hidden) if hidden else true())
            for column in columns
        ]
        return or_(*clear)

    return condition


def equal_to(column: Any) -> Filter:
    """Make a filter for rows with just this value."""
    return lambda value: column == value


def one_of(column: Any) -> Filter:
    """Make a filter for rows with one of these values."""
    return lambda values: column.in_(values)


def truth_of(column: Any) -> Filter:
    """Make a filter for rows with a true, or a false value; an empty one is false."""
    return lambda value: column if value else or_(~column, column.is_(None))


def _chunks(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
