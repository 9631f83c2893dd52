"""`/api/config/broken`."""

from typing import Any, ClassVar

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi import phrases
from flexapi.api.errors import Conflict
from flexapi.api.schema import ErrorSerializer, example
from flexapi.api.viewsets import ApiViewSet, one
from flexapi.mirror import answers, mirror
from flexapi.mirror.edits import writing
from flexapi.mirror.mending.mend import Broken, broken, mend
from flexapi.mirror.models import ConfigSection
from flexapi.mirror.representation import MirrorMixin, Source, body_of


class BrokenSerializer(serializers.Serializer[Any]):
    """The config file as it stands there, which does not parse."""

    text = serializers.CharField()
    detail = serializers.CharField(help_text="What is wrong with it.")
    line = serializers.IntegerField(allow_null=True, help_text="Where, from 1.")
    column = serializers.IntegerField(allow_null=True, help_text="Where, from 1.")


class MendedSerializer(serializers.Serializer[Any]):
    """The text that is to stand in the file's place."""

    text = serializers.CharField(trim_whitespace=False)


class BrokenViewSet(MirrorMixin, ApiViewSet):
    """The config file while it is broken; there is none while it can be read."""

    queryset = ConfigSection.objects.all()
    serializer_class = BrokenSerializer
    filter_backends = ()
    action_permissions = {"retrieve": "mirror.change_configsection"}
    answer_extras: ClassVar[dict[str, Any]] = {}
    guarded_actions = ("update",)

    def etag_state(self, instance: Broken) -> Any:
        """The bytes in the file."""
        return instance.content

    @extend_schema(
        responses={
            (200, "application/json"): BrokenSerializer,
            (200, "application/yaml"): OpenApiTypes.ANY,
            404: ErrorSerializer,
        }
    )
    def retrieve(self, request: Request) -> Response:
        """Read the file as it stands there; 404 while the config can be read."""
        self._refuse_masked()
        found = broken()
        if found is None:
            raise NotFound(gettext("The config is not broken."))
        answer = Response(found.text) if self.wants_yaml else one(self._shown(found))
        return self.with_etag(answer, found)

    @extend_schema(
        request={"application/json": MendedSerializer, "application/yaml": OpenApiTypes.ANY},
        examples=[
            example({"text": "tasks:\n  tv:\n    rss: https://feeds.example/tv\n"}),
            example("tasks:\n  tv:\n    rss: https://feeds.example/tv\n", "application/yaml"),
        ],
        responses={
            (200, "application/json"): MendedSerializer,
            (200, "application/yaml"): OpenApiTypes.ANY,
        },
    )
    def update(self, request: Request) -> Response:
        """Put a mended text in the broken file's place, which is kept as a revision.

        As after an edit by hand, what FlexGet complains of is not refused: it keeps its own tasks from running.
        """
        self._refuse_masked()
        given = body_of(request)
        text = str(given) if isinstance(given, Source) else self.valid(MendedSerializer)["text"]
        try:
            with answers.translated(()):
                mend(
                    text,
                    author=request.user,
                    message=self.message,
                    guard=self.check_preconditions,
                )
        except writing.WriteRefused as error:
            raise Conflict(str(error), code="not_broken") from error
        now = mirror.current().document.text
        return Response(now) if self.wants_yaml else one({"text": now})

    def _refuse_masked(self) -> None:
        if self.masked:
            raise PermissionDenied(
                gettext("What can't be parsed is for those who may see credentials.")
            )

    def _shown(self, found: Broken) -> dict[str, Any]:
        problem = found.problem
        return {
            "text": found.text,
            "detail": phrases.translated(problem.detail, gettext),
            "line": problem.line,
            "column": problem.column,
        }
