"""`/api/task_templates`."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api import engine_calls
from flexapi.api.parameters import flag
from flexapi.api.schema import example
from flexapi.api.viewsets import ApiViewSet, one
from tasks.models import Task
from tasks.starting import templates
from tasks.starting.serializers import RenderedTaskSerializer, TaskTemplateSerializer

PARTIAL = OpenApiParameter(
    "partial",
    bool,
    description="Write what is there, though fields are missing that have to be filled in.",
)
EXAMPLE = {
    "name": "shows",
    "address": "https://feeds.example/tv",
    "shows": ["Pioneer One"],
    "download_folder": "/downloads",
}


class TaskTemplateViewSet(ApiViewSet):
    """What a new task may start from: texts with fields. FlexGet's `templates` are parts of a config, and another thing."""

    queryset = Task.objects.all()
    serializer_class = TaskTemplateSerializer
    filter_backends = ()
    lookup_field = "name"
    lookup_value_regex = "[a-z0-9_]+"

    def get_serializer_context(self) -> dict[str, Any]:
        """With FlexGet's names of qualities, for which the OpenAPI document has no use."""
        if getattr(self, "swagger_fake_view", False):
            return {**super().get_serializer_context()}
        return {
            **super().get_serializer_context(),
            "qualities": engine_calls.ask("tasks.qualities"),
        }

    @extend_schema(responses=TaskTemplateSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List the templates, with the fields of each."""
        return self.page_of(templates.all_templates())

    @extend_schema(responses=TaskTemplateSerializer)
    def retrieve(self, request: Request, name: str) -> Response:
        """Read a template."""
        return one(self.get_serializer(self._template(name)).data)

    @extend_schema(
        parameters=[PARTIAL],
        request=OpenApiTypes.OBJECT,
        examples=[example(EXAMPLE)],
        responses=RenderedTaskSerializer,
    )
    @action(detail=True, methods=["post"])
    def render(self, request: Request, name: str) -> Response:
        """Make the source of a task of the fields' values; nothing is stored."""
        template = self._template(name)
        try:
            text, missing = template.render(request.data, partial=flag(request, "partial"))
        except templates.BadValues as error:
            raise ValidationError(
                {
                    field: [ErrorDetail(message, "invalid")]
                    for field, message in error.errors.items()
                }
            ) from error
        return one({"text": text, "missing": missing})

    def _template(self, name: str) -> templates.TaskTemplate:
        found = templates.named(name)
        if found is None:
            raise NotFound(gettext("There is no task template {name}.").format(name=repr(name)))
        return found
