"""Ordering that refuses what it does not know; filtering and searching are django-filter's and DRF's own."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class OrderingFilter(filters.OrderingFilter):
    """`?ordering=-created,name` over the view's `ordering_fields`; an unknown field is a 400 that names it."""

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> list[str] | None:
        """The fields to order by, completed by the key: rows that compare equal keep their places on every page."""
        given = request.query_params.get(self.ordering_param, "")
        terms = [term.strip() for term in given.split(",") if term.strip()]
        if not terms:
            terms = list(self.get_default_ordering(view) or queryset.query.order_by)
            if not terms and queryset.query.default_ordering:
                terms = [term for term in queryset.model._meta.ordering if isinstance(term, str)]
        else:
            context = {"request": request}
            known = [name for name, _ in self.get_valid_fields(queryset, view, context)]
            unknown = [term for term in terms if term.removeprefix("-") not in known]
            if unknown:
                raise ValidationError(
                    {
                        self.ordering_param: f"Cannot order by {', '.join(unknown)}; "
                        f"known are: {', '.join(known)}."
                    }
                )
        keys = {"pk", queryset.model._meta.pk.name}
        if not any(isinstance(term, str) and term.removeprefix("-") in keys for term in terms):
            terms.append("pk")
        return terms
