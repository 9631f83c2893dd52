"""Root sections and revisions of the config in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from flexapi.api.record_admin import KeptRecordAdmin
from flexapi.mirror import mirror
from flexapi.mirror.admin_forms import MirrorAdmin, SourceForm
from flexapi.mirror.edits import writing
from flexapi.mirror.edits.sections import ConfigEditor, key_of
from flexapi.mirror.masked_admin import MaskedMixin, text_of
from flexapi.mirror.models import ConfigRevision, ConfigSection, ConfigState
from flexapi.mirror.store import revisions

# Who may do this may restore revisions.
CHANGE = "mirror.change_configsection"


class SectionForm(SourceForm):
    """A root section as YAML."""

    def attempt(self, dry: bool) -> ConfigSection:
        user = getattr(self, "user", None)
        message = self.cleaned_data.get("message", "")
        source = self.cleaned_data["source"]
        if self.instance.pk is None:
            editor = ConfigEditor(ConfigRevision.Origin.ADMIN, user, dry=dry, message=message)
            name = editor.add_section_source(source)
        else:
            guard = lambda name: self.refuse_stale(self.instance.source())  # noqa: E731
            editor = ConfigEditor(
                ConfigRevision.Origin.ADMIN, user, guard, dry=dry, message=message
            )
            name = self.instance.name
            editor.set_section_source(name, source)
        return self.instance if dry else ConfigSection.objects.get(name=name)


@admin.register(ConfigSection)
class ConfigSectionAdmin(MirrorAdmin):
    """Root sections, in the order of the file."""

    form = SectionForm
    list_display = ("name", "position")
    search_fields = ("name",)

    def part(self, row: ConfigSection, data: dict[Any, Any]) -> dict[Any, Any]:
        key = key_of(mirror.current().document, row.name)
        return {"tasks": {}, **{name: data[name] for name in (key, "variables") if name in data}}

    def delete_rows(self, request: HttpRequest, rows: list[ConfigSection]) -> None:
        editor = ConfigEditor(ConfigRevision.Origin.ADMIN, request.user)
        editor.delete_sections([row.name for row in rows])


@admin.register(ConfigRevision)
class ConfigRevisionAdmin(MaskedMixin, KeptRecordAdmin):
    """The history of the config: looked at and restored, never edited."""

    list_display = (
        *("id", "created", "origin", "author", "done", "said", "is_current", "what_is_wrong"),
    )
    list_filter = ("origin", "created")
    list_select_related = ("author",)
    search_fields = ("summary",)
    fields = (
        *("created", "origin", "author", "done", "said", "notes", "what_is_wrong"),
        *("changes", "text"),
    )
    readonly_fields = fields
    change_form_template = "mirror/revision.html"

    what_is_wrong = text_of("problem", gettext_lazy("problem"))
    done = text_of("summary", gettext_lazy("summary"))
    said = text_of("message", gettext_lazy("message"))

    class Media:
        css = {"all": ("mirror/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        mirror.refresh()
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[Any]:
        restore = path(
            "<int:pk>/restore/",
            self.admin_site.admin_view(self.restore),
            name="mirror_configrevision_restore",
        )
        return [restore, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # The fields' methods get the row alone, but what they show depends on who looks.
        may = request.user.has_perm(CHANGE)
        context = {**(extra_context or {}), "may_restore": may}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=gettext_lazy("current"), boolean=True)
    def is_current(self, revision: ConfigRevision) -> bool:
        """Whether this is the config now."""
        return ConfigState.objects.filter(current_id=revision.pk).exists()

    @admin.display(description=gettext_lazy("changes"))
    def changes(self, revision: Any) -> SafeString:
        """The diff from the revision before, coloured."""
        lines = revisions.diff(revision, masked=not revision.eyes.reveal).splitlines()
        kinds = {"+": "added", "-": "removed", "@": "place"}
        spans = format_html_join(
            "", '<span class="{}">{}</span>', ((kinds.get(line[:1], ""), line) for line in lines)
        )
        return mark_safe(f'<pre class="diff">{spans}</pre>')  # noqa: S308  the lines are escaped

    @admin.display(description=gettext_lazy("text"))
    def text(self, revision: Any) -> SafeString:
        """The whole text."""
        text = revisions.text_of(revision, masked=not revision.eyes.reveal)
        return format_html_join("", '<pre class="diff">{}</pre>', [(text,)])

    def restore(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a revision the config again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(CHANGE):
            return HttpResponse(
                gettext("You may not do this."), status=403, content_type="text/plain"
            )
        revision = get_object_or_404(ConfigRevision, pk=pk)
        try:
            taken = writing.restore(revision, author=request.user)
        except writing.FAILURES as error:
            self.message_user(request, " ".join(writing.explained(error)), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:mirror_configrevision_change", args=[pk]))
        self.message_user(
            request,
            gettext("Revision {pk} is the config again, as revision {new}.").format(
                pk=pk, new=taken.revision
            ),
        )
        return HttpResponseRedirect(reverse("admin:mirror_configrevision_changelist"))
