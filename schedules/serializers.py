"""Schedules as JSON."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flexapi import phrases
from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer, PhraseOrNull
from schedules.models import Schedule
from schedules.oddities import warnings_for

_STEP = {"oneOf": [{"type": "integer"}, {"type": "string"}]}
_JITTER = {
    "type": "integer",
    "minimum": 0,
    "description": "Up to so many seconds later, at random.",
}
_NUMBER = {"type": "number"}
_TASKS = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


@extend_schema_field(_TASKS)
class TasksField(serializers.JSONField):
    """A name or several; FlexGet says what is wrong with others."""


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {
            **dict.fromkeys(("minutes", "hours", "days", "weeks"), _NUMBER),
            "jitter": _JITTER,
        },
        "additionalProperties": False,
    }
)
class IntervalField(serializers.JSONField):
    """The time between two runs."""


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {
            **dict.fromkeys(
                ("year", "month", "day", "week", "day_of_week", "hour", "minute"), _STEP
            ),
            "jitter": _JITTER,
        },
        "additionalProperties": False,
    }
)
class CronField(serializers.JSONField):
    """The moments at which it runs."""


class RunSerializer(serializers.Serializer[Any]):
    """The execution that a schedule queued last."""

    id = serializers.IntegerField()
    status = serializers.CharField()
    finished = serializers.DateTimeField(allow_null=True)


class ScheduleSerializer(ModelSerializer[Schedule]):
    """A schedule. What is not known (yet) is null."""

    tasks = serializers.ListField(child=serializers.CharField(), read_only=True)
    interval = IntervalField(read_only=True)
    schedule = CronField(read_only=True)
    last_execution = RunSerializer(allow_null=True, read_only=True)
    problem = PhraseOrNull()
    warnings = serializers.SerializerMethodField(
        help_text="Names that match no task, or none that is enabled; tasks that FlexGet refuses to run."
    )

    class Meta:
        model = Schedule
        fields: tuple[str, ...] = (
            "id",
            "tasks",
            "interval",
            "schedule",
            "enabled",
            "default",
            "position",
            "problem",
            "warnings",
            "next_run",
            "last_run",
            "last_execution",
            "coalesced",
            "last_coalesced",
            "last_missed",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, schedule: Schedule) -> list[str]:
        found = warnings_for(schedule.tasks, self.context["config"], self.context["invalid"])
        return [phrases.translated(warning, gettext) for warning in found]


# Moments of one schedule that are told: one that comes due every five minutes does so 576 times in two days.
MOST_TOLD = 600


class ComingParameters(serializers.Serializer[Any]):
    """How far to look ahead."""

    hours = serializers.IntegerField(
        default=48, min_value=1, max_value=24 * 31, help_text="How many hours, from now on."
    )


class ComingScheduleSerializer(serializers.Serializer[Any]):
    """When one schedule is due."""

    id = serializers.IntegerField()
    tasks = serializers.ListField(child=serializers.CharField())
    times = serializers.ListField(child=serializers.DateTimeField())
    more = serializers.BooleanField(
        help_text=f"Whether it is due more often than these {MOST_TOLD} times."
    )


class ComingSerializer(serializers.Serializer[Any]):
    """What is due, from `since` to `until`; jitter is left aside."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    schedules = ComingScheduleSerializer(many=True)


class CreatedScheduleSerializer(ScheduleSerializer):
    """A schedule that was just added."""

    replaced = serializers.CharField(
        allow_null=True, read_only=True, help_text="What the config had in place of a list."
    )

    class Meta(ScheduleSerializer.Meta):
        fields = (*ScheduleSerializer.Meta.fields, "replaced")
        read_only_fields = fields

    def to_representation(self, schedule: Schedule) -> dict[str, Any]:
        return {**super().to_representation(schedule), "replaced": self.context["replaced"]}


@exemplified(tasks=["tv"], interval={"hours": 12})
class ScheduleInputSerializer(serializers.Serializer[Any]):
    """What a schedule is to be. Either `interval` or `schedule`; the other is left out or null."""

    tasks = TasksField(required=False)
    interval = IntervalField(required=False, allow_null=True)
    schedule = CronField(required=False, allow_null=True)
    enabled = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no field, in FlexGet's words; what GET shows beside them is let pass."""
        known = {*self.fields, *CreatedScheduleSerializer.Meta.fields}
        unknown = [name for name in self.initial_data if name not in known]
        if unknown:
            raise serializers.ValidationError(
                {
                    name: gettext("The key `{key}` is not valid here.").format(key=name)
                    for name in unknown
                }
            )
        return attrs
