"""Schedules in the admin: YAML in a code editor, and what can be done to several at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext, gettext_lazy, ngettext

from executions.models import Execution
from flexapi.mirror import mirror
from flexapi.mirror.admin_forms import MirrorAdmin, SourceForm
from flexapi.mirror.document.values import get, has
from flexapi.mirror.models import ConfigRevision
from schedules.edits import SECTION, ScheduleEditor
from schedules.models import Schedule, StillRunning

TIMES = (
    "times",
    "next_five",
    "last",
    "problem",
    "coalesced",
    "last_coalesced",
    "last_missed",
)


def shown_time(moment: Any) -> str:
    """Return a moment as people read it: in local time, and how far off it is."""
    if moment is None:
        return "-"
    now = timezone.now()
    if moment > now:
        far = gettext("in {time}").format(time=timeuntil(moment, now))
    else:
        far = gettext("{time} ago").format(time=timesince(moment, now))
    return f"{date_format(timezone.localtime(moment), 'D j M Y, H:i:s')} ({far})"


class ScheduleForm(SourceForm):
    """A schedule as YAML, and whether it fires."""

    enabled = forms.BooleanField(
        required=False, initial=True, help_text=gettext_lazy("Kept here, not in FlexGet's config.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            self.fields["source"].help_text = gettext("As in the config file, comments included.")
        if self.instance.pk is not None:
            self.initial["enabled"] = self.instance.enabled
            if self.instance.default:
                # It stands nowhere in the file.
                self.fields.pop("source", None)

    def attempt(self, dry: bool) -> Schedule:
        """Write the source, then the rest."""
        user = getattr(self, "user", None)
        message = self.cleaned_data.get("message", "")
        pk = self.instance.pk
        if pk is None:
            editor = ScheduleEditor(ConfigRevision.Origin.ADMIN, user, dry=dry, message=message)
            pk = editor.create_source(self.cleaned_data["source"])
        elif "source" in self.cleaned_data:
            editor = ScheduleEditor(
                ConfigRevision.Origin.ADMIN, user, self._guard, dry=dry, message=message
            )
            editor.replace_source(pk, self.cleaned_data["source"])
        if dry:
            unsaved: Schedule = self.instance
            return unsaved
        schedule = Schedule.objects.get(pk=pk)
        if schedule.enabled != self.cleaned_data["enabled"]:
            schedule.set_enabled(self.cleaned_data["enabled"])
        return schedule

    def _guard(self, pk: int) -> None:
        self.refuse_stale(self.instance.source())


@admin.register(Schedule)
class ScheduleAdmin(MirrorAdmin):
    """Schedules, in the order of the file."""

    form = ScheduleForm
    list_display = ("name", "times", "enabled", "next", "last", "has_no_problem")
    list_filter = ("enabled",)
    list_select_related = ("last_execution",)
    search_fields = ("tasks",)
    actions = ("run_now", "enable", "disable")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *TIMES)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What can be edited, then what there is to know."""
        fields = super().get_fields(request, obj)
        if obj is None:
            return (*fields, "enabled")
        if obj.default:
            fields = ()
        if self.has_change_permission(request, obj):
            fields = (*fields, "enabled")
        return (*fields, *TIMES)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        return {"source": "- tasks: ['*']\n  interval:\n    hours: 1\n"}

    def part(self, row: Schedule, data: dict[Any, Any]) -> dict[Any, Any]:
        path = (SECTION, row.position)
        entries = [get(data, path)] if has(data, path) else []
        return {"tasks": {}, SECTION: entries}

    def delete_rows(self, request: HttpRequest, rows: list[Schedule]) -> None:
        ScheduleEditor(ConfigRevision.Origin.ADMIN, request.user).delete([row.pk for row in rows])

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether `run_now` is offered."""
        return request.user.has_perm("schedules.run_schedule")

    # -- columns

    @admin.display(description=gettext_lazy("tasks"))
    def name(self, schedule: Schedule) -> str:
        """What it runs."""
        name = ", ".join(schedule.tasks)
        return (
            gettext("{tasks} (FlexGet's default)").format(tasks=name) if schedule.default else name
        )

    @admin.display(description=gettext_lazy("when"))
    def times(self, schedule: Schedule) -> str:
        """The interval or the fields of the clock, in words."""
        if isinstance(schedule.interval, dict):
            parts = [f"{value:g} {unit}" for unit, value in schedule.interval.items() if value]
            return gettext("every {time}").format(time=", ".join(parts))
        fields = schedule.schedule if isinstance(schedule.schedule, dict) else {}
        return ", ".join(f"{name} {value}" for name, value in fields.items())

    @admin.display(description=gettext_lazy("next run"), ordering="next_run")
    def next(self, schedule: Schedule) -> str:
        """When it is due next."""
        return shown_time(schedule.next_run)

    @admin.display(description=gettext_lazy("next runs"))
    def next_five(self, schedule: Schedule) -> SafeString | str:
        """When it is due the next five times."""
        moments = schedule.upcoming
        lines = format_html_join("", "<li>{}</li>", ((shown_time(moment),) for moment in moments))
        return format_html("<ul>{}</ul>", lines) if moments else "-"

    @admin.display(description=gettext_lazy("last run"), ordering="last_run")
    def last(self, schedule: Schedule) -> SafeString | str:
        """When it ran last, and what came of it."""
        execution = schedule.last_execution
        if execution is None:
            return shown_time(schedule.last_run)
        url = reverse("admin:executions_execution_change", args=[execution.pk])
        link = format_html('<a href="{}">{}</a>', url, execution)
        return format_html("{}: {}, {}", shown_time(schedule.last_run), link, execution.status)

    @admin.display(description=gettext_lazy("ok"), boolean=True)
    def has_no_problem(self, schedule: Schedule) -> bool:
        """Whether it can run."""
        return not schedule.problem

    # -- actions

    @admin.action(description=gettext_lazy("Run selected schedules now"), permissions=["run"])
    def run_now(self, request: HttpRequest, schedules: QuerySet[Schedule]) -> None:
        """Queue what each of them runs."""
        for schedule in schedules:
            try:
                execution = schedule.run(request.user)
            except StillRunning as error:
                self.message_user(request, f"{schedule}: {error}", messages.WARNING)
            else:
                self.message_user(
                    request,
                    gettext("{schedule} is queued as execution {pk}.").format(
                        schedule=schedule, pk=execution.pk
                    ),
                )

    @admin.action(description=gettext_lazy("Enable selected schedules"), permissions=["change"])
    def enable(self, request: HttpRequest, schedules: QuerySet[Schedule]) -> None:
        """Let them fire."""
        self._set_enabled(request, schedules, True)

    @admin.action(description=gettext_lazy("Disable selected schedules"), permissions=["change"])
    def disable(self, request: HttpRequest, schedules: QuerySet[Schedule]) -> None:
        """Keep them from firing."""
        self._set_enabled(request, schedules, False)

    def _set_enabled(
        self, request: HttpRequest, schedules: QuerySet[Schedule], enabled: bool
    ) -> None:
        mirror.refresh()
        changing = [schedule for schedule in schedules if schedule.enabled != enabled]
        for schedule in changing:
            schedule.set_enabled(enabled)
        count = len(changing)
        if enabled:
            done = ngettext("Enabled {count} schedule.", "Enabled {count} schedules.", count)
        else:
            done = ngettext("Disabled {count} schedule.", "Disabled {count} schedules.", count)
        self.message_user(
            request,
            done.format(count=count) if changing else gettext("There is nothing to change."),
        )


def schedule_of(execution: Execution) -> str:
    """Return the admin page of the schedule that queued an execution; "" where none did."""
    if execution.schedule is None:
        return ""
    return reverse("admin:schedules_schedule_change", args=[execution.schedule])
