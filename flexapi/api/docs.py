"""`/api/schema`, the OpenAPI document, and `/api/docs`, its page."""

import functools
import threading
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

_drawing = threading.Lock()


def document() -> dict[str, Any]:
    """The OpenAPI document; it depends on the code alone, so one per process will do."""
    # spectacular can't draw two at once: it keeps what it has come across in the views and serializers.
    with _drawing:
        return _drawn()


@functools.cache
def _drawn() -> dict[str, Any]:
    # Names of fields are in the language of who asks first, else.
    with translation.override(settings.LANGUAGE_CODE):
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


# It is a megabyte and a half, and holds no secret that its compressed length could tell of.
@method_decorator(gzip_page, name="dispatch")
class SchemaView(SpectacularAPIView):
    """The OpenAPI 3 document: JSON, or YAML by `Accept` or `?format=yaml`."""

    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    ]

    def _get_schema_response(self, request: Request) -> Response:
        return Response(document())


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI, from this server's own files; its start-up script too, as the page may have no inline one."""
