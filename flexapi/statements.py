"""SQL for what is written time and again: the ORM takes longer to make such a statement than the database to do it."""

import functools
from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Store new rows of one model; what the database gives them, such as keys, isn't read back."""
    if not rows:
        return
    sql, fields = _insert_into(type(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in fields
                ]
                for row in rows
            ],
        )


@functools.cache
def _insert_into(model: type[models.Model]) -> "tuple[str, list[models.Field[Any, Any]]]":
    meta, quote = model._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    values = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({values})", fields  # noqa: S608  Names of our own.
