"""Serializers that several apps share."""

import copy
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers
from rest_framework.fields import Field

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
