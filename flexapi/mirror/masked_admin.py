"""Admin pages of what FlexGet says: texts without credentials for users who may not see them.

class ExecutionAdmin(MaskedMixin, RecordAdmin):
    reason = text_of("reason")
    list_display = ("id", "reason")
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.http import HttpRequest
from django.utils.text import smart_split
from django.utils.translation import gettext

from flexapi import phrases
from flexapi.api.filters import as_shown
from flexapi.mirror import credentials

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class MaskedMixin:
    """For an admin page or an inline: its rows know what the one who looks sees (`eyes`).

    `revealing_search` are fields that only those may search who see them: others could guess what is hidden letter by letter. By `quoting_search`
    they find the rows whose shown text has what they search for.
    """

    revealing_search: tuple[str, ...] = ()
    quoting_search: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows, each with `eyes`."""
        eyes = credentials.eyes_of(request.user)

        class WithEyes(ModelIterable):
            def __iter__(self) -> Iterator[Any]:
                for row in super().__iter__():
                    row.eyes = eyes
                    yield row

        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        # What shows a field gets the row and nothing else.
        rows._iterable_class = WithEyes
        return rows

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Those that show the user nothing else than the page does."""
        fields = super().get_search_fields(request)  # type: ignore[misc]
        if credentials.visible_to(request.user):
            return list(fields)
        return [name for name in fields if name not in self.revealing_search]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Those that have the words of the search in what the user sees of them."""
        found, doubled = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        if search_term and self.quoting_search and not credentials.visible_to(request.user):
            words = smart_split(search_term)
            found = as_shown(request.user, found, list(self.quoting_search), words)
        return found, doubled


def text_of(field: str, description: "str | StrPromise" = "") -> Callable[[Any, Any], str]:
    """Return what shows a field of texts. It can't be ordered by: that compares what is hidden."""

    @admin.display(description=description or field.replace("_", " "))
    def show(self: Any, row: Any) -> str:
        return phrases.translated_lines(str(row.eyes.shown(getattr(row, field))), gettext)

    return show
