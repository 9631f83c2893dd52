"""Executions in the admin: looked at, run again, aborted and deleted, never edited."""

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from flexapi.api.record_admin import KeptRecordAdmin, RecordAdmin
from flexapi.mirror.masked_admin import MaskedMixin, text_of

from . import endings, extensions
from .models import Execution, ExecutionEnded, ExecutionEntry, LogLine, Worker
from .requests import denied_options
from .serializers import shown_options

# How many refusals of a bulk action are told one by one.
MAX_SHOWN = 20


class ExecutionEntryInline(MaskedMixin, admin.TabularInline):
    """What became of the entries, on the page of their execution."""

    model = ExecutionEntry
    fields = readonly_fields = (
        "task",
        "shown_title",
        "state",
        "plugin",
        "shown_reason",
        "shown_url",
    )
    shown_title = text_of("title", gettext_lazy("title"))
    shown_reason = text_of("reason", gettext_lazy("reason"))
    shown_url = text_of("url", gettext_lazy("URL"))
    can_delete = False
    extra = 0
    max_num = 0
    template = "admin/edit_inline/read_only.html"


@admin.register(Execution)
class ExecutionAdmin(MaskedMixin, RecordAdmin):
    """Executions, the newest first."""

    list_display = (
        "id",
        "state",
        "task_names",
        "log",
        "requested_by",
        "created",
        "took",
        "accepted",
        "rejected",
        "failed",
    )
    list_filter = ("status", "trial", "queue", "created", "requested_by")
    list_select_related = ("requested_by",)
    search_fields = ("tasks", "abort_reason")
    revealing_search = ("abort_reason",)
    date_hierarchy = "created"
    inlines = (ExecutionEntryInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "status",
                    "tasks",
                    "why_it_ended",
                    ("accepted", "rejected", "failed", "undecided"),
                    "related",
                )
            },
        ),
        (
            gettext_lazy("Asked for"),
            {
                "fields": (
                    "requested_by",
                    "schedule",
                    "irc",
                    "hook",
                    "caused_by",
                    "shown_options",
                    ("created", "started", "finished"),
                )
            },
        ),
        (
            gettext_lazy("How it went"),
            {
                "classes": ("collapse",),
                "fields": (
                    "log_lines",
                    ("current_task", "current_phase", "current_plugin"),
                    "percent",
                    "waits_for",
                    "why_to_abort",
                    ("queue", "priority", "worker"),
                ),
            },
        ),
    )
    readonly_fields = tuple(flatten_fieldsets(fieldsets))
    actions = ("abort", "run_again")
    waits_for = text_of("waiting_for", gettext_lazy("waiting for"))
    why_it_ended = text_of("abort_reason", gettext_lazy("abort reason"))
    why_to_abort = text_of("abort_requested", gettext_lazy("abort requested"))

    @admin.display(description=gettext_lazy("options"))
    def shown_options(self, execution: Any) -> str:
        """As they were given, without what may not be seen."""
        options = shown_options(execution.options, execution.eyes)
        return json.dumps(options, ensure_ascii=False)

    def view_on_site(self, execution: Execution) -> str:
        """Where its live log is."""
        return reverse("execution", args=[execution.pk])

    @admin.display(description=gettext_lazy("see also"))
    def related(self, execution: Execution) -> SafeString:
        """Lead to what it caused, and to what other apps have of it."""
        caused = execution.caused.order_by("pk").values_list("pk", flat=True)
        of_admin = [
            (
                reverse("admin:executions_execution_change", args=[pk]),
                gettext("execution {pk}, which it led to").format(pk=pk),
            )
            for pk in caused
        ]
        links = [*of_admin, *extensions.links_of(execution)]
        return format_html_join(", ", '<a href="{}">{}</a>', links)

    @admin.display(description=gettext_lazy("log"))
    def log(self, execution: Execution) -> SafeString:
        """Lead to the live log."""
        url = self.view_on_site(execution)
        lines = execution.log_lines
        said = ngettext("{count} line", "{count} lines", lines).format(count=lines)
        return format_html('<a href="{}">{}</a>', url, said)

    @admin.display(description=gettext_lazy("took"), empty_value="")
    def took(self, execution: Execution) -> str | None:
        """Show how long it ran, or runs by now."""
        seconds = execution.duration
        if seconds is None:
            return None
        if seconds < 60:
            return gettext("{seconds} s").format(seconds=number_format(seconds, 1))
        return gettext("{minutes} min").format(minutes=number_format(seconds / 60, 1))

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, execution: Execution) -> SafeString:
        """Show the status as the pages do."""
        label = execution.get_status_display().lower()
        return format_html('<span class="status {}">{}</span>', execution.status, label)

    @admin.display(description=gettext_lazy("tasks"))
    def task_names(self, execution: Execution) -> str:
        """What was asked to run."""
        return ", ".join(execution.tasks) or gettext("all")

    @admin.action(description=gettext_lazy("Abort selected executions"), permissions=["abort"])
    def abort(self, request: HttpRequest, executions: QuerySet[Execution]) -> None:
        """Abort those that are not over."""
        aborted, over = [], []
        for execution in executions:
            try:
                execution.request_abort(endings.BY_USER.format(user=request.user))
            except ExecutionEnded as error:
                over.append(str(error))
            else:
                aborted.append(execution)
        done = ngettext(
            "{execution} is being aborted.",
            "{count} executions, {first} to {last}, are being aborted.",
            len(aborted),
        )
        self._tell(request, aborted, done)
        self._warn(request, over, gettext("{count} more are over."))

    @admin.action(description=gettext_lazy("Run selected executions again"), permissions=["run"])
    def run_again(self, request: HttpRequest, executions: QuerySet[Execution]) -> None:
        """Queue the same tasks with the same options once more, where the user may use these options."""
        wanted, refused = [], []
        for old in executions.order_by("pk"):
            if old.trial:
                refused.append(
                    gettext("{execution} was a trial, whose config is not kept.").format(
                        execution=old
                    )
                )
                continue
            denied = denied_options(old.options, request.user)
            if denied:
                names = ", ".join(denied)
                said = gettext(
                    "{execution} has options that need the permission to change tasks: {names}."
                )
                refused.append(said.format(execution=old, names=names))
                continue
            wanted.append(
                Execution(tasks=old.tasks, options=old.options, requested_by_id=request.user.pk)
            )
        queued = Execution.objects.enqueue_all(wanted)
        done = ngettext(
            "{execution} is queued.",
            "{count} executions, {first} to {last}, are queued.",
            len(queued),
        )
        self._tell(request, queued, done)
        self._warn(request, refused, gettext("{count} more are not queued."))

    def _tell(self, request: HttpRequest, executions: list[Execution], done: str) -> None:
        """Say what was done, in one sentence for hundreds as well."""
        if not executions:
            return
        numbers = sorted(execution.pk for execution in executions)
        told = {"count": len(numbers), "first": numbers[0], "last": numbers[-1]}
        self.message_user(request, done.format(execution=executions[0], **told))

    def _warn(self, request: HttpRequest, sentences: list[str], rest: str) -> None:
        """Say of each what was not done; of the last of many, how many there are."""
        for sentence in sentences[:MAX_SHOWN]:
            self.message_user(request, sentence, messages.WARNING)
        if len(sentences) > MAX_SHOWN:
            more = len(sentences) - MAX_SHOWN
            self.message_user(request, rest.format(count=more), messages.WARNING)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count what goes with executions: Django would list each of 100,000 log lines."""
        names = [str(execution) for execution in objs]
        counts = {
            gettext("executions"): len(names),
            gettext("log lines"): LogLine.objects.filter(execution__in=objs).count(),
            gettext("execution entries"): ExecutionEntry.objects.filter(execution__in=objs).count(),
        }
        needed = set() if self.has_delete_permission(request) else {"execution"}
        return names, {name: count for name, count in counts.items() if count}, needed, []

    def has_abort_permission(self, request: HttpRequest) -> bool:
        """Whether the user may abort executions."""
        return request.user.has_perm("executions.abort_execution")

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether the user may run tasks."""
        return request.user.has_perm("executions.add_execution")


@admin.register(Worker)
class WorkerAdmin(KeptRecordAdmin):
    """Who runs executions, as far as they give signs of life."""

    list_display = ("name", "served", "slots", "started", "seen")

    @admin.display(description=gettext_lazy("queues"))
    def served(self, worker: Worker) -> str:
        """Show the queues that it takes from."""
        return gettext("all") if worker.queues is None else ", ".join(worker.queues)
