"""`/api/log`."""

import re
from typing import Any, cast

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.utils.urls import replace_query_param

from executions.following.log_reader import LEVELS
from executions.following.streaming import LONGEST_SEARCH
from executions.models import Execution
from executions.searching.search import Found, search
from executions.searching.tables import LAST_EXECUTION, LAST_SEQ, line_at, place
from executions.searching.words import SEARCHED, Wanted
from flexapi.api.pagination import Pagination
from flexapi.api.viewsets import ApiViewSet
from flexapi.mirror import credentials
from flexapi.text import words_of

_LINE = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")


class LevelField(serializers.CharField):
    """A level of FlexGet's log, in any case."""

    def to_internal_value(self, data: Any) -> str:
        """Return it in capitals. Raises ValidationError."""
        level: str = super().to_internal_value(data).upper()
        if level not in LEVELS:
            known = ", ".join(LEVELS).lower()
            raise ValidationError(
                gettext("There is no level {data}; there are: {known}.").format(
                    data=repr(data), known=known
                )
            )
        return level


@extend_schema_field(OpenApiTypes.STR)
class LineField(serializers.Field[int, str, str, str]):
    """Where a line is: `812-45` is line 45 of execution 812."""

    def to_internal_value(self, data: Any) -> int:
        """Return its place. Raises ValidationError."""
        found = _LINE.fullmatch(str(data))
        execution, seq = map(int, found.groups()) if found else (0, LAST_SEQ + 1)
        if execution > LAST_EXECUTION or seq > LAST_SEQ:
            raise ValidationError(
                gettext("This must be the id of an execution, a hyphen and a seq: 812-45.")
            )
        return place(execution, seq)


class LogParameters(serializers.Serializer[Any]):
    """Which lines are asked for."""

    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_SEARCH,
        help_text="Words that the message has, in any case; the last one may be the beginning of one.",
    )
    task = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_SEARCH, trim_whitespace=False
    )
    plugin = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_SEARCH, trim_whitespace=False
    )
    level = LevelField(required=False, help_text=f"The least level: {', '.join(LEVELS).lower()}.")
    execution = serializers.IntegerField(
        required=False, min_value=0, max_value=10**18 - 1, help_text="The id of an execution."
    )
    after = serializers.DateTimeField(required=False, help_text="Logged at this moment or later.")
    before = serializers.DateTimeField(required=False, help_text="Logged before this moment.")
    older_than = LineField(
        required=False,
        help_text="Lines before this one, as in `next`: the id of its execution, a hyphen and its seq, such as `812-45`.",
    )


class FoundLineSerializer(serializers.Serializer[Any]):
    """A log line, and the execution that it is of."""

    execution = serializers.IntegerField()
    seq = serializers.IntegerField()
    time = serializers.DateTimeField()
    level = serializers.CharField()
    plugin = serializers.CharField()
    task = serializers.CharField()
    message = serializers.CharField(
        help_text=f"Of one that is longer than {SEARCHED:,} characters, the beginning and `…`."
    )


class LogPages(Pagination):
    """Pages that lead back in time, each as quick as the first. Lines are counted only where a page has them all."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The lines of the page; `queryset` finds so many of them. Raises ValidationError for a bad limit."""
        self.request = request
        self._url = request.build_absolute_uri()
        self.limit = self.get_limit(request)
        found: Found = queryset(self.limit)
        self._to = found.to
        whole = found.to is None and "older_than" not in request.query_params
        self.count = len(found.lines) if whole else None
        return list(found.lines)

    def get_next_link(self) -> str | None:
        if self._to is None:
            return None
        execution, seq = line_at(self._to)
        return str(replace_query_param(self._url, "older_than", f"{execution}-{seq}"))

    def get_previous_link(self) -> None:
        return None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        described["properties"]["count"] |= {
            "nullable": True,
            "description": "How many there are in all; null unless this page has them all.",
        }
        return described

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit, _ = super().get_schema_operation_parameters(view)
        return [limit]


class LogViewSet(ApiViewSet):
    """The log lines of all executions."""

    permission_model = Execution
    serializer_class = FoundLineSerializer
    pagination_class = LogPages
    filter_backends = ()

    @extend_schema(
        summary="Search the logs of all executions",
        parameters=[LogParameters],
        responses=FoundLineSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Answer the lines that match, those of the latest execution first and in each the last line first.

        A page may have fewer lines than asked for, even none, and yet a `next`: there are older lines that
        have not been looked at. `previous` is always null.
        """
        parameters = LogParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        asked = parameters.validated_data
        before = asked.pop("older_than", None)
        text = asked.pop("search", "")
        words = words_of(text)
        wanted = Wanted(
            words=tuple(words), masked=not credentials.visible_to(request.user), **asked
        )

        def find(limit: int) -> Found:
            # Of nothing but dots and the like, no line has a word.
            return Found([], None) if text and not words else search(wanted, limit, before)

        return self.page_of(cast(Any, find))
