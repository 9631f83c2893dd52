"""Asks the index of words for blocks, in SQLite's words and in PostgreSQL's."""

from collections.abc import Iterator

from django.db import connection

from executions.models import LogBlock
from executions.searching.words import Token

# Blocks that the index is asked for at once; more, the more was in vain.
_FIRST, _MOST = 32, 512

_SQLITE = """SELECT rowid FROM log_words WHERE log_words MATCH %s AND rowid BETWEEN %s AND %s
    ORDER BY rowid DESC LIMIT %s"""
_POSTGRESQL = """SELECT id FROM executions_logblock
    WHERE array_to_tsvector(string_to_array(tokens, ' ')) @@ %s::tsquery AND id BETWEEN %s AND %s
    ORDER BY id DESC LIMIT %s"""


def matching(tokens: list[list[Token]], lower: int, upper: int) -> Iterator[int]:
    """Yield the ids of the blocks that have one token of each list and begin from `lower` to `upper`, the last first."""
    wanted = _FIRST
    while True:
        found = _page(tokens, lower, upper, wanted)
        yield from found
        if len(found) < wanted:
            return
        upper = found[-1] - 1
        wanted = min(2 * wanted, _MOST)


def _page(tokens: list[list[Token]], lower: int, upper: int, count: int) -> list[int]:
    if not tokens:
        blocks = LogBlock.objects.filter(pk__range=(lower, upper)).order_by("-pk")
        return list(blocks.values_list("pk", flat=True)[:count])
    sqlite = connection.vendor == "sqlite"
    query = fts_query(tokens) if sqlite else ts_query(tokens)
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE if sqlite else _POSTGRESQL, [query, lower, upper, count])
        return [row[0] for row in cursor.fetchall()]


def fts_query(tokens: list[list[Token]]) -> str:
    """Return a query of FTS5. Tokens have no quotes in them."""
    return _joined(tokens, " AND ", " OR ", '"%s"', "*")


def ts_query(tokens: list[list[Token]]) -> str:
    """Return a tsquery. Tokens have no quotes and no backslashes in them."""
    return _joined(tokens, " & ", " | ", "'%s'", ":*")


def _joined(tokens: list[list[Token]], both: str, either: str, quoted: str, begins: str) -> str:
    groups = (
        either.join(quoted % token.text + begins * token.begins for token in group)
        for group in tokens
    )
    return both.join(f"({group})" for group in groups)
