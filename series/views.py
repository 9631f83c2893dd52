"""`/api/series`. Each request is one call of FlexGet's process, one more where it has a precondition."""

from typing import Any, ClassVar

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import FlexGetViewSet, ask
from flexapi.api.schema import ErrorSerializer
from flexapi.api.serializers import CountSerializer
from flexapi.api.viewsets import one

from .models import Show
from .serializers import (
    EntityDetailSerializer,
    EntitySerializer,
    ReleaseSerializer,
    ShowChangeSerializer,
    ShowSerializer,
)

SEARCH = OpenApiParameter("search", str, description="A part of the name.")
IN_CONFIG = OpenApiParameter(
    "in_config",
    enum=["all", "configured", "unconfigured"],
    default="all",
    description="Whether a task of the config names it.",
)
PREMIERES = OpenApiParameter(
    "premieres",
    bool,
    description="Only those of which just the first two episodes were downloaded.",
)
DOWNLOADED = OpenApiParameter("downloaded", bool, description="Only those that were, or were not.")
FORGET = OpenApiParameter(
    "forget",
    bool,
    description="Also forget that what was downloaded is seen: FlexGet may take it again.",
)
# What a clash of names answers.
TAKEN = {409: ErrorSerializer}


def ordering(*names: str) -> OpenApiParameter:
    """Describe `?ordering=` by these fields."""
    return OpenApiParameter("ordering", enum=[sign + name for name in names for sign in ("", "-")])


class SeriesDataViewSet(FlexGetViewSet):
    """A viewset of what FlexGet knows of series."""

    permission_model = Show
    lookup_value_regex = "[0-9]{1,18}"

    def of_all(self, method: str, *parameters: str, **params: Any) -> Response:
        """Answer how many a method removed or changed.

        Raises ValidationError for parameters that it does not have: one that is misspelt must not mean all.
        """
        unknown = self.request.query_params.keys() - {*parameters, "format"}
        if unknown:
            detail = gettext("It is no parameter here; known are: {known}.").format(
                known=", ".join(parameters) or "none"
            )
            raise ValidationError(dict.fromkeys(unknown, detail))
        return one(ask(method, **params))

    @property
    def seen(self) -> bool:
        """Whether `?forget=true` is asked for. Raises ValidationError."""
        return bool(self.flag("forget"))


