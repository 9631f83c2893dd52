"""`/api/schedules`."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from executions.serializers import ExecutionSerializer, executions_for
from flexapi.api.errors import Conflict
from flexapi.api.viewsets import ListMixin, one
from flexapi.mirror import answers, mirror
from flexapi.mirror.invalid import invalid_tasks
from flexapi.mirror.representation import MirrorMixin
from schedules import edits
from schedules.models import Schedule, StillRunning
from schedules.serializers import (
    MOST_TOLD,
    ComingParameters,
    ComingSerializer,
    CreatedScheduleSerializer,
    ScheduleInputSerializer,
    ScheduleSerializer,
)
from schedules.times import KEYS


class ScheduleViewSet(MirrorMixin, ListMixin):
    """When FlexGet's tasks run by themselves."""

    queryset = Schedule.rows.select_related("last_execution")
    serializer_class = ScheduleSerializer
    yaml_actions = ()
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("position", "id", "next_run", "last_run", "enabled")
    search_fields = ("tasks",)
    filterset_fields = ("enabled", "default")
    action_permissions: ClassVar[dict[str, str]] = {"run": "schedules.run_schedule"}

    def get_queryset(self) -> QuerySet[Schedule]:
        """In the order of the file."""
        return super().get_queryset().order_by("position")

    def get_serializer_context(self) -> dict[str, Any]:
        """With the config as it is, whose tasks the schedules are to match, and those of them that don't run."""
        if getattr(self, "swagger_fake_view", False):
            return {**super().get_serializer_context()}
        config = mirror.current()
        known = {"config": config, "invalid": invalid_tasks(config.hash)}
        return {**super().get_serializer_context(), **known}

    def etag_state(self, instance: Schedule) -> Any:
        """What can be edited: a run in between is no change."""
        return [instance.pk, instance.entry, instance.enabled]

    @extend_schema(responses=ScheduleSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Read a schedule."""
        return self.answer(self.get_object())

    @extend_schema(request=ScheduleInputSerializer, responses={201: CreatedScheduleSerializer})
    def create(self, request: Request) -> Response:
        """Add a schedule at the end of the config's list."""
        wanted = self.valid(ScheduleInputSerializer)
        replaced = edits.replaces(mirror.current())
        with self._translated():
            pk = self._editor().create(_entry(wanted))
        schedule = self.get_queryset().get(pk=pk)
        self._set_enabled(schedule, wanted)
        context = {**self.get_serializer_context(), "replaced": replaced}
        location = self.reverse_action("detail", kwargs={"pk": pk})
        data = CreatedScheduleSerializer(schedule, context=context).data
        return self.with_etag(one(data, 201, {"Location": location}), schedule)

    @extend_schema(request=ScheduleInputSerializer, responses=ScheduleSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Set what a schedule runs and when; its lines in the file change alone."""
        wanted = self.valid(ScheduleInputSerializer)
        return self._update(wanted, lambda present: _entry(wanted))

    @extend_schema(request=ScheduleInputSerializer, responses=ScheduleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change parts of a schedule, or enable or disable it."""
        wanted = self.valid(ScheduleInputSerializer)
        return self._update(wanted, lambda present: _entry({**present, **wanted}))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a schedule. After the last one nothing runs by itself."""
        schedule = self.get_object()
        with self._translated():
            self._editor().delete([schedule.pk])
        return Response(status=204)

    @extend_schema(
        request=None,
        responses={
            201: ExecutionSerializer,
            409: OpenApiResponse(description="Its last run goes on still."),
        },
    )
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Run a schedule now, as it runs by itself; its next run stays when it is."""
        schedule = self.get_object()
        try:
            execution = schedule.run(request.user)
        except StillRunning as error:
            raise Conflict(str(error), code="still_running") from error
        return one(executions_for(request.user, [execution])[0], 201)

    @extend_schema(parameters=[ComingParameters], responses=ComingSerializer)
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def coming(self, request: Request) -> Response:
        """List the moments of the coming hours at which schedules are due."""
        parameters = ComingParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        since = timezone.now()
        until = since + timedelta(hours=parameters.validated_data["hours"])
        rows = Schedule.rows.firing().order_by("position")
        found = [(row, row.coming(until, MOST_TOLD + 1)) for row in rows]
        schedules = [
            {
                "id": row.pk,
                "tasks": row.tasks,
                "times": times[:MOST_TOLD],
                "more": len(times) > MOST_TOLD,
            }
            for row, times in found
            if times
        ]
        told = {"since": since, "until": until, "schedules": schedules}
        return one(ComingSerializer(told).data)

    def _update(self, wanted: dict[str, Any], change: Any) -> Response:
        schedule = self.get_object()
        if any(key in wanted for key in KEYS) or "enabled" not in wanted:
            with self._translated():
                self._editor().update(schedule.pk, change)
            schedule = self.get_object()
        else:
            self.check_preconditions(schedule)
        self._set_enabled(schedule, wanted)
        return self.answer(schedule)

    def _set_enabled(self, schedule: Schedule, wanted: dict[str, Any]) -> None:
        if wanted.get("enabled", schedule.enabled) != schedule.enabled:
            schedule.set_enabled(wanted["enabled"])

    def _editor(self) -> edits.ScheduleEditor:
        return edits.ScheduleEditor(
            author=self.request.user, guard=self._check, message=self.message, notes=self.notes
        )

    def _check(self, pk: int) -> None:
        """Check `If-Match` against the schedule as it is now."""
        self.check_preconditions(Schedule.rows.filter(pk=pk).first())

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what an edit raises into answers."""
        try:
            with answers.translated():
                yield
        except edits.BadEntry as error:
            details: dict[str, list[ErrorDetail]] = {}
            for field, message in error.errors:
                details.setdefault(field, []).append(ErrorDetail(message, code="invalid_config"))
            raise ValidationError(details) from error
        except edits.IsDefault as error:
            raise Conflict(str(error), code="default") from error
        except edits.Twin as error:
            raise Conflict(str(error), code="exists") from error


def _entry(wanted: dict[str, Any]) -> dict[str, Any]:
    return {key: wanted[key] for key in KEYS if wanted.get(key) is not None}
