"""`/api/search`: one question for things of all kinds, for a box that answers while somebody types.

An app registers how its kind is found in its `api.py`, with the permission to see such things. It takes a query or two:

    search.register("movie", find_movies, "movie_queue.view_queuedmovie")
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi import hiding
from flexapi.api.errors import ServiceUnavailable
from flexapi.api.permissions import IsAuthenticated
from flexapi.api.viewsets import one
from flexapi.registry import Registry

LONGEST = 200
# Things of one kind that are answered.
MOST = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found; `key` is its id or name in the API's path, `detail` what tells it from its like."""

    key: str
    title: str
    detail: str = ""
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing; `find(text, limit)` answers what everybody may find who has the permission; "" is for all.

    It may raise ServiceUnavailable.
    """

    find: Callable[[str, int], list[Hit]]
    permission: str


kinds: Registry[str, Kind] = Registry("kind of thing to search")


def register(name: str, find: Callable[[str, int], list[Hit]], permission: str) -> None:
    """Add a kind, "" as permission for what all may see who are logged in. Raises ValueError for a name that is taken."""
    kinds.add(name, Kind(find, permission))


class SearchParameters(serializers.Serializer[Any]):
    """What is searched."""

    q = serializers.CharField(
        max_length=LONGEST, help_text="A part of a name, words of a title, or an execution's id."
    )


class HitSerializer(serializers.Serializer[Any]):
    """A thing that was found."""

    kind = serializers.CharField(
        help_text="task, execution, history, show, movie, documentation, or a plugin's."
    )
    key = serializers.CharField(help_text="Its name or id in the API's path.")
    title = serializers.CharField()
    detail = serializers.CharField()
    time = serializers.DateTimeField(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """What was found, kind by kind."""

    items: Any = HitSerializer(many=True)
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="Kinds that can't be searched at the moment."
    )


class SearchView(APIView):
    """Tasks, executions, what was taken, shows, movies, the documentation: what has these words."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        parameters=[SearchParameters], responses=AnswerSerializer, operation_id="search_retrieve"
    )
    def get(self, request: Request) -> Response:
        """Answer a few of each kind that the user may see."""
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        text = parameters.validated_data["q"]
        items: list[dict[str, Any]] = []
        left_out = []
        for name, kind in kinds.items():
            if kind.permission and not request.user.has_perm(kind.permission):
                continue
            try:
                items += [{"kind": name, **asdict(hit)} for hit in kind.find(text, MOST)]
            except ServiceUnavailable:
                left_out.append(name)
        shown = _as_shown(request.user, items, text)
        return one(AnswerSerializer({"items": shown, "left_out": left_out}).data)


def _as_shown(user: Any, hits: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return hits as a user may see them, without those that only what is hidden from them has found."""
    found = []
    for hit, seen in zip(hits, hiding.shown(user, hits), strict=True):
        told = f"{seen['title']} {seen['detail']}".casefold()
        if seen == hit or all(term in told for term in text.casefold().split()):
            found.append(seen)
    return found
