"""Shows, seasons, episodes and releases as JSON (see series.flexget, which makes it)."""

from typing import Any

from rest_framework import serializers

from flexapi.api.schema import exemplified


class LatestReleaseSerializer(serializers.Serializer[dict[str, Any]]):
    """The release that was downloaded last, of the latest season or episode."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    quality = serializers.CharField()
    first_seen = serializers.DateTimeField(allow_null=True)


class LatestEntitySerializer(serializers.Serializer[dict[str, Any]]):
    """The latest season or episode of which something was downloaded."""

    kind = serializers.ChoiceField(["seasons", "episodes"])
    id = serializers.IntegerField()
    identifier = serializers.CharField()
    season = serializers.IntegerField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)
    latest_release = LatestReleaseSerializer()


class NextExpectedSerializer(serializers.Serializer[dict[str, Any]]):
    """When the next episode is likely to turn up, judged by the days on which the last ones did."""

    date = serializers.DateField()
    every_days = serializers.IntegerField(help_text="How many days usually lie between two.")


@exemplified(name="Sintel", begin="S01E02", alternate_names=["Sintel: the series"])
class ShowSerializer(serializers.Serializer[dict[str, Any]]):
    """A show that FlexGet knows."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=200)
    identified_by = serializers.CharField(
        read_only=True, help_text="How its episodes are told apart: ep, date, sequence, id, auto."
    )
    begin = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=50,
        help_text="The first episode to take: S02E05, S02, 2026-01-31 or a number.",
    )
    alternate_names = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=100
    )
    tasks = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Tasks that name it."
    )
    seasons = serializers.IntegerField(read_only=True)
    episodes = serializers.IntegerField(read_only=True)
    latest_entity = LatestEntitySerializer(read_only=True, allow_null=True)
    next_expected = NextExpectedSerializer(
        read_only=True,
        allow_null=True,
        help_text="Null where it comes irregularly, or hasn't come for long.",
    )


@exemplified(begin="S02E01")
class ShowChangeSerializer(ShowSerializer):
    """What can be changed of a show."""

    name = serializers.CharField(read_only=True)


class EntitySerializer(serializers.Serializer[dict[str, Any]]):
    """A season or an episode in a list."""

    id = serializers.IntegerField()
    identifier = serializers.CharField()
    season = serializers.IntegerField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)
    premiere = serializers.CharField(
        allow_null=True, help_text="Series Premiere or Season Premiere, where it is one."
    )
    first_seen = serializers.DateTimeField(allow_null=True)
    releases = serializers.IntegerField(help_text="How many there are.")


class ReleaseSerializer(serializers.Serializer[dict[str, Any]]):
    """A release that FlexGet saw."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    quality = serializers.CharField()
    downloaded = serializers.BooleanField()
    proper_count = serializers.IntegerField()
    first_seen = serializers.DateTimeField(allow_null=True)


class EntityDetailSerializer(EntitySerializer):
    """A season or an episode with its releases."""

    releases: Any = ReleaseSerializer(many=True)
