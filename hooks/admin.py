"""Hooks and their calls in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from flexapi.api.record_admin import RecordAdmin

from .models import Hook, HookCall
from .serializers import HookCallDetailSerializer


@admin.register(Hook)
class HookAdmin(admin.ModelAdmin):
    """Doors for programs; the secret of a new one is shown once."""

    list_display = ("name", "target", "task", "proof", "enabled", "created")
    list_filter = ("enabled", "target", "proof")
    search_fields = ("name", "task")

    def save_model(self, request: HttpRequest, obj: Hook, form: Any, change: bool) -> None:
        """Make a secret where it needs another one."""
        if change and "proof" not in form.changed_data:
            super().save_model(request, obj, form, change)
            return
        obj.renew()
        if obj.fresh_secret:
            messages.success(
                request,
                gettext("The secret of {hook}, shown this once: {secret}").format(
                    hook=obj, secret=obj.fresh_secret
                ),
            )


@admin.register(HookCall)
class HookCallAdmin(RecordAdmin):
    """What came through hooks: looked at, or forgotten."""

    list_display = ("id", "hook", "time", "outcome", "status", "entries", "execution")
    list_filter = ("outcome", "hook")
    list_select_related = ("hook",)
    fields = readonly_fields = (
        *("hook", "time", "address", "outcome", "status", "why", "entries", "execution"),
        *("repeat_of", "kept_headers", "kept_body"),
    )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Note what who asks may see of it."""
        call = super().get_object(request, *args, **kwargs)
        if call is not None:
            serializer = HookCallDetailSerializer(call, context={"user": request.user})
            call.as_shown = serializer.data
        return call

    @admin.display(description=gettext_lazy("Reason"))
    def why(self, call: Any) -> str:
        """Without credentials, for whoever may not see them."""
        return call.as_shown["reason"] or ""

    @admin.display(description=gettext_lazy("Headers"))
    def kept_headers(self, call: Any) -> str:
        """One a line."""
        return "\n".join(f"{name}: {value}" for name, value in call.as_shown["headers"].items())

    @admin.display(description=gettext_lazy("Body"))
    def kept_body(self, call: Any) -> str:
        """Likewise."""
        return str(call.as_shown["body"])
