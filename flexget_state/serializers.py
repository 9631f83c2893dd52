"""FlexGet's data as JSON (see flexget_state.flexget, which makes it), and what is sent to change it."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from flexapi.api.schema import exemplified

# FlexGet's command line calls it cli_add.
ADDED_HERE = "api_add"
MAX_TITLE = 1000
MAX_URL = 8000


class SeenFieldSerializer(serializers.Serializer[Any]):
    """A value by which an entry is known again."""

    id = serializers.IntegerField(read_only=True)
    field = serializers.CharField(max_length=200)
    value = serializers.CharField(max_length=MAX_URL)
    added = serializers.DateTimeField(read_only=True, allow_null=True)


@exemplified(
    title="Sintel.2010.1080p", fields=[{"field": "url", "value": "https://feeds.example/sintel"}]
)
class SeenEntrySerializer(serializers.Serializer[Any]):
    """An entry that FlexGet has taken. It rejects those that have one of the values in one of their fields."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(max_length=MAX_TITLE)
    task = serializers.CharField(max_length=500, default=ADDED_HERE)
    reason = serializers.CharField(max_length=MAX_TITLE, default=None, allow_null=True)
    local = serializers.BooleanField(default=False, help_text="It counts in that task alone.")
    added = serializers.DateTimeField(read_only=True, allow_null=True)
    fields: Any = serializers.ListField(
        child=SeenFieldSerializer(),
        default=list,
        max_length=100,
        help_text="Without them, the title is what it is known by.",
    )

    def validate_fields(self, fields: list[dict[str, str]]) -> list[dict[str, str]]:
        """FlexGet stores one value of each field."""
        names = [item["field"] for item in fields]
        if len(names) > len(set(names)):
            raise serializers.ValidationError(gettext("A field can be there once."))
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the fields; and FlexGet has to know the task of what is local."""
        if attrs["local"] and attrs["task"] == ADDED_HERE:
            raise serializers.ValidationError({"task": gettext("Say in which task it counts.")})
        return attrs | {"fields": attrs["fields"] or [{"field": "title", "value": attrs["title"]}]}


class FailedEntrySerializer(serializers.Serializer[Any]):
    """An entry that failed."""

    id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    added = serializers.DateTimeField(allow_null=True, help_text="When it failed last.")
    reason = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True, help_text="How often it failed.")
    retry_time = serializers.DateTimeField(
        allow_null=True, help_text="Until then FlexGet rejects it."
    )


class RejectedEntrySerializer(serializers.Serializer[Any]):
    """An entry whose rejection FlexGet remembers."""

    id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    task = serializers.CharField(allow_null=True)
    added = serializers.DateTimeField(allow_null=True)
    expires = serializers.DateTimeField(allow_null=True)
    rejected_by = serializers.CharField(allow_null=True, help_text="The plugin.")
    reason = serializers.CharField(allow_null=True)


class PendingEntrySerializer(serializers.Serializer[Any]):
    """An entry that waits until somebody approves it."""

    id = serializers.IntegerField()
    task_name = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    approved = serializers.BooleanField()
    added = serializers.DateTimeField(allow_null=True)


class PendingEntryDetailSerializer(PendingEntrySerializer):
    """The same with all its fields."""

    entry = serializers.DictField()


@exemplified(name="wanted")
class ListSerializer(serializers.Serializer[Any]):
    """A list that FlexGet manages."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=200, help_text="As the config names it.")
    added = serializers.DateTimeField(read_only=True, allow_null=True)
    count = serializers.IntegerField(read_only=True, help_text="How much is in it.")


@exemplified(
    title="Sintel.2010.1080p",
    original_url="https://feeds.example/sintel",
    entry={"quality": "1080p"},
)
class EntrySerializer(serializers.Serializer[Any]):
    """An entry of a list."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(max_length=MAX_TITLE)
    original_url = serializers.CharField(max_length=MAX_URL)
    added = serializers.DateTimeField(read_only=True, allow_null=True)
    entry = serializers.DictField(
        default=dict,
        help_text="Its other fields, as a task gets them. `url` is the original one, if not given.",
    )

    def validate_entry(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Refuse what FlexGet would not store."""
        private = [name for name in fields if name.startswith("_")]
        if private:
            message = gettext("FlexGet stores no field whose name begins with _: {names}.").format(
                names=", ".join(private)
            )
            raise serializers.ValidationError(message)
        url = fields.get("url", "-")
        if not isinstance(url, str) or not url:
            raise serializers.ValidationError({"url": gettext("It is a text.")})
        return fields


class ApprovableEntrySerializer(EntrySerializer):
    """An entry of a list that waits until somebody approves it."""

    approved = serializers.BooleanField(required=False)


@exemplified(title="Sintel", year=2010, identifiers={"imdb_id": "tt1727587"})
class MovieSerializer(serializers.Serializer[Any]):
    """A movie of a list."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(max_length=MAX_TITLE)
    year = serializers.IntegerField(default=None, allow_null=True, min_value=1850, max_value=2200)
    added = serializers.DateTimeField(read_only=True, allow_null=True)
    identifiers = serializers.DictField(
        child=serializers.CharField(max_length=200),
        default=dict,
        help_text="Such as `imdb_id`; `/api/movie_list/identifiers` names all.",
    )
