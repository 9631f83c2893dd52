"""Executions in the admin: looked at, run again, aborted and deleted, never edited."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from flexapi.api.record_admin import KeptRecordAdmin, RecordAdmin
from flexapi.mirror.masked_admin import MaskedMixin, text_of

from . import extensions
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
    shown_title = text_of("title")
    shown_reason = text_of("reason")
    shown_url = text_of("url", "URL")
    can_delete = False
    extra = 0
    max_num = 0


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
    fields = readonly_fields = (
        "status",
        "tasks",
        "shown_options",
        "requested_by",
        "schedule",
        "irc",
        "caused_by",
        "created",
        "started",
        "finished",
        "current_task",
        "current_phase",
        "current_plugin",
        "percent",
        "waits_for",
        "accepted",
        "rejected",
        "failed",
        "undecided",
        "why_it_ended",
        "why_to_abort",
        "log_lines",
        "queue",
        "priority",
        "worker",
        "related",
    )
    actions = ("abort", "run_again")
    waits_for = text_of("waiting_for", "waiting for")
    why_it_ended = text_of("abort_reason", "abort reason")
    why_to_abort = text_of("abort_requested", "abort requested")

    @admin.display(description="options")
    def shown_options(self, execution: Any) -> str:
        """As they were given, without what may not be seen."""
        options = shown_options(execution.options, execution.eyes)
        return json.dumps(options, ensure_ascii=False)

    def view_on_site(self, execution: Execution) -> str:
        """Where its live log is."""
        return reverse("execution", args=[execution.pk])

    @admin.display(description="see also")
    def related(self, execution: Execution) -> SafeString:
        """Lead to what it caused, and to what other apps have of it."""
        caused = execution.caused.order_by("pk").values_list("pk", flat=True)
        of_admin = [
            (
                reverse("admin:executions_execution_change", args=[pk]),
                f"execution {pk}, which it led to",
            )
            for pk in caused
        ]
        links = [*of_admin, *extensions.links_of(execution)]
        return format_html_join(", ", '<a href="{}">{}</a>', links)

    @admin.display(description="log")
    def log(self, execution: Execution) -> SafeString:
        """Lead to the live log."""
        url = self.view_on_site(execution)
        return format_html('<a href="{}">{} lines</a>', url, execution.log_lines)

    @admin.display(description="took", empty_value="")
    def took(self, execution: Execution) -> str | None:
        """Show how long it ran, or runs by now."""
        seconds = execution.duration
        if seconds is None:
            return None
        return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"

    @admin.display(description="status", ordering="status")
    def state(self, execution: Execution) -> SafeString:
        """Show the status as the pages do."""
        return format_html('<span class="status {0}">{0}</span>', execution.status)

    @admin.display(description="tasks")
    def task_names(self, execution: Execution) -> str:
        """What was asked to run."""
        return ", ".join(execution.tasks) or "all"

    @admin.action(description="Abort selected executions", permissions=["abort"])
    def abort(self, request: HttpRequest, executions: QuerySet[Execution]) -> None:
        """Abort those that are not over."""
        aborted, over = [], []
        for execution in executions:
            try:
                execution.request_abort(f"Aborted by {request.user}.")
            except ExecutionEnded as error:
                over.append(str(error))
            else:
                aborted.append(execution)
        self._tell(request, aborted, "being aborted")
        self._warn(request, over, "are over")

    @admin.action(description="Run selected executions again", permissions=["run"])
    def run_again(self, request: HttpRequest, executions: QuerySet[Execution]) -> None:
        """Queue the same tasks with the same options once more, where the user may use these options."""
        wanted, refused = [], []
        for old in executions.order_by("pk"):
            if old.trial:
                refused.append(f"{old} was a trial, whose config is not kept.")
                continue
            denied = denied_options(old.options, request.user)
            if denied:
                names = ", ".join(denied)
                refused.append(
                    f"{old} has options that need the permission to change tasks: {names}."
                )
                continue
            wanted.append(
                Execution(tasks=old.tasks, options=old.options, requested_by_id=request.user.pk)
            )
        self._tell(request, Execution.objects.enqueue_all(wanted), "queued")
        self._warn(request, refused, "are not queued")

    def _tell(self, request: HttpRequest, executions: list[Execution], what: str) -> None:
        """Say what was done, in one sentence for hundreds as well."""
        if len(executions) == 1:
            self.message_user(request, f"{executions[0]} is {what}.")
        elif executions:
            numbers = sorted(execution.pk for execution in executions)
            self.message_user(
                request,
                f"{len(numbers)} executions, {numbers[0]} to {numbers[-1]}, are {what}.",
            )

    def _warn(self, request: HttpRequest, sentences: list[str], what: str) -> None:
        """Say of each what was not done; of the last of many, how many there are."""
        for sentence in sentences[:MAX_SHOWN]:
            self.message_user(request, sentence, messages.WARNING)
        if len(sentences) > MAX_SHOWN:
            more = len(sentences) - MAX_SHOWN
            self.message_user(request, f"{more} more {what}.", messages.WARNING)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count what goes with executions: Django would list each of 100,000 log lines."""
        names = [str(execution) for execution in objs]
        counts = {
            "executions": len(names),
            "log lines": LogLine.objects.filter(execution__in=objs).count(),
            "execution entries": ExecutionEntry.objects.filter(execution__in=objs).count(),
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

    @admin.display(description="queues")
    def served(self, worker: Worker) -> str:
        """Show the queues that it takes from."""
        return "all" if worker.queues is None else ", ".join(worker.queues)
