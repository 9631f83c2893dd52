"""The history in the admin: looked at, searched and deleted, never edited."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from executions.models import Execution
from flexapi.api.record_admin import RecordAdmin
from flexapi.mirror.masked_admin import MaskedMixin, text_of
from history.listing import search
from history.models import HistoryEntry


@admin.register(HistoryEntry)
class HistoryEntryAdmin(MaskedMixin, RecordAdmin):
    """What was accepted, the latest first."""

    list_display = ("when", "task", "what", "plugin", "why", "run")
    list_display_links = ("what",)
    # Words by way of their index; `search_fields` makes the box appear.
    search_fields = ("title",)
    search_help_text = gettext_lazy(
        "Words of the title or of the file's name; or task:NAME, or execution:ID."
    )
    show_full_result_count = False
    list_per_page = 50
    fields = readonly_fields = (
        "when",
        "task",
        "what",
        "where",
        "file_name",
        "why",
        "plugin",
        "imdb_id",
        "tmdb_id",
        "run",
    )

    where = text_of("url", "URL")
    file_name = text_of("file")
    why = text_of("reason")

    @admin.display(description=gettext_lazy("title"), ordering="title")
    def what(self, entry: Any) -> str:
        """What FlexGet calls it."""
        return str(entry.eyes.shown(entry.title))

    @admin.display(description=gettext_lazy("time"), ordering="time")
    def when(self, entry: HistoryEntry) -> Any:
        """The moment, in local time."""
        return entry.time

    @admin.display(description=gettext_lazy("execution"), ordering="execution")
    def run(self, entry: HistoryEntry) -> SafeString | str:
        """Lead to the execution, as long as that is kept."""
        if entry.execution is None:
            return gettext("FlexGet itself")
        url = reverse("admin:executions_execution_change", args=[entry.execution])
        return format_html('<a href="{}">{}</a>', url, entry.execution)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[HistoryEntry]:
        return super().get_queryset(request).defer("words")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[HistoryEntry], search_term: str
    ) -> tuple[models.QuerySet[HistoryEntry], bool]:
        """Search by the index of words; `task:` and `execution:` lead here from their pages."""
        name, _, value = search_term.partition(":")
        if name == "task" and value:
            return queryset.filter(task=value), False
        if name == "execution" and value.isascii() and value.isdigit() and len(value) < 19:
            return queryset.filter(execution=int(value)), False
        return (search(queryset, search_term) if search_term else queryset), False


def history_of(execution: Execution) -> str:
    """Return where the admin lists what an execution took."""
    return f"{reverse('admin:history_historyentry_changelist')}?q=execution:{execution.pk}"
