"""What the admin pages of all parts of the config share: a YAML editor, and writes that may be refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy

from flexapi.api.etags import state_hash
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror import credentials, mirror
from flexapi.mirror.edits import validation, writing
from flexapi.mirror.store.tables import MESSAGE_LENGTH

MAX_SHOWN = 20


class SourceWidget(forms.Textarea):
    """A text area that becomes a code editor for YAML; without JavaScript it stays one."""

    class Media:
        css = {"all": ("mirror/admin.css",)}
        js = (forms.Script("web/js/editor/admin.js", type="module"),)

    def __init__(self) -> None:
        super().__init__({"data-editor": "yaml", "rows": 25, "cols": 100, "spellcheck": "false"})


class SourceForm(forms.ModelForm):
    """A part of the config as YAML. `shown` guards against overwriting what changed meanwhile."""

    source = forms.CharField(
        widget=SourceWidget,
        strip=False,
        label="YAML",
        help_text=gettext_lazy(
            "As in the config file, comments included. Another name on top renames."
        ),
    )
    message = forms.CharField(
        max_length=MESSAGE_LENGTH,
        required=False,
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Kept with the revision; may be left empty."),
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    # Whether the user may edit the config and yet sees no credentials: what is left masked stays as it is.
    masked = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields and self.instance.pk is not None:
            source = self.instance.source()
            shown = self.instance.source(masked=True) if self.masked else source
            self.initial.update(source=shown, shown=state_hash(source.encode()))

    def attempt(self, dry: bool) -> Any:
        """Write the source, or only check it; overridden. Raises `writing.FAILURES`."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Check the source as the write will, so that complaints show at the field."""
        cleaned = super().clean() or {}
        if "source" in cleaned:
            try:
                self.attempt(dry=True)
            except writing.FAILURES as error:
                sentences = writing.explained(error)
                self.add_error("source", credentials.Eyes(reveal=not self.masked).shown(sentences))
        return cleaned

    def refuse_stale(self, source: str) -> None:
        """Raise WriteRefused where the source is not the one that the page showed."""
        if self.cleaned_data.get("shown") != state_hash(source.encode()):
            raise writing.WriteRefused(
                gettext(
                    "This was changed meanwhile. Copy your text, load the page again, and merge the two."
                )
            )


class MirrorAdmin(admin.ModelAdmin):
    """For models whose rows follow the config: what is saved or deleted ends in the file.

    Django's pages run in a transaction, which the config file can't be part of; these don't.
    """

    readonly_fields = ("complaints",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        mirror.refresh()
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        mirror.refresh()
        try:
            shown: HttpResponse = self._changeform_view(  # type: ignore[attr-defined]
                request, object_id, form_url, extra_context
            )
            return shown
        except writing.FAILURES as error:
            # The form was checked, and something came between.
            self.tell(request, error)
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        mirror.refresh()
        try:
            shown: HttpResponse = self._delete_view(  # type: ignore[attr-defined]
                request, object_id, extra_context
            )
            return shown
        except writing.FAILURES as error:
            self.tell(request, error)
            return HttpResponseRedirect(request.get_full_path())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None and not self.has_change_permission(request, obj):
            return ("masked_source",)
        fields = ("source", "shown")
        # FlexGet quotes what it complains about.
        return (*fields, "complaints") if obj and credentials.visible_to(request.user) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "masked_source")

    @admin.display(description=gettext_lazy("YAML"))
    def masked_source(self, row: Any) -> str:
        """The source for users without the permission to see credentials."""
        return str(row.source(masked=True))

    @admin.display(description=gettext_lazy("What FlexGet says"))
    def complaints(self, row: Any) -> str:
        """FlexGet's complaints about this part of the config."""
        try:
            faults = validation.faults(self.part(row, mirror.current().data))
        except EngineUnavailable as error:
            return str(error)
        lines = [f"{validation.dotted(fault.path)}: {fault.message}" for fault in faults]
        return "\n".join(lines[:MAX_SHOWN]) or "Nothing."

    def part(self, row: Any, data: dict[Any, Any]) -> dict[Any, Any]:
        """The part of the config that shows what FlexGet thinks of a row; overridden."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the form's source. Raises `writing.FAILURES`."""
        form.user = request.user
        saved = form.attempt(dry=False)
        for field in obj._meta.concrete_fields:
            setattr(obj, field.attname, getattr(saved, field.attname))

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        kwargs["fields"] = ()
        form: Any = super().get_form(request, *args, **kwargs)
        masked = not credentials.visible_to(request.user)
        return type(form)(form.__name__, (form,), {"masked": masked, "__module__": form.__module__})

    def attempt(self, request: HttpRequest, work: Callable[[], None], done: str) -> None:
        """Do a bulk action, telling how it went."""
        try:
            work()
        except writing.FAILURES as error:
            self.tell(request, error)
        else:
            self.message_user(request, done)

    def tell(self, request: HttpRequest, error: Exception) -> None:
        """Show one of `writing.FAILURES`."""
        for sentence in credentials.shown(request.user, writing.explained(error)[:MAX_SHOWN]):
            self.message_user(request, sentence, messages.ERROR)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self.attempt(request, lambda: self.delete_rows(request, list(queryset)), "Deleted.")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_rows(request, [obj])

    def delete_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        """Delete rows from the config; overridden."""
        raise NotImplementedError
