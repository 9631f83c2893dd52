"""Sections and revisions as JSON."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from flexapi import phrases
from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer, NameOrNull, PhraseField
from flexapi.mirror.masked_serializers import MaskedMixin
from flexapi.mirror.models import ConfigRevision


@exemplified(name="templates", config={"hd": {"quality": "720p+"}})
class SectionSerializer(serializers.Serializer[Any]):
    """A root section of the config."""

    name = serializers.CharField(trim_whitespace=False)
    config = serializers.JSONField(
        allow_null=True, help_text="Its value; what JSON lacks is shown as text."
    )


class SectionConfigSerializer(serializers.Serializer[Any]):
    """The value that a section is to have."""

    name = serializers.CharField(trim_whitespace=False, required=False)
    config = serializers.JSONField(allow_null=True)


class RevisionSerializer(MaskedMixin, ModelSerializer[ConfigRevision]):
    """A state that the config file had."""

    author = NameOrNull("author.username")
    notes = serializers.ListField(
        child=PhraseField(),
        read_only=True,
        help_text="What the change did to values that an anchor shares, as sentences.",
    )
    current = serializers.BooleanField(read_only=True, help_text="Whether it is the config now.")

    class Meta:
        model = ConfigRevision
        fields: tuple[str, ...] = (
            "id",
            "created",
            "origin",
            "author",
            "summary",
            "message",
            "problem",
            "notes",
            "current",
        )

    def to_representation(self, instance: ConfigRevision) -> dict[str, Any]:
        """Return the row; what was done and what was wrong with it in the language of who reads it."""
        data: dict[str, Any] = super().to_representation(instance)
        for name in ("summary", "problem"):
            data[name] = phrases.translated(data[name], gettext)
        return data


class RevisionDetailSerializer(RevisionSerializer):
    """A revision with its text, and with what it changed."""

    text = serializers.CharField(read_only=True)
    diff = serializers.CharField(
        read_only=True, help_text="Unified diff from the revision before; empty where that is gone."
    )

    class Meta(RevisionSerializer.Meta):
        fields: tuple[str, ...] = (*RevisionSerializer.Meta.fields, "text", "diff")
