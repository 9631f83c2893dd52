"""Filters by field, search, and ordering that refuses what it does not know.

`revealing_fields` of a view are those whose texts aren't shown whole to everybody: a user from whom something is hidden there
neither searches them nor orders by them, since that tells of it letter by letter. `quoting_fields` are those that now and then
quote something that is hidden, as a title may: such a user finds their rows by what is shown of them.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from flexapi import hiding
from flexapi.api.parameters import YesNoFilter

# Parameters that every list has; none of them is a filter's.
_SHARED_PARAMETERS = {"limit", "offset", "ordering", "search", "format"}
_generated: dict[tuple[type, str | None], type[FilterSet] | None] = {}


class YesNoFilterSet(FilterSet):
    """django-filter's, with our yes and no."""

    FILTER_DEFAULTS: ClassVar = {
        **FilterSet.FILTER_DEFAULTS,
        models.BooleanField: {"filter_class": YesNoFilter},
    }


class FilterBackend(DjangoFilterBackend):
    """django-filter's, which an `@action` may also give a `filterset_class` for what it lists.

    A filterset made from `filterset_fields` is made once, and is not asked where the request filters by nothing:
    building its class and its form took a fifth of the time of a small list.
    """

    filterset_base = YesNoFilterSet

    def get_filterset_class(
        self, view: Any, queryset: QuerySet[Any] | None = None
    ) -> type[FilterSet] | None:
        own: type[FilterSet] | None = getattr(view, "filterset_class", None)
        if own is not None:
            return own
        key = (type(view), getattr(view, "action", None))
        if key not in _generated:
            _generated[key] = super().get_filterset_class(view, queryset)
        return _generated[key]

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The rows that the parameters ask for. Raises ValidationError."""
        own = getattr(view, "filterset_class", None)
        if own is None and _SHARED_PARAMETERS.issuperset(request.query_params):
            return queryset
        return super().filter_queryset(request, queryset, view)


def _open_to(request: Request, view: Any, fields: Iterable[str]) -> list[str]:
    """Return the fields that hide nothing from the user."""
    revealing = getattr(view, "revealing_fields", ())
    fields = list(fields)
    if not set(fields).intersection(revealing) or hiding.sees_all(request.user):
        return fields
    return [name for name in fields if name not in revealing]


class SearchFilter(filters.SearchFilter):
    """`?search=` over the view's `search_fields`."""

    def get_search_fields(self, view: Any, request: Request) -> list[str]:
        """Those in which nothing is hidden from the user."""
        return _open_to(request, view, getattr(view, "search_fields", None) or ())

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """The rows that have all terms of the search in what the user sees of them."""
        found = super().filter_queryset(request, queryset, view)
        fields = self.get_search_fields(view, request)
        quoting = [name for name in getattr(view, "quoting_fields", ()) if name in fields]
        if found is queryset or not quoting or hiding.sees_all(request.user):
            return found
        return as_shown(request.user, found, quoting, self.get_search_terms(request))


def as_shown(
    user: Any, found: QuerySet[Any], quoting: list[str], terms: Iterable[str]
) -> QuerySet[Any]:
    """Return rows that a search found without those of which a user sees too little to have found them.

    Where something is hidden in a text of the fields `quoting`, all terms must be in what is shown of these.
    """
    terms = [term.casefold() for term in terms]
    unfit = []
    for pk, *texts in found.values_list("pk", *quoting):
        shown = hiding.shown(user, texts)
        if shown != texts and not all(
            any(term in text.casefold() for text in shown) for term in terms
        ):
            unfit.append(pk)
    return found.exclude(pk__in=unfit) if unfit else found


class OrderingFilter(filters.OrderingFilter):
    """`?ordering=-created,name` over the view's `ordering_fields`; an unknown field is a 400 that names it."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> list[Any]:
        """The fields to order by, the key last: rows that compare equal keep their places on every page.

        Raises ValidationError.
        """
        given = request.query_params.get(self.ordering_param, "")
        terms: list[Any] = [term.strip() for term in given.split(",") if term.strip()]
        if terms:
            self._refuse_unknown(terms, request, queryset, view)
        else:
            query, meta = queryset.query, queryset.model._meta
            inherited = query.order_by or (meta.ordering if query.default_ordering else ())
            terms = list(self.get_default_ordering(view) or inherited)
        keys = {"pk", queryset.model._meta.pk.name}
        if not any(isinstance(term, str) and term.removeprefix("-") in keys for term in terms):
            terms.append("pk")
        return terms

    def get_valid_fields(self, queryset: Any, view: Any, context: Any = None) -> list[Any]:
        """The view's `ordering_fields`. DRF takes every field of the serializer where a view names none."""
        fields = getattr(view, "ordering_fields", None) or ()
        return [(name, name) for name in _open_to(view.request, view, fields)]

    def _refuse_unknown(
        self, terms: list[str], request: Request, queryset: QuerySet[Any], view: Any
    ) -> None:
        fields = self.get_valid_fields(queryset, view, {"request": request})
        known = [name for name, _ in fields]
        unknown = ", ".join(term for term in terms if term.removeprefix("-") not in known)
        if unknown:
            detail = gettext("Cannot order by {name}; known are: {known}.").format(
                name=unknown, known=", ".join(known) or "none"
            )
            raise ValidationError({self.ordering_param: detail})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        (parameter,) = super().get_schema_operation_parameters(view)
        fields = ", ".join(f"`{name}`" for name in view.ordering_fields or ())
        parameter["description"] = f"Fields to order by, `-` before one reverses it: {fields}."
        return [parameter]
