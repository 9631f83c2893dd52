"""The parameters that choose rows: of a list, and of what is deleted or approved at once."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from flexapi.api.parameters import YesNoField

MAX_IDS = 500


class IdsField(serializers.CharField):
    """Ids with commas between them."""

    def to_internal_value(self, data: Any) -> Any:
        """Return them as a list of int."""
        items = super().to_internal_value(data).split(",")
        if not all(item.isascii() and item.isdigit() and len(item) <= 18 for item in items):
            raise serializers.ValidationError(gettext("They are numbers with commas between them."))
        if len(items) > MAX_IDS:
            raise serializers.ValidationError(
                gettext("They are at most {limit}.").format(limit=MAX_IDS)
            )
        return [int(item) for item in items]


class Filters(serializers.Serializer[Any]):
    """What every table can be filtered by."""

    search = serializers.CharField(
        required=False, help_text="A part of the title or the URL, in any case."
    )
    ids = IdsField(required=False, help_text="Ids with commas between them.")


class SeenFilters(Filters):
    """Of entries that FlexGet has taken."""

    search = serializers.CharField(
        required=False, help_text="A part of the title or of a value, in any case."
    )
    value = serializers.CharField(
        required=False, trim_whitespace=False, help_text="All of a value."
    )
    local = YesNoField(required=False)
    reason = serializers.CharField(required=False, trim_whitespace=False)
    task = serializers.CharField(required=False, trim_whitespace=False)


class FailedFilters(Filters):
    """Of entries that failed."""

    reason = serializers.CharField(required=False, trim_whitespace=False)


class RejectedFilters(Filters):
    """Of rejections that FlexGet remembers."""

    task = serializers.CharField(required=False, trim_whitespace=False)
    rejected_by = serializers.CharField(required=False)


class PendingFilters(Filters):
    """Of entries that wait to be approved."""

    task_name = serializers.CharField(required=False, trim_whitespace=False)
    approved = YesNoField(required=False)


class ListFilters(Filters):
    """Of lists."""

    search = serializers.CharField(required=False, help_text="A part of the name, in any case.")
    name = serializers.CharField(
        required=False, trim_whitespace=False, help_text="All of the name, in any case."
    )


class EntryFilters(Filters):
    """Of the entries of a list."""

    title = serializers.CharField(required=False, trim_whitespace=False)


class ApprovableEntryFilters(EntryFilters):
    """Of the entries of a list that wait to be approved."""

    approved = YesNoField(required=False)


class MovieFilters(EntryFilters):
    """Of the movies of a list."""

    search = serializers.CharField(required=False, help_text="A part of the title, in any case.")
    year = serializers.IntegerField(required=False, min_value=1, max_value=9999)
