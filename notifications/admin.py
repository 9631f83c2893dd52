"""Channels, deliveries and troubles in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from flexapi import events, phrases
from flexapi.api.record_admin import RecordAdmin
from flexapi.mirror import credentials
from flexapi.mirror.credentials import MASK

from . import addresses, texts
from .models import Channel, Delivery, Trouble


class ChannelForm(forms.ModelForm):
    """A channel; what may not be seen is shown as `********`, which stands for what there is."""

    events = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    quiet_except = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    hidden = False

    class Meta:
        model = Channel
        fields = (
            *("name", "type", "address", "secret", "enabled", "events", "tasks", "schedule"),
            *("digest", "digest_at", "quiet_from", "quiet_until", "quiet_except", "template"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (name, gettext(kind.label)) for name, kind in events.kinds.items() if name != "test"
        ]
        for name in ("events", "quiet_except"):
            field = self.fields.get(name)
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = choices
        if self.hidden and self.instance.pk:
            for name in ("address", "secret"):
                if getattr(self.instance, name):
                    self.initial[name] = MASK

    def clean_template(self) -> str:
        """Try it."""
        text: str = self.cleaned_data["template"]
        try:
            if text:
                texts.compiled(text)
        except texts.BadTemplate as error:
            raise ValidationError(str(error)) from error
        return text

    def clean_tasks(self) -> list[str]:
        """Take a list of texts."""
        tasks = self.cleaned_data["tasks"] or []
        if not isinstance(tasks, list) or not all(isinstance(task, str) for task in tasks):
            raise ValidationError(
                gettext('Give a list of names or globs, such as ["tv", "movies*"].')
            )
        return tasks

    def clean(self) -> dict[str, Any]:
        """Check the address and the secret."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("address", "secret"):
            if data.get(name) == MASK and self.instance.pk:
                data[name] = getattr(self.instance, name)
        try:
            if {"address", "type"} & set(self.changed_data) and data.get("address"):
                addresses.check_address(data.get("type", ""), data["address"])
        except addresses.BadAddress as error:
            self.add_error("address", str(error))
        try:
            addresses.check_secret(data.get("secret", ""))
        except addresses.BadAddress as error:
            self.add_error("secret", str(error))
        return data


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):
    """Who is told of what."""

    form = ChannelForm
    list_display = ("name", "type", "enabled", "digest", "created")
    list_filter = ("type", "enabled")
    search_fields = ("name",)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hide credentials from a user who may not see them, in the form's fields as well as in what is only shown."""
        form = super().get_form(request, *args, **kwargs)
        return type("ChannelForm", (form,), {"hidden": not credentials.visible_to(request.user)})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only looks doesn't get fields shown as they are."""
        fields = list(ChannelForm.Meta.fields)
        if not self.has_change_permission(request, obj) and not credentials.visible_to(
            request.user
        ):
            return [name for name in fields if name not in ("address", "secret")]
        return fields


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """What was sent, and what the other side answered: looked at, or forgotten."""

    list_display = ("id", "channel", "state", "test", "created", "attempts", "status")
    list_filter = ("state", "channel")
    list_select_related = ("channel",)
    fields = readonly_fields = (
        *("uuid", "channel", "state", "test", "created", "attempts", "next_try", "finished"),
        *("status", "said"),
    )

    @admin.display(description=gettext_lazy("answer"))
    def said(self, delivery: Delivery) -> str:
        """What the other side answered, or what failed."""
        return phrases.translated(delivery.answer, gettext)


@admin.register(Trouble)
class TroubleAdmin(RecordAdmin):
    """What is wrong now."""

    list_display = ("title", "kind", "since", "count")
    list_filter = ("kind",)
    fields = readonly_fields = ("title", "detail", "kind", "since", "count")
