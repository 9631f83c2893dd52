"""Task templates as JSON."""

from typing import Any

from rest_framework import serializers

from tasks.starting.templates import TaskTemplate


class TaskTemplateSerializer(serializers.Serializer[TaskTemplate]):
    """A kind of task that one may start from."""

    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    schema = serializers.SerializerMethodField(
        help_text="JSON Schema of what is filled in, with titles, descriptions, defaults and examples. `x-titles` has"
        " people's words for the values of an `enum`; a field with `x-output` counts where `output` is that."
    )

    def get_schema(self, template: TaskTemplate) -> dict[str, Any]:
        schema = template.schema()
        for field in schema["properties"].values():
            if field.get("format") == "quality":
                field["examples"] = self.context["qualities"]
        return schema


class RenderedTaskSerializer(serializers.Serializer[Any]):
    """The task that comes of a template."""

    text = serializers.CharField(help_text="The task's YAML source, for `POST /api/tasks`.")
    missing: Any = serializers.ListField(
        child=serializers.CharField(),
        help_text="With `partial`: the fields that have to be filled in still; `…` stands for them.",
    )
