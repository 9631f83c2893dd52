"""Serializers that several apps share."""

import copy
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.fields import Field

from flexapi import phrases

M = TypeVar("M", bound=Model)


class ModelSerializer(serializers.ModelSerializer[M]):
    """DRF's, except that a class works out its fields once and not for every request."""

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        """New fields, copied from those that DRF derives from the model."""
        own = type(self).__dict__
        if "_derived_fields" not in own:
            type(self)._derived_fields = super().get_fields()  # type: ignore[attr-defined]
        return copy.deepcopy(own["_derived_fields"])


class CountSerializer(serializers.Serializer[Any]):
    """What was done to all that match."""

    count = serializers.IntegerField(help_text="How many were changed or deleted.")


class TextOrNull(serializers.CharField):
    """Text that a model keeps as "" where there is none: null then."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return the text, None for an empty one."""
        return str(value) or None


class PhraseField(serializers.CharField):
    """What is stored in English, in the language of who reads it (`flexapi.phrases`)."""

    def to_representation(self, value: Any) -> str:
        """Return the text."""
        return phrases.translated(str(value), gettext)


class PhraseOrNull(TextOrNull):
    """What is stored in English, a line or several, in the language of who reads it; null where there is none."""

    def to_representation(self, value: Any) -> Any:
        """Return the text, None for an empty one."""
        return phrases.translated_lines(str(value), gettext) or None


class NameOrNull(serializers.CharField):
    """The name of a user, null where there is none; `source` leads to it."""

    def __init__(self, source: str, **kwargs: Any) -> None:
        super().__init__(source=source, default=None, read_only=True, allow_null=True, **kwargs)
