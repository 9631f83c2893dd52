"""Channels and deliveries as JSON."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext
from rest_framework import serializers

from flexapi import events
from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer, PhraseField, PhraseOrNull
from flexapi.mirror.credentials import MASK
from flexapi.mirror.masked_serializers import EyesMixin
from notifications import addresses, texts
from notifications.addresses import BadAddress
from notifications.models import Channel, Delivery, Notice
from schedules.models import Schedule

CREDENTIALS = ("address", "secret")


def _kinds() -> list[str]:
    return [name for name in events.kinds if name != "test"]


class KindsField(serializers.ListField):
    """Names of kinds of events."""

    child = serializers.CharField(max_length=20)

    def to_internal_value(self, data: Any) -> list[str]:
        """Return them, each once. Raises ValidationError for one that there is not."""
        names = list(dict.fromkeys(super().to_internal_value(data)))
        unknown = [name for name in names if name not in _kinds()]
        if unknown:
            known = ", ".join(_kinds())
            raise serializers.ValidationError(
                gettext("{unknown!r} is not one of {known}.").format(
                    unknown=unknown[0], known=known
                )
            )
        return names


@exemplified(
    name="Phone",
    type="apprise",
    address="ntfys://flexget-a1b2c3",
    events=["failed", "well", "disk"],
    quiet_from="23:00",
    quiet_until="07:00",
    quiet_except=["disk"],
)
class ChannelSerializer(EyesMixin, ModelSerializer[Channel]):
    """Somebody who is told. Address and secret are `********` for users who may not see credentials."""

    events = KindsField(required=False, allow_empty=False, help_text="The kinds to tell of.")
    quiet_except = KindsField(required=False, help_text="The kinds that break quiet hours.")
    tasks = serializers.ListField(
        child=serializers.CharField(max_length=600),
        required=False,
        max_length=200,
        help_text="Names or globs of tasks; of events about tasks, only theirs are told. None: all.",
    )
    schedule = serializers.PrimaryKeyRelatedField(
        queryset=Schedule.rows.all(),
        required=False,
        allow_null=True,
        help_text="Of a monitor: the id of the schedule whose runs are reported.",
    )
    waiting = serializers.IntegerField(read_only=True, default=0, help_text="Events not sent yet.")
    last_state = serializers.ChoiceField(
        Delivery.State.choices, read_only=True, allow_null=True, default=None
    )
    last_answer = PhraseOrNull(default=None, help_text="What came of the last delivery.")

    class Meta:
        model = Channel
        fields = (
            *("id", "name", "type", "address", "secret", "enabled", "events", "tasks", "schedule"),
            *("digest", "digest_at", "quiet_from", "quiet_until", "quiet_except", "template"),
            *("created", "waiting", "last_state", "last_answer"),
        )
        read_only_fields = ("created",)

    def to_representation(self, instance: Channel) -> dict[str, Any]:
        """Return it as who asks may see it."""
        data = super().to_representation(instance)
        if not self.eyes.reveal:
            data |= {name: MASK for name in CREDENTIALS if data[name]}
        return data

    def validate_template(self, value: str) -> str:
        """Try it. Raises ValidationError."""
        if value:
            try:
                texts.compiled(value)
            except texts.BadTemplate as error:
                raise serializers.ValidationError(str(error)) from error
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check what goes together, and the address. Raises ValidationError."""
        for name in CREDENTIALS:
            if attrs.get(name) == MASK:
                # What was shown in its place comes back.
                if self.instance is None:
                    message = gettext(
                        "{mask} stands in place of a credential; give the real one."
                    ).format(mask=MASK)
                    raise serializers.ValidationError({name: message})
                del attrs[name]
        channel = self.instance if isinstance(self.instance, Channel) else Channel()
        changed = Channel(**{field: getattr(channel, field) for field in _FIELDS} | attrs)
        try:
            changed.clean()
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        self._check_credentials(changed, attrs)
        return attrs

    def _check_credentials(self, changed: Channel, attrs: dict[str, Any]) -> None:
        try:
            if "address" in attrs or "type" in attrs:
                addresses.check_address(changed.type, changed.address)
        except BadAddress as error:
            raise serializers.ValidationError({"address": str(error)}) from error
        try:
            addresses.check_secret(changed.secret)
        except BadAddress as error:
            raise serializers.ValidationError({"secret": str(error)}) from error


_FIELDS = [
    field.name for field in Channel._meta.concrete_fields if field.editable and field.name != "id"
]


class NoticeSerializer(ModelSerializer[Notice]):
    """An event that a delivery carries."""

    title = serializers.SerializerMethodField()
    detail = PhraseField(read_only=True)

    class Meta:
        model = Notice
        fields = ("kind", "title", "detail", "tasks", "execution", "count", "since", "time")
        read_only_fields = fields

    def get_title(self, notice: Notice) -> str:
        """The title, with how often it happened."""
        return texts.heading(notice)


class DeliverySerializer(ModelSerializer[Delivery]):
    """What was sent, or is being tried, and what the other side answered."""

    uuid = serializers.UUIDField(
        read_only=True, help_text="The same however often it is tried: the webhook's `Webhook-Id`."
    )
    channel: Any = serializers.PrimaryKeyRelatedField(read_only=True)
    channel_name = serializers.CharField(source="channel.name", read_only=True)
    answer = PhraseOrNull(help_text="What the other side answered last, or what failed.")
    events: Any = NoticeSerializer(source="notices", many=True, read_only=True)

    class Meta:
        model = Delivery
        fields = (
            *("id", "uuid", "channel", "channel_name", "state", "test", "created", "attempts"),
            *("next_try", "finished", "status", "answer", "events"),
        )
        read_only_fields = fields


class PushKeySerializer(serializers.Serializer[Any]):
    """What a browser needs to subscribe."""

    key = serializers.CharField(help_text="65 bytes as Base64 in URLs has them.")


class WebhookEventSerializer(serializers.Serializer[Any]):
    """One event."""

    id = serializers.IntegerField(help_text="The same in each try.")
    kind = serializers.CharField(help_text="Such as `failed`; `well` where a trouble is over.")
    title = serializers.CharField()
    detail = serializers.CharField(allow_blank=True, help_text="The reason, or what was taken.")
    tasks = serializers.ListField(child=serializers.CharField())
    execution = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField(help_text="How often it happened since `since`.")
    since = serializers.DateTimeField()
    time = serializers.DateTimeField(help_text="When it happened last.")
    url = serializers.CharField(allow_blank=True, help_text="The page that shows more of it.")


class WebhookBodySerializer(serializers.Serializer[Any]):
    """What a webhook is sent, at least once: drop an `id` that you have had."""

    id = serializers.UUIDField(help_text="As in the header `Webhook-Id`.")
    type = serializers.ChoiceField(["events", "test"])
    created = serializers.DateTimeField()
    channel = serializers.CharField()
    server = serializers.CharField(allow_blank=True, help_text="Where people reach the server.")
    events: Any = WebhookEventSerializer(many=True)
