"""PostgreSQL as FlexGet needs it: with the habits of SQLite, for which all of FlexGet is written.

What differs from SQLAlchemy's own dialect, and what would go wrong without:

- Integers have 64 bits: votes, budgets and ids outgrow 32.
- Foreign keys are not enforced: FlexGet deletes in any order and leaves rows behind, which SQLite bears.
- Text has no greatest length.
- A number that is compared with a text is one; a text that stands for a condition is true where it begins with a
  number other than 0 (FlexGet's lists ask for `original_url AND …`, which so finds nothing).
- LIKE takes upper and lower case (of ASCII) for the same, and a backslash for itself.
- Text sorts by its bytes (collation "C"), however the database was made; NULL sorts before everything.
- Rows that are equal by what they are ordered by come by their id (see `order_rows`), as they mostly do in SQLite.
- NUL in a text is replaced, and so is half a character: PostgreSQL stores neither.
- A time's zone is dropped and not converted: FlexGet's times are local.
- VACUUM is left to PostgreSQL, which does it by itself and refuses it within a transaction.
"""

import math
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Dumper
from psycopg.types.datetime import DatetimeNoTzDumper
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Engine, cast, event, inspect, types
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler, PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import (
    PGCompiler_psycopg,
    PGDialect_psycopg,
    _PGBigInteger,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import OPERATORS
from sqlalchemy.sql.elements import UnaryExpression

# What `create_engine` finds the dialect by.
URL = "postgresql+flexget://"
# Seconds after which a connection that nobody used is asked whether it still stands.
UNUSED = 1.0
_COMPARISONS = (operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge)
_NUMBERS = (types.Integer, types.Numeric, types.Float)
# Without a percent sign or a colon, which would have to be escaped here.
_LEADING_NUMBER = r"^\s*([-+]?[0-9]+[.]?[0-9]*)"


def storable(text: str) -> str:
    """Return a text as PostgreSQL stores it: NUL and half characters replaced."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


class _TextDumper(StrDumperUnknown):
    def dump(self, obj: str) -> Any:
        return super().dump(storable(obj))


class _TimeDumper(DatetimeNoTzDumper):
    def upgrade(self, obj: datetime, format: Any) -> Dumper:
        return self

    def dump(self, obj: datetime) -> Any:
        return super().dump(obj.replace(tzinfo=None))


# How values of Python are sent; a context for `psycopg.connect`.
ADAPTERS = AdaptersMap(psycopg.adapters)
ADAPTERS.register_dumper(str, _TextDumper)
ADAPTERS.register_dumper(datetime, _TimeDumper)


class _Types(PGTypeCompiler):
    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:
        return "BIGINT"

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:
        # The expression is the column of a table that is made; in a query there is none.
        return 'VARCHAR COLLATE "C"' if kw.get("type_expression") is not None else "VARCHAR"

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        return 'TEXT COLLATE "C"' if kw.get("type_expression") is not None else "TEXT"


class _Tables(PGDDLCompiler):
    def visit_foreign_key_constraint(self, constraint: Any, **kw: Any) -> Any:
        return None


class _Queries(PGCompiler_psycopg):
    def visit_binary(self, binary: Any, *args: Any, **kw: Any) -> str:
        if binary.operator in _COMPARISONS:
            texts = [isinstance(side.type, types.String) for side in (binary.left, binary.right)]
            numbers = [isinstance(side.type, _NUMBERS) for side in (binary.left, binary.right)]
            if True in texts and True in numbers:
                binary = binary._clone()
                number = "left" if numbers[0] else "right"
                setattr(binary, number, cast(getattr(binary, number), types.String))
        return str(super().visit_binary(binary, *args, **kw))  # type: ignore[no-untyped-call]

    def visit_expression_clauselist(self, clauselist: Any, **kw: Any) -> str:
        if clauselist.operator not in (operators.and_, operators.or_):
            plain = super().visit_expression_clauselist(clauselist, **kw)  # type: ignore[no-untyped-call]
            return str(plain)
        parts = [self._condition(clause, **kw) for clause in clauselist.clauses]
        return OPERATORS[clauselist.operator].join(parts)

    def _condition(self, clause: Any, **kw: Any) -> str:
        text: str = clause._compiler_dispatch(self, **kw)
        if isinstance(clause.type, types.String):
            return f"coalesce(substring({text} from '{_LEADING_NUMBER}')::NUMERIC, 0) <> 0"
        return f"{text} <> 0" if isinstance(clause.type, _NUMBERS) else text

    def visit_like_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._like("ILIKE", binary, **kw)

    def visit_not_like_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._like("NOT ILIKE", binary, **kw)

    def _like(self, keyword: str, binary: Any, **kw: Any) -> str:
        left = binary.left._compiler_dispatch(self, **kw)
        right = binary.right._compiler_dispatch(self, **kw)
        character = binary.modifiers.get("escape") or ""
        escape = self.render_literal_value(character, types.String())  # type: ignore[no-untyped-call]
        return f"{left} {keyword} {right} ESCAPE {escape}"

    def order_by_clause(self, select: Any, **kw: Any) -> str:
        parts = [self._ordered(clause, **kw) for clause in select._order_by_clauses]
        return f" ORDER BY {', '.join(parts)}" if parts else ""

    def _ordered(self, clause: Any, **kw: Any) -> str:
        text: str = clause._compiler_dispatch(self, **kw)
        plain = getattr(clause, "element", clause) if _is_label(clause) else clause
        column = plain.element if isinstance(plain, UnaryExpression) else plain
        if getattr(column, "nullable", True) is False or " NULLS " in text:
            return text
        descending = isinstance(plain, UnaryExpression) and plain.modifier is operators.desc_op
        return f"{text} NULLS {'LAST' if descending else 'FIRST'}"


def _is_label(clause: Any) -> bool:
    return bool(getattr(clause, "__visit_name__", "") == "label_reference")


class FlexGetDialect(PGDialect_psycopg):
    """PostgreSQL with SQLite's habits."""

    supports_statement_cache = True
    # Else foreign keys that are left out of tables would be added behind them.
    supports_alter = False
    type_compiler_cls = _Types
    ddl_compiler = _Tables
    statement_compiler = _Queries
    colspecs = PGDialect_psycopg.colspecs | {types.Integer: _PGBigInteger}


registry.register("postgresql.flexget", __name__, FlexGetDialect.__name__)


def listen(engine: Engine) -> None:
    """Leave VACUUM to PostgreSQL on an engine."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def before(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        return ("SELECT 1" if statement == "VACUUM" else statement), parameters


def ask_where_unused(engine: Engine, woken: Callable[[], float]) -> None:
    """Have a connection that nobody has used for a while make sure that it still stands: the server may have closed it.

    `woken` tells the time (`time.monotonic`) before which all of them count as unused.
    SQLAlchemy's own `pool_pre_ping` asks each time, and a task takes a connection some twenty times.
    """

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        if record.info.get("used", math.inf) < max(woken(), time.monotonic() - UNUSED):
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                # SQLAlchemy makes another one.
                raise DisconnectionError from error


def order_rows(state: ORMExecuteState) -> None:
    """Let a query of whole rows answer those that its order, if any, leaves equal by their primary key.

    A session's `do_orm_execute`. A query for the first of unordered rows is left alone: an order could
    make PostgreSQL walk through the table where an index leads to the row.
    """
    statement: Any = state.statement
    if not state.is_select or state.is_column_load or not hasattr(statement, "_order_by_clauses"):
        return
    if statement._group_by_clauses or statement._distinct:
        return
    if not statement._order_by_clauses and statement._limit_clause is not None:
        return
    described = statement.column_descriptions
    if len(described) == 1 and described[0]["expr"] is described[0].get("entity"):
        mapper = inspect(described[0]["entity"]).mapper
        keys = [
            mapper.get_property_by_column(column).class_attribute for column in mapper.primary_key
        ]
        state.statement = statement.order_by(*keys)
