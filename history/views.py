"""`/api/history`."""

from typing import Any

import django_filters
from django.db.models import OrderBy, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.filters import SearchFilter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.filters import FilterBackend, OrderingFilter
from flexapi.api.viewsets import ReadOnlyViewSet
from history.listing import Listing
from history.models import Beginning, HistoryEntry
from history.serializers import HistoryEntrySerializer


class HistoryFilter(django_filters.FilterSet):
    """By what an entry came from, by when it was taken, and by what it is."""

    after = django_filters.IsoDateTimeFilter(
        field_name="time", lookup_expr="gte", help_text="Taken at this moment or later."
    )
    before = django_filters.IsoDateTimeFilter(
        field_name="time", lookup_expr="lt", help_text="Taken before this moment."
    )

    class Meta:
        model = HistoryEntry
        fields = ("task", "execution", "plugin", "imdb_id", "tmdb_id", "after", "before")


class WordFilter(SearchFilter):
    """`?search=`: the view's listing does the work, this tells of it."""

    search_description = (
        "Words that the title or the file's name has, the last one perhaps only as a beginning."
    )

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        return queryset


class Ordering(OrderingFilter):
    """One that an index has, where one field is asked for: entries that compare equal are in the order of their ids.

    Those of one task are in the order of their times. Of long texts the beginning counts.
    """

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> list[Any]:
        terms = super().get_ordering(request, queryset, view)
        backwards = str(terms[0]).startswith("-")
        if terms[-1] == "pk" and backwards:
            terms[-1] = "-pk"
        if [term.removeprefix("-") for term in terms] == ["task", "pk"]:
            terms.insert(1, "-time" if backwards else "time")
        return [_by_beginning(term) for term in terms]


def _by_beginning(term: str) -> Any:
    name = term.removeprefix("-")
    if name not in ("url", "file", "reason"):
        return term
    return OrderBy(Beginning(name), descending=term.startswith("-"))


@extend_schema_view(
    retrieve=extend_schema(summary="One entry that was accepted"),
)
class HistoryViewSet(ReadOnlyViewSet):
    """What FlexGet took, when, and why."""

    queryset = HistoryEntry.objects.defer("words")
    serializer_class = HistoryEntrySerializer
    filter_backends = (FilterBackend, WordFilter, Ordering)
    filterset_class = HistoryFilter
    search_fields = ("title", "file")
    revealing_fields = ("url", "reason")
    ordering_fields = HistoryEntrySerializer.Meta.fields
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(summary="What was accepted, the latest first")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer a page of the entries that were accepted.

        They are ordered by `url`, `file` and `reason` as far as the first 100 characters of these.
        """
        queryset = self.filter_queryset(self.get_queryset())
        search = request.query_params.get("search", "")
        listing: Any = Listing(queryset, search, ordered="ordering" in request.query_params)
        return self.page_of(listing)
