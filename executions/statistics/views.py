"""`/api/statistics`."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from executions.models import Execution, TaskResult
from executions.results import LONGEST_NAME
from executions.serializers import SummarySerializer
from executions.statistics.counting import STATES
from executions.statistics.durations import percentile
from executions.statistics.tables import DayCount, DayDurations, DayRejections
from flexapi.api.viewsets import ApiViewSet, one

LONGEST = 366
# Plugins and tasks that are named; those that did less are not.
NAMED = 100
RUNS = tuple(TaskResult.Status.values)


class StatisticsParameters(serializers.Serializer[Any]):
    """Which days, and of what."""

    days = serializers.IntegerField(
        default=30, min_value=1, max_value=LONGEST, help_text="How many days, up to today."
    )
    task = serializers.CharField(
        required=False, trim_whitespace=False, help_text="The name of a task; without it, all."
    )


class RunsSerializer(serializers.Serializer[Any]):
    """How many runs of tasks ended in which way; `skipped` are those whose interval wasn't over, for example."""

    complete = serializers.IntegerField()
    skipped = serializers.IntegerField()
    failed = serializers.IntegerField()
    aborted = serializers.IntegerField()


class FiguresSerializer(serializers.Serializer[Any]):
    """What was counted."""

    runs = RunsSerializer()
    seconds = serializers.FloatField(help_text="How long these runs took, together.")
    p50 = serializers.FloatField(
        allow_null=True,
        help_text="Seconds within which half of the runs ended, skipped ones left out; at most 5 % off. Null where none is known.",
    )
    p95 = serializers.FloatField(
        allow_null=True, help_text="Seconds within which 95 % of them ended; at most 5 % off."
    )
    summary = SummarySerializer(help_text="What became of the entries.")


class DaySerializer(FiguresSerializer):
    """One day."""

    day = serializers.DateField()


class TaskFiguresSerializer(FiguresSerializer):
    """One task, in all of these days."""

    task = serializers.CharField()


class RejectingSerializer(serializers.Serializer[Any]):
    """A plugin that rejected entries."""

    plugin = serializers.CharField()
    entries = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    """Figures of some days, up to today in the server's time zone."""

    first_day = serializers.DateField()
    last_day = serializers.DateField()
    days = DaySerializer(many=True, help_text="Each of them, also those without a run.")
    tasks = TaskFiguresSerializer(
        many=True, help_text=f"Those that ran, the most runs first; at most {NAMED}."
    )
    rejecting: Any = RejectingSerializer(
        many=True, help_text=f"The plugins that rejected most, first; at most {NAMED}."
    )


class StatisticsViewSet(ApiViewSet):
    """Runs, their results and durations, and what they took: by day and by task."""

    permission_model = Execution
    action_permissions = {"figures": "executions.view_execution"}
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        summary="Figures of runs, by day and by task",
        parameters=[StatisticsParameters],
        responses=StatisticsSerializer,
        operation_id="statistics_retrieve",
    )
    def figures(self, request: Request) -> Response:
        """Answer what was counted. Trials don't count; what is no longer kept does."""
        parameters = StatisticsParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        asked = parameters.validated_data
        last = timezone.localdate()
        first = last - timedelta(days=asked["days"] - 1)
        counted = {"day__gte": first, "day__lte": last}
        if "task" in asked:
            counted["task"] = asked["task"][:LONGEST_NAME]
        return one(StatisticsSerializer(_figures(first, last, counted)).data)


def _figures(first: date, last: date, counted: dict[str, Any]) -> dict[str, Any]:
    """Return what was counted, in five queries."""
    by_day = _by("day", counted)
    by_task = _by("task", counted)
    tasks = sorted(by_task, key=lambda task: (-sum(by_task[task]["runs"].values()), task))
    rejecting = (
        DayRejections.objects.filter(**counted).values("plugin").annotate(entries=Sum("entries"))
    )
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return {
        "first_day": first,
        "last_day": last,
        "days": [{"day": day, **by_day.get(day, _nothing())} for day in days],
        "tasks": [{"task": task, **by_task[task]} for task in tasks[:NAMED]],
        "rejecting": rejecting.order_by("-entries", "plugin")[:NAMED],
    }


def _nothing() -> dict[str, Any]:
    return {
        "runs": dict.fromkeys(RUNS, 0),
        "seconds": 0.0,
        "p50": None,
        "p95": None,
        "summary": dict.fromkeys(STATES, 0),
    }


def _by(name: str, counted: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    """Return the figures by the values of a column."""
    found: dict[Any, dict[str, Any]] = {}
    sums = {total: Sum(total) for total in ("runs", "seconds", *STATES)}
    for row in DayCount.objects.filter(**counted).values(name, "status").annotate(**sums):
        figures = found.setdefault(row[name], _nothing())
        figures["runs"][row["status"]] += row["runs"]
        figures["seconds"] += row["seconds"]
        for state in STATES:
            figures["summary"][state] += row[state]
    for value, runs in _durations(name, counted).items():
        # A run that ended since the query above isn't in it.
        if value in found:
            found[value].update(p50=percentile(runs, 50), p95=percentile(runs, 95))
    return found


def _durations(name: str, counted: dict[str, Any]) -> dict[Any, dict[int, int]]:
    """Return how many runs there were of each step of durations, by the values of a column."""
    found: dict[Any, dict[int, int]] = {}
    steps = DayDurations.objects.filter(**counted).values_list(name, "step")
    for value, step, runs in steps.annotate(Sum("runs")):
        found.setdefault(value, {})[step] = runs
    return found