class SeriesViewSet(SeriesDataViewSet):
    """The shows that FlexGet knows."""

    subject = ("a show", "shows")
    serializer_class = ShowSerializer
    orders = ("name", "id", "last_download_date")

    @extend_schema(
        parameters=[SEARCH, IN_CONFIG, PREMIERES, ordering(*orders)],
        responses=ShowSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """List shows."""
        order_by, descending = self.ordering(*self.orders)
        return self.page_from(
            "series.shows",
            search=request.query_params.get("search", "").replace("\x00", ""),
            in_config=self.choice("in_config", "all", "configured", "unconfigured"),
            premieres=bool(self.flag("premieres")),
            order_by=order_by,
            descending=descending,
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read one show."""
        return self.one_from("series.show", id=int(pk))

    @extend_schema(responses={201: ShowSerializer} | TAKEN)
    def create(self, request: Request) -> Response:
        """Make a show known to FlexGet, with its first episode and other names."""
        serializer = ShowSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        show = self.shown(ask("series.add", **serializer.validated_data))
        location = self.reverse_action("detail", kwargs={"pk": show["id"]})
        return self.with_etag(one(show, 201, {"Location": location}), show, show)

    @extend_schema(request=ShowChangeSerializer, responses={200: ShowSerializer} | TAKEN)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Set the first episode to take (null: any), or the alternate names."""
        serializer = ShowChangeSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        key = {"id": int(pk)}
        expected = self.expected("series.show", **key)
        return self.one_from("series.change", **key, **serializer.validated_data, expected=expected)

    @extend_schema(parameters=[FORGET], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a show from FlexGet's database."""
        key = {"id": int(pk)}
        seen, expected = self.seen, self.expected("series.show", **key)
        ask("series.forget", **key, seen=seen, expected=expected)
        return Response(status=204)


class EntityViewSet(SeriesDataViewSet):
    """The seasons or the episodes of a show."""

    kind = ""
    serializer_class = EntitySerializer

    @extend_schema(parameters=[ordering("identifier")], responses=EntitySerializer(many=True))
    def list(self, request: Request, show: str) -> Response:
        """List them in their order, `?ordering=-identifier` backwards."""
        _, descending = self.ordering("identifier")
        return self.page_from(
            "series.entities", kind=self.kind, show=int(show), descending=descending
        )

    @extend_schema(parameters=[FORGET], responses={200: CountSerializer})
    def clear(self, request: Request, show: str) -> Response:
        """Remove all of them from FlexGet's database."""
        params = {"kind": self.kind, "show": int(show), "seen": self.seen}
        return self.of_all("series.forget_entities", "forget", **params)

    @extend_schema(responses=EntityDetailSerializer)
    def retrieve(self, request: Request, show: str, pk: str) -> Response:
        """Read one with its releases."""
        return self.one_from("series.entity", **self._key(show, pk))

    @extend_schema(parameters=[FORGET], responses={204: None})
    def destroy(self, request: Request, show: str, pk: str) -> Response:
        """Remove one from FlexGet's database."""
        key = self._key(show, pk)
        seen, expected = self.seen, self.expected("series.entity", **key)
        ask("series.forget_entity", **key, seen=seen, expected=expected)
        return Response(status=204)

    def _key(self, show: str, entity: str) -> dict[str, Any]:
        return {"kind": self.kind, "show": int(show), "id": int(entity)}


class SeasonViewSet(EntityViewSet):
    """The seasons of a show, where FlexGet found packs of them."""

    subject = ("a season of a show", "seasons of a show")
    kind = "seasons"


class EpisodeViewSet(EntityViewSet):
    """The episodes of a show."""

    subject = ("an episode of a show", "episodes of a show")
    kind = "episodes"


class ReleaseViewSet(SeriesDataViewSet):
    """The releases of a season or an episode."""

    kind = ""
    serializer_class = ReleaseSerializer
    action_permissions: ClassVar[dict[str, str]] = {
        "reset": "series.change_show",
        "reset_all": "series.change_show",
    }
    orders = ("id", "first_seen", "downloaded", "proper_count", "title")

    @extend_schema(
        parameters=[DOWNLOADED, ordering(*orders)], responses=ReleaseSerializer(many=True)
    )
    def list(self, request: Request, show: str, entity: str) -> Response:
        """List them."""
        order_by, descending = self.ordering(*self.orders)
        return self.page_from(
            "series.releases",
            **self._key(show, entity),
            downloaded=self.flag("downloaded"),
            order_by=order_by,
            descending=descending,
        )

    @extend_schema(parameters=[DOWNLOADED, FORGET], responses={200: CountSerializer})
    def clear(self, request: Request, show: str, entity: str) -> Response:
        """Remove all of them, or those that were or were not downloaded, from FlexGet's database."""
        params = self._key(show, entity) | {"downloaded": self.flag("downloaded")}
        known = ("downloaded", "forget")
        return self.of_all("series.forget_releases", *known, **params, seen=self.seen)

    def retrieve(self, request: Request, show: str, entity: str, pk: str) -> Response:
        """Read one."""
        return self.one_from("series.release", **self._key(show, entity, pk))

    @extend_schema(parameters=[FORGET], responses={204: None})
    def destroy(self, request: Request, show: str, entity: str, pk: str) -> Response:
        """Remove one from FlexGet's database."""
        key = self._key(show, entity, pk)
        seen, expected = self.seen, self.expected("series.release", **key)
        ask("series.forget_release", **key, seen=seen, expected=expected)
        return Response(status=204)

    @extend_schema(request=None, responses=CountSerializer)
    @action(methods=["post"], detail=False, url_path="reset")
    def reset_all(self, request: Request, show: str, entity: str) -> Response:
        """Take all of them for not downloaded, so that FlexGet may take another."""
        return self.of_all("series.reset_releases", **self._key(show, entity))

    @extend_schema(request=None, responses=ReleaseSerializer)
    @action(methods=["post"], detail=True)
    def reset(self, request: Request, show: str, entity: str, pk: str) -> Response:
        """Take one for not downloaded, so that FlexGet may take it or another."""
        return one(self.shown(ask("series.reset_release", **self._key(show, entity, pk))))

    def _key(self, show: str, entity: str, release: str | None = None) -> dict[str, Any]:
        key = {"kind": self.kind, "show": int(show), "id": int(entity)}
        return key if release is None else key | {"release": int(release)}


class SeasonReleaseViewSet(ReleaseViewSet):
    """The releases of a season."""

    subject = ("a release of a season", "releases of a season")
    kind = "seasons"


class EpisodeReleaseViewSet(ReleaseViewSet):
    """The releases of an episode."""

    subject = ("a release of an episode", "releases of an episode")
    kind = "episodes"
