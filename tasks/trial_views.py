"""`/api/config/try` and `/api/tasks/<name>/try`: what to run, and the answer."""

from typing import Any, ClassVar

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from executions import requests
from executions.queues import SeveralQueues
from executions.serializers import ExecutionSerializer
from executions.views import request_schema
from flexapi.api.schema import example
from flexapi.api.viewsets import ApiViewSet, one
from flexapi.mirror import answers
from flexapi.mirror.representation import MirrorMixin, Source, body_of
from tasks import trying
from tasks.models import Task
from tasks.serializers import TrialSerializer, TriedConfigSerializer

# What a trial runs with where nothing else is asked for: somebody waits for it.
OPTIONS = {"now": True}
# What every trial is, or can't be.
FIXED_OPTIONS = ("test", "tasks", "cron")


# Of a request whose body is YAML.
PARAMETERS = [
    OpenApiParameter("entries_of", int, description="With a body of YAML: as in JSON."),
    OpenApiParameter("forget", bool, description="With a body of YAML: as in JSON.", default=True),
]


def from_url(request: Request) -> dict[str, Any]:
    """Return what a request whose body is YAML says in its URL. Raises ValidationError."""
    serializer = TrialSerializer(data=request.query_params.dict())
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def queued(request: Request, tried: trying.Tried, wanted: dict[str, Any]) -> Response:
    """Queue a trial; answer the execution. Raises ValidationError, ServiceUnavailable."""
    options = wanted.get("options", OPTIONS)
    said = gettext("This is not an option of a trial.")
    fixed = dict.fromkeys((name for name in FIXED_OPTIONS if name in options), said)
    if fixed:
        raise ValidationError({"options": fixed})
    requests.check(options, request_schema(), [])
    try:
        execution = trying.queue(
            tried,
            options,
            request.user,
            entries_of=wanted.get("entries_of"),
            forget=wanted.get("forget", True),
        )
    except trying.NothingKept as error:
        raise ValidationError({"entries_of": [ErrorDetail(str(error), "nothing_kept")]}) from error
    except SeveralQueues as error:
        raise ValidationError({"tasks": [ErrorDetail(str(error), "several_queues")]}) from error
    location = reverse("execution-detail", kwargs={"pk": execution.pk}, request=request)
    data = ExecutionSerializer(execution, context={"user": request.user}).data
    return one(data, 201, {"Location": location})


class TryConfigViewSet(MirrorMixin, ApiViewSet):
    """A config, tried and not saved."""

    queryset = Task.objects.all()
    serializer_class = ExecutionSerializer
    filter_backends = ()
    yaml_actions = ()
    yaml_bodies = ("try_config",)
    action_permissions: ClassVar[dict[str, str]] = {"try_config": "tasks.change_task"}
    answer_extras: ClassVar[dict[str, Any]] = {}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "tasks", str, many=True, description="With a body of YAML: as `tasks` in JSON."
            ),
            *PARAMETERS,
        ],
        request={"application/json": TriedConfigSerializer, "application/yaml": OpenApiTypes.ANY},
        examples=[
            example(
                {
                    "text": "tasks:\n  films:\n    mock: [{title: Sintel, url: http://localhost/1}]\n",
                    "tasks": ["films"],
                }
            ),
            example(
                "tasks:\n  tv:\n    mock: [{title: Sintel, url: http://localhost/1}]\n",
                "application/yaml",
            ),
        ],
        responses={201: ExecutionSerializer},
    )
    def try_config(self, request: Request) -> Response:
        """Run tasks of a config as it would be, without saving it; answer the execution.

        As `POST /api/tasks/<name>/try` does for one task.
        """
        given = body_of(request)
        if isinstance(given, Source):
            asked: list[str] = request.query_params.getlist("tasks")
            wanted: dict[str, Any] = {"text": str(given), "tasks": asked}
            wanted |= from_url(request)
        else:
            wanted = self.valid(TriedConfigSerializer)
        with answers.translated(()):
            tried = trying.with_text(wanted["text"], wanted.get("tasks") or ["*"])
        return queued(request, tried, wanted)
