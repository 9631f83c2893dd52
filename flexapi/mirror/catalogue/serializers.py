"""FlexGet's plugins as JSON."""

from typing import Any

from rest_framework import serializers


class PluginSerializer(serializers.Serializer[Any]):
    """A plugin of FlexGet's."""

    name = serializers.CharField(help_text="The key in a task.")
    summary = serializers.CharField(help_text="The first paragraph of its help.")
    category = serializers.CharField(allow_null=True)
    builtin = serializers.BooleanField(help_text="Whether it acts in every task.")
    phases: Any = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Its priority in each phase that it acts in; the highest is called first.",
    )
    interfaces: Any = serializers.ListField(
        child=serializers.CharField(),
        help_text="What it can be used as: `task`, `list`, `search` …",
    )
    wiki = serializers.CharField(
        allow_null=True, help_text="Its page in FlexGet's wiki; null for one that isn't FlexGet's."
    )
    deprecated = serializers.CharField(allow_null=True, help_text="What to use in its place.")
    missing: Any = serializers.ListField(
        child=serializers.CharField(),
        help_text="Python packages that its source imports and that aren't installed; it may do without some.",
    )
    left_out = serializers.CharField(
        allow_null=True, help_text="Why it could not be loaded or is not in use yet."
    )
    uses = serializers.IntegerField(
        help_text="How many tasks and templates of the config have it, in another plugin (`discover`) or not."
    )


class PluginDetailSerializer(PluginSerializer):
    """A plugin with its help and its schema."""

    help = serializers.CharField()
    schema = serializers.JSONField(
        allow_null=True,
        help_text="JSON Schema of its settings, with all that it refers to in `$defs`.",
    )
