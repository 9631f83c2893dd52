"""The filters of the list of executions."""

import fnmatch
from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError

from flexapi.api.pagination import Pagination

from .models import ACTIVE, Execution, ExecutionEntry, Status, TaskResult
from .results import LONGEST_NAME, counts

KINDS = ("real", "trial", "test")


class ExecutionFilter(django_filters.FilterSet):
    """`?status=` takes `all`, a status or several, comma-separated; without it, what is not over."""

    status = django_filters.CharFilter(
        method="by_status",
        help_text=f"`all`, or some of: {', '.join(Status.values)} (default: pending,running).",
    )
    trial = django_filters.ChoiceFilter(
        choices=[(kind, kind) for kind in ("false", "true", "all")],
        method="by_trial",
        help_text="`true` for trials, `all` for both (default: `false`, runs of the config as it is).",
    )
    task = django_filters.CharFilter(
        method="by_task", help_text="Those in which this task ran, and those that will run it."
    )
    kind = django_filters.ChoiceFilter(
        choices=[(kind, kind) for kind in KINDS],
        method="by_kind",
        help_text="`real`, `trial` (of a config that was not saved) or `test` (FlexGet's `test`); it goes before `trial`.",
    )
    created_after = django_filters.IsoDateTimeFilter(field_name="created", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created", lookup_expr="lt")

    class Meta:
        model = Execution
        fields = (
            "status",
            "task",
            "trial",
            "kind",
            "schedule",
            "irc",
            "hook",
            "caused_by",
            "queue",
            "created_after",
            "created_before",
        )

    def filter_queryset(self, queryset: QuerySet[Execution]) -> QuerySet[Execution]:
        """Filter; where no status is asked for, show what is running or will run."""
        queryset = super().filter_queryset(queryset)
        if not (self.form.cleaned_data.get("trial") or self.form.cleaned_data.get("kind")):
            queryset = queryset.filter(trial=False)
        if self.form.cleaned_data.get("status"):
            return queryset
        return queryset.filter(status__in=ACTIVE)

    def by_trial(self, queryset: QuerySet[Execution], name: str, value: str) -> QuerySet[Execution]:
        """Keep trials, or what isn't one, or both."""
        return queryset if value == "all" else queryset.filter(trial=value == "true")

    def by_task(self, queryset: QuerySet[Execution], name: str, value: str) -> QuerySet[Execution]:
        """Keep those with a result of the task, and those that are not over and were asked for it."""
        wanted = value.lower()
        # Patterns match in Python, as FlexGet matches them; few are not over.
        coming = [
            pk
            for pk, patterns in Execution.objects.active().values_list("pk", "tasks")
            if not patterns
            or any(fnmatch.fnmatchcase(wanted, str(pattern).lower()) for pattern in patterns)
        ]
        ran = TaskResult.objects.filter(execution=OuterRef("pk"), task=value[:LONGEST_NAME])
        return queryset.filter(Exists(ran) | Q(pk__in=coming))

    def by_kind(self, queryset: QuerySet[Execution], name: str, value: str) -> QuerySet[Execution]:
        """Keep trials, tests of the config as it is, or what is neither."""
        if value == "trial":
            return queryset.filter(trial=True)
        return queryset.filter(Q(options__test=True, trial=False) if value == "test" else counts())

    def by_status(
        self, queryset: QuerySet[Execution], name: str, value: str
    ) -> QuerySet[Execution]:
        """Keep the executions of these statuses. Raises ValidationError for an unknown one."""
        wanted = [status.strip() for status in value.split(",")]
        if "all" in wanted:
            return queryset
        unknown = [status for status in wanted if status not in Status.values]
        if unknown:
            raise ValidationError(
                {
                    "status": gettext(
                        "There is no status {unknown}; there are: all, {values}."
                    ).format(unknown=", ".join(map(repr, unknown)), values=", ".join(Status.values))
                }
            )
        return queryset.filter(status__in=wanted)


def only_statuses(parameters: Mapping[str, str]) -> list[str] | None:
    """Return the statuses that a valid request for a list asks for; None where it asks for anything else as well."""
    asked = {name for name, value in parameters.items() if value}
    if asked - {"status", "trial", "limit", "offset", "ordering", "format"}:
        return None
    if parameters.get("trial", "") not in ("", "false"):
        return None
    wanted = [status.strip() for status in parameters.get("status", "").split(",") if status]
    if "all" in wanted:
        return list(Status.values)
    return list(dict.fromkeys(wanted)) or list(ACTIVE)


class EntryFilter(django_filters.FilterSet):
    """`?state=`, `?task=` and `?plugin=` of an execution's entries."""

    class Meta:
        model = ExecutionEntry
        fields = ("state", "task", "plugin")


class ResultFilter(django_filters.FilterSet):
    """`?status=` and `?task=` of the results of an execution's tasks."""

    class Meta:
        model = TaskResult
        fields = ("status", "task")


class ExecutionPages(Pagination):
    """Those of executions by status know how many there are without counting all of them."""

    def get_count(self, queryset: Any) -> int:
        """How many there are in all."""
        asked = self.request.query_params.dict() if self.request else {}
        # Entries and differences are listed by the same view.
        of_executions = getattr(queryset, "model", None) is Execution
        statuses = only_statuses(asked) if of_executions else None
        if statuses is None:
            return super().get_count(queryset)
        return Execution.objects.count_real(statuses)
