"""IRC connections as JSON."""

from typing import Any

from rest_framework import serializers


class IrcChannelSerializer(serializers.Serializer[Any]):
    """A channel of a connection."""

    name = serializers.CharField()
    joined = serializers.BooleanField()


class IrcLineSerializer(serializers.Serializer[Any]):
    """What was said in a channel."""

    time = serializers.DateTimeField()
    channel = serializers.CharField()
    text = serializers.CharField()


class IrcAnnounceSerializer(serializers.Serializer[Any]):
    """The last entry that was made of a line, and what came of it."""

    time = serializers.DateTimeField()
    title = serializers.CharField()
    execution = serializers.IntegerField(
        allow_null=True, help_text="The execution that has it; null where it was dropped."
    )


class IrcErrorSerializer(serializers.Serializer[Any]):
    """What went wrong last."""

    time = serializers.DateTimeField()
    message = serializers.CharField()


class IrcLogLineSerializer(IrcErrorSerializer):
    """A line of the connection's log."""

    level = serializers.CharField()


class IrcConnectionSerializer(serializers.Serializer[Any]):
    """A connection of the config's section `irc`."""

    name = serializers.CharField(help_text="Its key in the section.")
    state = serializers.ChoiceField(
        ["connected", "connecting", "failed", "stopped", "off"],
        help_text="`connecting`: for the first time, or again after its server let go; `failed`: it can't be made of its "
        "config and tracker file; `stopped`: somebody stopped it; `off`: there is no process for connections, "
        "`irc` at `/api/server` says why.",
    )
    server = serializers.CharField(allow_null=True)
    port = serializers.IntegerField(allow_null=True)
    nickname = serializers.CharField(
        allow_null=True,
        help_text="As the server has it; `********` for users who lack the permission to see credentials.",
    )
    channels = IrcChannelSerializer(many=True)
    connected_since = serializers.DateTimeField(allow_null=True)
    last_line = IrcLineSerializer(allow_null=True)
    last_announce = IrcAnnounceSerializer(allow_null=True)
    last_error = IrcErrorSerializer(allow_null=True)
    announces = serializers.IntegerField(
        help_text="Entries that it had run since its process began."
    )
    dropped = serializers.IntegerField(
        help_text="Entries beyond 60 a minute, which were not run, since then."
    )
    log = IrcLogLineSerializer(many=True, help_text="The last 50 lines, the newest last.")
