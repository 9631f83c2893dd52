"""`/api/config/schema` and `/api/plugins`."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.free_names import FreeNameMixin
from flexapi.api.viewsets import ApiViewSet, one
from flexapi.mirror.catalogue import catalogue
from flexapi.mirror.catalogue.serializers import PluginDetailSerializer, PluginSerializer
from flexapi.mirror.models import ConfigSection
from flexapi.mirror.representation import MirrorMixin


class SchemaViewSet(ApiViewSet):
    """The JSON Schema of FlexGet's config."""

    queryset = ConfigSection.objects.all()
    filter_backends = ()

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request) -> Response:
        """Read the JSON Schema of a whole config, as FlexGet and its plugins have it.

        One document (draft 2020-12): all that it refers to is in its `$defs`. It changes only with FlexGet and its plugins.
        """
        schema = catalogue.schema()
        return self.with_etag(one(schema), schema, state=schema)


class PluginViewSet(MirrorMixin, FreeNameMixin, ApiViewSet):
    """FlexGet's plugins, as they are loaded."""

    queryset = ConfigSection.objects.all()
    serializer_class = PluginSerializer
    filter_backends = ()
    lookup_field = "name"
    yaml_actions = ()
    etag_actions = ("list", "retrieve")

    @extend_schema(
        parameters=[
            OpenApiParameter("search", str, description="In the name or the summary, in any case."),
            OpenApiParameter("phase", str, description="Those that act in this phase."),
            OpenApiParameter("interface", str, description="Those that can be used as this."),
        ],
        responses=PluginSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """List FlexGet's plugins by name; also those that could not be loaded, with the reason."""
        page = self.paginate_queryset([one for one in catalogue.plugins() if self._is_wanted(one)])
        response = self.get_paginated_response(page)
        return self.with_etag(response, None, state=response.data)

    @extend_schema(responses=PluginDetailSerializer)
    def retrieve(self, request: Request, name: str) -> Response:
        """Read a plugin, with its help and its JSON Schema."""
        found = catalogue.plugin(name)
        if found is None:
            raise NotFound(gettext("There is no plugin {name}.").format(name=repr(name)))
        return self.with_etag(one(found), found, state=found)

    def _is_wanted(self, plugin: dict[str, Any]) -> bool:
        wanted = self.request.query_params
        search = wanted.get("search", "").lower()
        phase, interface = wanted.get("phase"), wanted.get("interface")
        return (
            search in f"{plugin['name']} {plugin['summary']}".lower()
            and (not phase or phase in plugin["phases"])
            and (not interface or interface in plugin["interfaces"])
        )
