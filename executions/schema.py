"""What the OpenAPI document says of the executions' endpoints beyond what the code shows."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework import serializers

from executions.following.log_reader import LEVELS
from flexapi.api.schema import exemplified

from .serializers import (
    ChangeSerializer,
    EntryDetailSerializer,
    ExecutionEntrySerializer,
    ExecutionSerializer,
    PlaceSerializer,
    ReasonSerializer,
    TaskResultSerializer,
)


@exemplified(tasks=["tv"], learn=True)
class ExecutionRequestSerializer(serializers.Serializer[None]):
    """Tasks to run and FlexGet's options, as `GET /api/execution/options` describes them."""

    tasks = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Names or globs. None, or `*`: all tasks but those marked `manual`.",
    )


_LINE = {
    "seq": 1,
    "time": "2026-01-31T03:00:00.123Z",
    "level": "VERBOSE",
    "plugin": "task",
    "task": "tv",
    "message": "ACCEPTED: `Some.Show.S01E01` by series plugin",
}
_STREAMS = {
    (200, media_type): OpenApiResponse(OpenApiTypes.ANY, description=description, examples=examples)
    for media_type, description, examples in (
        (
            "application/x-ndjson",
            "A log line a line, then the end marker `{type, seq, status}`.",
            [OpenApiExample("A log line", _LINE, media_type="application/x-ndjson")],
        ),
        ("text/event-stream", "Events `log`, `progress`, `status` and `end`.", []),
        ("text/plain", "A log line a line, then one that starts with `#`.", []),
    )
}
_LEVEL = OpenApiParameter(
    "level",
    str,
    description="The least level to give of the log.",
    enum=[level.lower() for level in LEVELS],
)
_STREAM_PARAMETERS = [
    OpenApiParameter(
        "after",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
        description="Start after the line with this seq.",
    ),
    _LEVEL,
    OpenApiParameter(
        "follow", bool, description="Whether to stay until the execution ends.", default=True
    ),
]
_SELECTED = [
    OpenApiParameter("search", str, description="Lines with this in their message, in any case."),
    OpenApiParameter("task", str, description="Lines of this task."),
    OpenApiParameter("plugin", str, description="Lines of this plugin."),
]
_RESUME = OpenApiParameter(
    "Last-Event-ID",
    int,
    OpenApiParameter.HEADER,
    description="Sent by an EventSource that reconnects; counts as `after`.",
)

create = extend_schema(
    summary="Run tasks now",
    request=ExecutionRequestSerializer,
    parameters=[
        OpenApiParameter(
            "stream", bool, description="Answer the log as it comes, as NDJSON.", default=False
        ),
        OpenApiParameter(
            "tasks", str, many=True, description="As in the body; so may be all the options."
        ),
        _LEVEL,
    ],
    responses={
        (201, "application/json"): ExecutionSerializer,
        **{(201, media_type): answer for (_, media_type), answer in _STREAMS.items()},
        409: OpenApiResponse(description="The config has no such task as far as it can be read."),
    },
)
move = extend_schema(
    summary="Move an execution that waits ahead, or back",
    request=PlaceSerializer,
    responses={
        200: ExecutionSerializer,
        409: OpenApiResponse(description="It runs, is about to, or is over."),
    },
)
abort = extend_schema(
    summary="Abort an execution",
    request=None,
    responses={200: ExecutionSerializer, 409: OpenApiResponse(description="It is over.")},
)
log = extend_schema(
    summary="The log of an execution, as a stream",
    parameters=[*_STREAM_PARAMETERS, *_SELECTED, _RESUME],
    responses=_STREAMS,
)
entries = extend_schema(
    summary="What became of each entry", responses={200: ExecutionEntrySerializer(many=True)}
)
reasons = extend_schema(
    summary="Why entries are where they are, grouped and counted",
    responses={200: ReasonSerializer(many=True)},
)
tasks = extend_schema(
    summary="How each task ended", responses={200: TaskResultSerializer(many=True)}
)
entry = extend_schema(
    summary="An entry of an execution, with the fields that it came in with",
    responses={200: EntryDetailSerializer},
)
take = extend_schema(
    summary="Take an entry that a run did not take",
    request=None,
    responses={
        201: ExecutionSerializer,
        409: OpenApiResponse(description="It was taken, or its task is gone; the text says why."),
    },
)
changes = extend_schema(
    summary="What is different in another run",
    parameters=[
        OpenApiParameter(
            "against",
            int,
            description="The id of the execution to compare with (default: the one whose entries a replay got).",
        ),
        OpenApiParameter(
            "all", bool, description="Entries whose state is the same as well.", default=False
        ),
    ],
    responses={
        200: ChangeSerializer(many=True),
        409: OpenApiResponse(
            description="It is not a replay, or that run is no longer kept, or the two have no task in common."
        ),
    },
)
options = extend_schema(
    summary="The JSON Schema of what running tasks takes", responses={200: OpenApiTypes.OBJECT}
)
