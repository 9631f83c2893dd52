"""Ordering that refuses what it does not know; filtering and searching are django-filter's and DRF's own."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


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

    def _refuse_unknown(
        self, terms: list[str], request: Request, queryset: QuerySet[Any], view: Any
    ) -> None:
        fields = self.get_valid_fields(queryset, view, {"request": request})
        known = [name for name, _ in fields]
        unknown = ", ".join(term for term in terms if term.removeprefix("-") not in known)
        if unknown:
            detail = f"Cannot order by {unknown}; known are: {', '.join(known)}."
            raise ValidationError({self.ordering_param: detail})
