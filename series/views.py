"""`/api/series`. Each request is one call of FlexGet's process."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from flexapi.api.flexget import ask
from flexapi.api.viewsets import one

from .models import Show
from .serializers import (
    EntityDetailSerializer,
    EntitySerializer,
    ReleaseSerializer,
    ShowChangeSerializer,
    ShowSerializer,
)

ORDERING = OpenApiParameter("ordering", str, description="`id` or `name`, `-` before it reverses.")
SEARCH = OpenApiParameter("search", str, description="A part of the name.")
FORGET = OpenApiParameter(
    "forget",
    bool,
    description="Also forget that its releases were downloaded: FlexGet may take them again.",
)


class FlexGetViewSet(GenericViewSet):
    """A viewset of what is in FlexGet's database."""

    permission_model = Show
    filter_backends = ()

    def page_from(self, method: str, **params: Any) -> Response:
        """Answer one page, which the host cuts out."""
        paginator: Any = self.paginator
        paginator.request = self.request
        paginator.limit = paginator.get_limit(self.request)
        paginator.offset = paginator.get_offset(self.request)
        # Beyond what SQLite counts to there is nothing.
        offset = min(paginator.offset, 2**62)
        page = ask(method, limit=paginator.limit, offset=offset, **params)
        paginator.count = page["count"]
        return self.get_paginated_response(page["items"])

    def ordering(self, *known: str) -> tuple[str, bool]:
        """Return the field to order by, and whether backwards. Raises ValidationError."""
        given = self.request.query_params.get("ordering") or known[0]
        name = given.removeprefix("-")
        if name not in known:
            detail = f"Cannot order by {name}; known are: {', '.join(known)}."
            raise ValidationError({"ordering": detail})
        return name, given.startswith("-")

    @property
    def forgets(self) -> bool:
        """Whether `?forget=true` is asked for. Raises ValidationError."""
        given = self.request.query_params.get("forget", "false").lower()
        if given not in ("true", "1", "false", "0"):
            raise ValidationError({"forget": "It is true or false."})
        return given in ("true", "1")


class SeriesViewSet(FlexGetViewSet):
    """The shows that FlexGet knows."""

    serializer_class = ShowSerializer
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(parameters=[SEARCH, ORDERING], responses=ShowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List shows."""
        order_by, descending = self.ordering("name", "id")
        search = request.query_params.get("search", "").replace("\x00", "")
        return self.page_from(
            "series.shows", search=search, order_by=order_by, descending=descending
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read one show."""
        return one(ask("series.show", id=int(pk)))

    def create(self, request: Request) -> Response:
        """Make a show known to FlexGet, with its first episode and other names."""
        serializer = ShowSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        show = ask("series.add", **serializer.validated_data)
        location = self.reverse_action("detail", kwargs={"pk": show["id"]})
        return one(show, 201, {"Location": location})

    @extend_schema(request=ShowChangeSerializer, responses=ShowSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Set the first episode to take, or the alternate names."""
        serializer = ShowChangeSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return one(ask("series.change", id=int(pk), **serializer.validated_data))

    @extend_schema(parameters=[FORGET], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a show from FlexGet's database."""
        ask("series.forget", id=int(pk), seen=self.forgets)
        return Response(status=204)


class EntityViewSet(FlexGetViewSet):
    """The seasons or the episodes of a show."""

    kind = ""
    serializer_class = EntitySerializer
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(parameters=[ORDERING], responses=EntitySerializer(many=True))
    def list(self, request: Request, show: str) -> Response:
        """List them in their order, `?ordering=-identifier` backwards."""
        _, descending = self.ordering("identifier")
        return self.page_from(
            "series.entities", kind=self.kind, show=int(show), descending=descending
        )

    @extend_schema(responses=EntityDetailSerializer)
    def retrieve(self, request: Request, show: str, pk: str) -> Response:
        """Read one with its releases."""
        return one(ask("series.entity", kind=self.kind, show=int(show), id=int(pk)))

    @extend_schema(parameters=[FORGET], responses={204: None})
    def destroy(self, request: Request, show: str, pk: str) -> Response:
        """Remove one from FlexGet's database."""
        ask("series.forget_entity", kind=self.kind, show=int(show), id=int(pk), seen=self.forgets)
        return Response(status=204)


class SeasonViewSet(EntityViewSet):
    """The seasons of a show."""

    kind = "seasons"


class EpisodeViewSet(EntityViewSet):
    """The episodes of a show."""

    kind = "episodes"


class ReleaseViewSet(FlexGetViewSet):
    """The releases of a season or an episode."""

    serializer_class = ReleaseSerializer
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"reset": "series.change_show"}

    @extend_schema(parameters=[FORGET], responses={204: None})
    def destroy(self, request: Request, show: str, kind: str, entity: str, pk: str) -> Response:
        """Remove a release from FlexGet's database."""
        ask("series.forget_release", **self._named(show, kind, entity, pk), seen=self.forgets)
        return Response(status=204)

    @extend_schema(request=None, responses=ReleaseSerializer)
    def reset(self, request: Request, show: str, kind: str, entity: str, pk: str) -> Response:
        """Take it for not downloaded, so that FlexGet may take it again."""
        return one(ask("series.reset_release", **self._named(show, kind, entity, pk)))

    def _named(self, show: str, kind: str, entity: str, pk: str) -> dict[str, Any]:
        return {"kind": kind, "show": int(show), "id": int(entity), "release": int(pk)}
