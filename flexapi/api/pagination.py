"""`{"items", "count", "next", "previous"}`, a page at a time by `?limit=` and `?offset=`."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response


class Pagination(LimitOffsetPagination):
    """Pages of querysets and of plain lists. A limit or offset that cannot be meant is a 400."""

    default_limit = 50
    max_limit = 500
    limit_query_description = f"How many items to answer, at most {max_limit}."
    offset_query_description = "How many items to leave out before the first."

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The items of the page. Raises ValidationError for a bad limit or offset."""
        self.request = request
        self.limit = self.get_limit(request)
        self.offset = self.get_offset(request)
        if self.offset == 0 and isinstance(queryset, QuerySet):
            # A first page that is also the last one needs no COUNT: one row more tells.
            rows = list(queryset[: self.limit + 1])
            self.count = len(rows) if len(rows) <= self.limit else self.get_count(queryset)
        else:
            self.count = self.get_count(queryset)
            # An offset beyond the end may be too large for SQL.
            end = self.offset + self.limit
            rows = [] if self.offset >= self.count else list(queryset[self.offset : end])
        self.display_page_controls = self.count > self.limit
        return rows[: self.limit]

    def get_limit(self, request: Request) -> int:
        return self._number(request, "limit", self.default_limit, 1, self.max_limit)

    def get_offset(self, request: Request) -> int:
        return self._number(request, "offset", 0, 0, None)

    def _number(
        self, request: Request, name: str, default: int, least: int, most: int | None
    ) -> int:
        text = request.query_params.get(name)
        if text is None:
            return default
        # 30 digits are beyond every table, and Python refuses to read thousands of them.
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 30 else -1
        if number < least or (most is not None and number > most):
            if most is None:
                said = gettext("{name} is a whole number from {least}.")
            else:
                said = gettext("{name} is a whole number from {least} to {most}.")
            raise ValidationError({name: said.format(name=name, least=least, most=most)})
        return number

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "items": data,
                "count": self.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["items", "count", "next", "previous"],
            "properties": {
                "items": schema,
                "count": {"type": "integer", "description": "How many there are in all."},
                "next": link,
                "previous": link,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit, offset = super().get_schema_operation_parameters(view)
        limit["schema"] |= {"minimum": 1, "maximum": self.max_limit, "default": self.default_limit}
        offset["schema"] |= {"minimum": 0, "default": 0}
        return [limit, offset]
