"""The endpoints of `/api/execution`."""

import re
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ParseError, PermissionDenied, ValidationError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from executions.following.streaming import (
    STREAM_RENDERERS,
    StreamRenderer,
    read_after,
    read_level,
    read_wanted,
    stream_log,
)
from flexapi.api.accounts.narrowing import narrowing_of
from flexapi.api.errors import Conflict, ServiceUnavailable
from flexapi.api.parameters import flag
from flexapi.api.schema import DIGITS
from flexapi.api.viewsets import ReadOnlyViewSet, one
from flexapi.engine.client import EngineUnavailable
from flexapi.engine.instance import engine
from flexapi.mirror import credentials, mirror
from flexapi.phrases import phrase

from . import changes, endings, reasons, requests, schema, taking
from .filters import EntryFilter, ExecutionFilter, ExecutionPages, ResultFilter
from .models import Execution, ExecutionClaimed, ExecutionEnded, ExecutionEntry, TaskResult
from .queues import SeveralQueues
from .serializers import (
    ChangeSerializer,
    EntryDetailSerializer,
    ExecutionEntrySerializer,
    ExecutionSerializer,
    PlaceSerializer,
    ReasonSerializer,
    TaskResultSerializer,
)

_ID = re.compile("[0-9]{1,18}")
# Actions that answer a list, with its filters.
LISTS = ("list", "entries", "reasons", "tasks")
# What a token to run tasks may do with executions of theirs.
OF_WHO_RUNS = ("retrieve", "log", "entries", "reasons", "tasks", "abort")


