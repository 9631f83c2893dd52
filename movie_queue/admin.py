"""The movie queue in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from flexapi.api.record_admin import RecordAdmin
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror.masked_admin import MaskedMixin, text_of

from .models import GrabbedMovie, QueuedMovie
from .quality import BadQuality, check_quality


class QueuedMovieForm(forms.ModelForm):
    """A movie, its quality checked by FlexGet."""

    class Meta:
        model = QueuedMovie
        fields = ("title", "year", "imdb_id", "tmdb_id", "quality", "queue_name")

    def clean_quality(self) -> str:
        """Have FlexGet check it."""
        try:
            return check_quality(self.cleaned_data["quality"])
        except (BadQuality, EngineUnavailable) as error:
            raise ValidationError(str(error)) from error


@admin.register(QueuedMovie)
class QueuedMovieAdmin(admin.ModelAdmin):
    """The queue."""

    form = QueuedMovieForm
    list_display = ("title", "year", "quality", "queue_name", "added", "requested_by")
    list_filter = ("queue_name", "added")
    list_select_related = ("requested_by",)
    search_fields = ("title", "imdb_id")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note who asks for it."""
        if not change:
            obj.requested_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(GrabbedMovie)
class GrabbedMovieAdmin(MaskedMixin, RecordAdmin):
    """What was grabbed: looked at, or forgotten, never written."""

    list_display = ("title", "year", "queue_name", "grabbed", "task", "release", "execution")
    list_filter = ("queue_name", "grabbed")
    search_fields = ("title", "imdb_id", "entry_title")
    quoting_search = ("entry_title",)
    fields = readonly_fields = (
        "title",
        "year",
        "imdb_id",
        "tmdb_id",
        "queue_name",
        "grabbed",
        "execution",
        "task",
        "release",
        "release_url",
    )

    release = text_of("entry_title", "release")
    release_url = text_of("entry_url", gettext_lazy("URL of the release"))
