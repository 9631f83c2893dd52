"""Hooks and their calls as JSON."""

import json
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer, PhraseOrNull
from flexapi.mirror import credentials
from flexapi.mirror.masked_serializers import EyesMixin, MaskedMixin
from hooks.models import Hook, HookCall
from hooks.ready.templates import HookTemplate

CONDITIONS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "A JSON path, such as `$.eventType`."},
            "is": {"type": "array", "items": {}, "description": "One of these; none: anything."},
        },
        "required": ["path"],
        "additionalProperties": False,
    },
}
FIELDS = {"type": "object", "additionalProperties": {"type": "string"}}
_MAPPING = ("entries", "title", "url", "fields", "conditions")


@extend_schema_field(FIELDS)
class FieldsField(serializers.JSONField):
    """Names with JSON paths or texts; the model checks them."""


@extend_schema_field(CONDITIONS)
class ConditionsField(serializers.JSONField):
    """What has to hold; the model checks it."""


class MappingSerializer(ModelSerializer[Hook]):
    """What reads a body, saved or not."""

    fields = FieldsField(required=False, help_text="More fields of an entry, by their names.")  # type: ignore[assignment]
    conditions = ConditionsField(
        required=False,
        help_text="All have to hold; any other body is answered with 200, and nothing comes of it.",
    )

    class Meta:
        model = Hook
        fields: tuple[str, ...] = ("target", "task", *_MAPPING)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check what goes together. Raises ValidationError."""
        try:
            self.changed(attrs).clean()
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return attrs

    def changed(self, attrs: dict[str, Any]) -> Hook:
        """Return the hook as it would be, unsaved."""
        given = self.instance if isinstance(self.instance, Hook) else Hook()
        names = [field.name for field in Hook._meta.concrete_fields if field.name != "id"]
        return Hook(**{name: getattr(given, name) for name in names} | attrs)


@exemplified(
    name="autobrr",
    proof="token",
    task="tv",
    title="$.title",
    url="$.url",
    fields={"indexer": "$.indexer"},
)
class HookSerializer(MappingSerializer):
    """A hook without its secret, which is shown once."""

    address = serializers.SerializerMethodField(help_text="Where its sender posts JSON.")
    secret = serializers.SerializerMethodField(
        help_text="Shown when it is made, and when `proof` changes; keep it. Else null."
    )
    last_call = serializers.DateTimeField(read_only=True, allow_null=True, default=None)
    last_outcome = serializers.ChoiceField(
        HookCall.Outcome.choices, read_only=True, allow_null=True, default=None
    )

    class Meta(MappingSerializer.Meta):
        fields = (
            *("name", "enabled", "template", "proof", *MappingSerializer.Meta.fields),
            *("accept", "rate", "max_bytes"),
            *("created", "address", "secret", "last_call", "last_outcome"),
        )
        read_only_fields = ("created",)

    def get_address(self, hook: Hook) -> str:
        """Its URL, as who asks reaches this server."""
        return str(
            reverse("hook-detail", kwargs={"name": hook.name}, request=self.context["request"])
        )

    def get_secret(self, hook: Hook) -> str | None:
        """The secret, if it was made a moment ago."""
        return getattr(hook, "fresh_secret", None)

    def create(self, validated: dict[str, Any]) -> Hook:
        """Make it, with a secret."""
        hook = Hook(**validated)
        hook.renew()
        return hook

    def update(self, hook: Hook, validated: dict[str, Any]) -> Hook:
        """Change it; another proof takes another secret."""
        is_renewed = validated.get("proof", hook.proof) != hook.proof
        for name, value in validated.items():
            setattr(hook, name, value)
        if is_renewed:
            hook.renew()
        else:
            hook.save()
        return hook


class TryingSerializer(MappingSerializer):
    """A mapping, saved nowhere, and a body to read with it."""

    body = serializers.JSONField(help_text="What a sender would post.")

    class Meta(MappingSerializer.Meta):
        fields = (*MappingSerializer.Meta.fields, "body")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the mapping; no task needs to be named yet. Raises ValidationError."""
        body = attrs.pop("body")
        super().validate({**attrs, "task": attrs.get("task") or "any"})
        return {**attrs, "body": body}


class HookTemplateSerializer(serializers.Serializer[HookTemplate]):
    """What a hook may start from."""

    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField(
        help_text="What to set in the program; ADDRESS and SECRET stand for the hook's own."
    )
    hook = serializers.DictField(help_text="The fields of the hook, but its name and its task.")
    bodies = serializers.DictField(help_text="What the program sends, by what happened; to try.")


class FoundSerializer(serializers.Serializer[Any]):
    """What a body would bring."""

    unmet = serializers.CharField(
        allow_null=True, help_text="The condition that does not hold, so that nothing would come."
    )
    entries = serializers.ListField(
        child=serializers.DictField(), help_text="As a run gets them, to inject."
    )
    movies = serializers.ListField(
        child=serializers.DictField(), help_text="As the movie queue gets them."
    )


class HookCallSerializer(MaskedMixin, ModelSerializer[HookCall]):
    """A call, without headers and body."""

    hook = serializers.CharField(source="hook.name", read_only=True)
    reason = PhraseOrNull(help_text="Why nothing, or not all, came of it.")

    class Meta:
        model = HookCall
        fields: tuple[str, ...] = (
            *("id", "hook", "time", "address", "outcome", "status", "reason", "entries"),
            *("execution", "repeat_of"),
        )
        read_only_fields = fields


class HookCallDetailSerializer(EyesMixin, ModelSerializer[HookCall]):
    """A call with headers and body; credentials in them are `********` for users who may not see credentials."""

    hook = serializers.CharField(source="hook.name", read_only=True)
    reason = PhraseOrNull(help_text="Why nothing, or not all, came of it.")
    headers = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = HookCall
        fields = (*HookCallSerializer.Meta.fields, "headers", "body")
        read_only_fields = fields

    def to_representation(self, call: HookCall) -> dict[str, Any]:
        """Return it as who asks may see it."""
        data = super().to_representation(call)
        if self.eyes.reveal:
            return data
        shown: dict[str, Any] = self.eyes.shown({**data, "body": _masked(call.body)})
        return shown


class ReceivedSerializer(serializers.Serializer[Any]):
    """What a sender is told."""

    call = serializers.IntegerField(
        source="pk", help_text="The id of the call, for who asks later."
    )
    outcome = serializers.ChoiceField(HookCall.Outcome.choices)
    reason = PhraseOrNull(help_text="Why nothing, or not all, came of it.")
    entries = serializers.IntegerField(help_text="Entries or movies that came of it.")
    execution = serializers.IntegerField(allow_null=True, help_text="The id of the execution.")


def _masked(body: str) -> str:
    """Hide what stands below the name of a credential; whatever isn't JSON has no such names."""
    try:
        data = json.loads(body)
    except ValueError:
        return body
    return json.dumps(credentials.mask_value(data), ensure_ascii=False, indent=2)