@extend_schema_view(
    list=extend_schema(summary="Running and pending executions, or those of any status"),
    retrieve=extend_schema(summary="One execution"),
)
class ExecutionViewSet(ReadOnlyViewSet):
    """Runs of FlexGet tasks: queue one, watch it, abort it."""

    queryset = Execution.objects.select_related("requested_by")
    serializer_class = ExecutionSerializer
    filterset_class = ExecutionFilter
    pagination_class = ExecutionPages
    search_fields: tuple[str, ...] = ("tasks", "abort_reason")
    revealing_fields = ("abort_reason", "reason")
    quoting_fields = ("title",)
    ordering_fields = ("id", "status", "created", "started", "finished")
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions: ClassVar[dict[str, str]] = {
        "abort": "executions.abort_execution",
        "partial_update": "executions.add_execution",
        "entries": "executions.view_execution",
        "reasons": "executions.view_execution",
        "take": "executions.add_execution",
        "tasks": "executions.view_execution",
    }

    def check_permissions(self, request: Request) -> None:
        """Let a token that is for running tasks run them, look at their executions and abort these."""
        narrowed = narrowing_of(request.user)
        if narrowed is None or not narrowed.runs or self.action == "create":
            super().check_permissions(request)
            return
        asked = Execution.objects.filter(
            requested_by=request.user.pk, pk=self.kwargs.get("pk") or 0
        )
        own = asked.values_list("tasks").first()
        if self.action not in OF_WHO_RUNS or own is None or not narrowed.covers(own[0]):
            raise PermissionDenied(
                gettext(
                    "You may not do this: this token is for running its tasks, and for what came of it."
                )
            )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter lists; an execution that is asked for by its id may have any status."""
        return super().filter_queryset(queryset) if self.action in LISTS else queryset

    def get_renderers(self) -> list[BaseRenderer]:
        """Offer the streams where the answer may be one."""
        renderers = super().get_renderers()
        streams = [renderer() for renderer in STREAM_RENDERERS]
        if self.action == "log":
            return [*streams, *renderers]
        return [*renderers, *streams] if self.action == "create" else renderers

    @schema.create
    def create(self, request: Request) -> HttpResponseBase:
        """Queue a run; answer the execution, or its log as it comes."""
        wanted = request_schema()
        body = requests.from_parameters(request.query_params, wanted) | _members(request.data)
        requests.check(body, wanted, mirror.task_names(), mirror.refresh())
        self._check_options_permitted(body)
        tasks = body.pop("tasks", [])
        renderer, level = self._stream_renderer(), read_level(request)
        try:
            execution = Execution.objects.enqueue(
                tasks=[] if tasks == ["*"] else tasks, options=body, requested_by=request.user
            )
        except SeveralQueues as error:
            detail = ErrorDetail(str(error), "several_queues")
            raise ValidationError({"tasks": [detail]}) from error
        location = self.reverse_action("detail", kwargs={"pk": execution.pk})
        if renderer is not None:
            response: HttpResponseBase = stream_log(
                request, execution.pk, renderer, status=201, wanted={"level": level}
            )
        else:
            response = one(self.get_serializer(execution).data, status=201)
        response.headers["Location"] = location
        return response

    @schema.move
    def partial_update(self, request: Request, pk: str) -> Response:
        """Give an execution that waits another place in the queue."""
        priority = self.valid(PlaceSerializer)["priority"]
        with transaction.atomic():
            execution = self.get_locked_object()
            self.check_preconditions(execution)
            try:
                execution.move(priority)
            except ExecutionClaimed as error:
                raise Conflict(
                    gettext("{reason} It is {state}.").format(reason=error, state=execution.status)
                ) from error
        return self.answer(execution)

    @schema.abort
    @action(detail=True, methods=["post"])
    def abort(self, request: Request, pk: str) -> Response:
        """Abort an execution: FlexGet's abort phase runs, then what is left is killed."""
        execution = self.get_object()
        try:
            execution.request_abort(endings.BY_USER.format(user=request.user))
        except ExecutionEnded as error:
            raise Conflict(
                gettext("{reason} It is {state}.").format(reason=error, state=execution.status)
            ) from error
        return one(self.get_serializer(execution).data)

    @schema.log
    @action(detail=True, filter_backends=[])
    def log(self, request: Request, pk: str) -> HttpResponseBase:
        """Stream the log: what is stored, then live until the end."""
        execution = self.get_object()
        renderer = type(request.accepted_renderer)
        if not issubclass(renderer, StreamRenderer):
            renderer = STREAM_RENDERERS[0]
        return stream_log(
            request,
            execution.pk,
            renderer,
            wanted=read_wanted(request),
            after=read_after(request),
            live=flag(request, "follow", default=True, bare=True),
        )

    @schema.entries
    @action(
        detail=True,
        queryset=ExecutionEntry.objects.all(),
        filterset_class=EntryFilter,
        serializer_class=ExecutionEntrySerializer,
        search_fields=("title", "reason"),
        ordering_fields=("id", "title", "state", "task", "plugin"),
    )
    def entries(self, request: Request, pk: str) -> Response:
        """List what became of each entry, which plugin decided, and why."""
        execution = get_object_or_404(Execution, pk=pk)
        return self.page_of(self.filter_queryset(execution.entries.all()))

    @schema.reasons
    @action(
        detail=True,
        queryset=ExecutionEntry.objects.all(),
        filterset_class=EntryFilter,
        serializer_class=ReasonSerializer,
        search_fields=(),
        ordering_fields=(),
    )
    def reasons(self, request: Request, pk: str) -> Response:
        """List the reasons that plugins gave, those of the most entries first; what a title says differently counts as the same."""
        execution = get_object_or_404(Execution, pk=pk)
        groups = reasons.of(self.filter_queryset(execution.entries.all()))
        page = reasons.shown(request.user, self.paginate_queryset(groups) or [])
        return self.get_paginated_response(page)

    @schema.tasks
    @action(
        detail=True,
        queryset=TaskResult.objects.all(),
        filterset_class=ResultFilter,
        serializer_class=TaskResultSerializer,
        search_fields=("task",),
        ordering_fields=("id", "task", "status", "started", "finished"),
    )
    def tasks(self, request: Request, pk: str) -> Response:
        """List how each task ended, in the order in which they did; those that go on or wait aren't there yet."""
        execution = get_object_or_404(Execution, pk=pk)
        return self.page_of(self.filter_queryset(execution.results.all()))

    @schema.entry
    @action(
        detail=True,
        url_path=f"entries/(?P<entry>{DIGITS})",
        serializer_class=EntryDetailSerializer,
        filter_backends=[],
    )
    def entry(self, request: Request, pk: str, entry: str) -> Response:
        """Read what became of an entry, and what it was when it came in, which is kept for some time."""
        found = get_object_or_404(ExecutionEntry, pk=entry, execution=pk)
        return one(self.get_serializer(found).data)

    @schema.take
    @action(
        detail=True,
        methods=["post"],
        url_path=f"entries/(?P<entry>{DIGITS})/take",
        filter_backends=[],
    )
    def take(self, request: Request, pk: str, entry: str) -> Response:
        """Run the entry's task with this entry alone, accepted, and rejected by no filter; answer the execution.

        What the task does with what it accepts, it does with this one.
        """
        entries = ExecutionEntry.objects.select_related("execution")
        try:
            execution = taking.take(
                get_object_or_404(entries, pk=entry, execution=pk), request.user
            )
        except taking.NotTaken as error:
            # It may quote the title.
            detail = credentials.shown(request.user, str(error))
            raise Conflict(detail, code=error.code) from error
        location = self.reverse_action("detail", kwargs={"pk": execution.pk})
        return one(self.get_serializer(execution).data, 201, {"Location": location})

    @schema.changes
    @action(detail=True, filter_backends=[], serializer_class=ChangeSerializer)
    def changes(self, request: Request, pk: str) -> Response:
        """List the entries whose state is another than in the run whose entries a replay got, or in `?against=`, with both reasons.

        While one of them goes on, those that it has not decided about yet are missing there.
        """
        execution = get_object_or_404(Execution.objects.select_related("tried"), pk=pk)
        try:
            found = changes.of(execution, self._against(request), unchanged=flag(request, "all"))
        except changes.NoReplay as error:
            raise Conflict(str(error), code="no_replay") from error
        page = credentials.shown(request.user, self.paginate_queryset(found) or [])
        return self.get_paginated_response(page)

    @schema.options
    @action(detail=False, url_path="options", filter_backends=[])
    def execute_options(self, request: Request) -> Response:
        """Answer the JSON Schema of what POST takes: FlexGet's own options and the tasks."""
        return one(request_schema())

    @staticmethod
    def _against(request: Request) -> Execution | None:
        """Return the execution that `?against=` names. Raises ValidationError where there is none."""
        given = request.query_params.get("against")
        if not given:
            return None
        found = Execution.objects.filter(pk=given).first() if _ID.fullmatch(given) else None
        if found is None:
            raise ValidationError(
                {"against": gettext("There is no execution {given!r}.").format(given=given)}
            )
        return found

    def _stream_renderer(self) -> type[StreamRenderer] | None:
        """Return what the answer is to be streamed as; None where no stream is wanted."""
        renderer = type(self.request.accepted_renderer)
        if issubclass(renderer, StreamRenderer):
            return renderer
        return STREAM_RENDERERS[0] if flag(self.request, "stream", bare=True) else None

    def _check_options_permitted(self, body: dict[str, Any]) -> None:
        """Raise PermissionDenied for options that reach as far as editing a task does."""
        options = {name: value for name, value in body.items() if name != "tasks"}
        denied = requests.denied_options(options, self.request.user)
        if denied:
            raise PermissionDenied(
                gettext("The options {denied} need the permission to change tasks.").format(
                    denied=", ".join(denied)
                )
            )


def request_schema() -> dict[str, Any]:
    """Return the JSON Schema of a request to run tasks. Raises ServiceUnavailable."""
    try:
        return requests.request_schema(engine().execute_options())
    except EngineUnavailable as error:
        raise ServiceUnavailable(
            phrase("FlexGet's options are not known yet. {problem}").format(problem=error)
        ) from error


def _members(data: Any) -> dict[str, Any]:
    """Return the members of a request's body, whether it came as JSON or as a form."""
    if isinstance(data, QueryDict):
        return data.dict()
    if not isinstance(data, dict):
        raise ParseError(gettext("The body must be a JSON object."))
    return data
