"""`/api/config/check`."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.schema import example
from flexapi.api.viewsets import ApiViewSet, one
from flexapi.mirror import answers
from flexapi.mirror.checking import check
from flexapi.mirror.checking.serializers import CheckedSerializer, TextSerializer, as_json
from flexapi.mirror.models import ConfigSection
from flexapi.mirror.representation import MirrorMixin, Source, body_of


class CheckViewSet(MirrorMixin, ApiViewSet):
    """A text, checked and not stored."""

    queryset = ConfigSection.objects.all()
    serializer_class = CheckedSerializer
    filter_backends = ()
    yaml_actions = ()
    yaml_bodies = ("check",)
    action_permissions = {"check": "tasks.change_task"}
    # It writes nothing, so nothing can come in between.
    answer_extras: ClassVar[dict[str, Any]] = {}
    possible_write_errors: ClassVar[dict[str, str]] = {}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "task",
                str,
                description="Take the text for the source of one task (`name: …`), in place of the one of this name"
                " in the current config; there need not be one.",
            )
        ],
        request={"application/json": TextSerializer, "application/yaml": OpenApiTypes.ANY},
        examples=[
            example(
                {"text": "tasks:\n  tv:\n    rss: https://feeds.example/tv\n    acept_all: yes\n"}
            ),
            example("tasks:\n  tv:\n    rss: https://feeds.example/tv\n", "application/yaml"),
        ],
        responses=CheckedSerializer,
    )
    def check(self, request: Request) -> Response:
        """Check a text as if it were the config; what FlexGet complains about, where, and what to be warned of.

        Nothing is stored, and no edit waits. Variables, templates and included files are applied as a run would.
        """
        given = body_of(request)
        text = str(given) if isinstance(given, Source) else self.valid(TextSerializer)["text"]
        task = request.query_params.get("task")
        with answers.translated():
            if task is None:
                checked = check.check_config(text, masked=self.masked)
            else:
                checked = check.check_task(text, task, masked=self.masked)
        return one(as_json(checked))
