"""Pages of a history of millions of rows: counted, searched and sliced in tens of milliseconds.

On SQLite the words are indexed by FTS5 in the table `history_words`, which triggers keep; on
PostgreSQL by a GIN index of `to_tsvector('simple', words)` (see the migrations). Both find the same:
entries that have all words of the search, the last one also as the beginning of a word.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL

from flexapi.api.search import Hit
from flexapi.text import words_of
from history.models import HistoryEntry

_FIRST_MATCHES = """SELECT rowid FROM history_words WHERE history_words MATCH %s
    ORDER BY rowid LIMIT %s OFFSET %s"""
_LAST_MATCHES = """SELECT rowid FROM history_words WHERE history_words MATCH %s
    ORDER BY rowid DESC LIMIT %s OFFSET %s"""


class Listing:
    """The entries of a queryset that have the words of a search; what a paginator needs.

    Without another order of its own, a search has the entries that were recorded last first.
    """

    def __init__(self, queryset: models.QuerySet[HistoryEntry], search: str, ordered: bool) -> None:
        self._words = words_of(search)
        self._queryset = queryset
        self._nothing = bool(search.strip()) and not self._words
        self._by_index = (
            bool(self._words)
            and connection.vendor == "sqlite"
            and not ordered
            and not queryset.query.has_filters()
        )
        if self._words and not self._by_index:
            self._queryset = queryset.filter(_has_words(self._words))
            if not ordered:
                self._queryset = self._queryset.order_by("-id")
        self._count: int | None = None

    def count(self) -> int:
        """How many there are."""
        if self._count is None:
            if self._nothing:
                self._count = 0
            elif self._by_index:
                query = "SELECT COUNT(*) FROM history_words WHERE history_words MATCH %s"
                self._count = self._select(query, [fts_query(self._words)])[0]
            else:
                self._count = self._queryset.count()
        return self._count

    def __getitem__(self, page: slice) -> list[HistoryEntry]:
        """The entries from `page.start` to `page.stop`."""
        start, stop = page.start or 0, min(page.stop, self.count())
        if stop <= start:
            return []
        # From the end that is nearer: what comes before a page has to be passed over one by one.
        from_end = start > self.count() // 2
        if from_end:
            start, stop = self.count() - stop, self.count() - start
        keys = self._keys(start, stop, reverse=from_end)
        rows = HistoryEntry.objects.defer("words").in_bulk(keys)
        return [rows[key] for key in (reversed(keys) if from_end else keys) if key in rows]

    def _keys(self, start: int, stop: int, *, reverse: bool) -> list[int]:
        if self._by_index:
            query = _FIRST_MATCHES if reverse else _LAST_MATCHES
            return self._select(query, [fts_query(self._words), stop - start, start])
        queryset = self._queryset.reverse() if reverse else self._queryset
        # Keys alone are read from an index; the rows of what is passed over stay where they are.
        return list(queryset.values_list("pk", flat=True)[start:stop])

    def _select(self, query: str, params: list[Any]) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(query, params)
            return [row[0] for row in cursor.fetchall()]


def find(text: str, limit: int) -> list[Hit]:
    """Return some that have the words of a text, for the search of everything; two queries."""
    listing = Listing(HistoryEntry.objects.all(), text, ordered=False)
    return [Hit(str(entry.pk), entry.title, entry.task, entry.time) for entry in listing[:limit]]


def search(queryset: models.QuerySet[HistoryEntry], text: str) -> models.QuerySet[HistoryEntry]:
    """Return the entries of a queryset that have the words of a text."""
    words = words_of(text)
    return queryset.filter(_has_words(words)) if words else queryset.none()


def fts_query(words: Iterable[str]) -> str:
    """Return words, which hold letters and digits alone, as a query of FTS5."""
    return " AND ".join(f'"{word}"' for word in words) + "*"


def _has_words(words: list[str]) -> Any:
    if connection.vendor == "sqlite":
        found = RawSQL(
            "SELECT rowid FROM history_words WHERE history_words MATCH %s", [fts_query(words)]
        )
        return models.Q(pk__in=found)
    query = " & ".join(words) + ":*"
    return RawSQL(
        "to_tsvector('simple', words) @@ to_tsquery('simple', %s)",
        [query],
        output_field=models.BooleanField(),
    )
