"""Executions and their entries as JSON, and what a request to run some looks like."""

from typing import Any

from rest_framework import serializers

from flexapi.api.serializers import NameOrNull, TextOrNull
from flexapi.mirror import credentials

from .models import Execution, ExecutionEntry


class SummarySerializer(serializers.Serializer[Execution]):
    """How many entries ended in which state."""

    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    failed = serializers.IntegerField()
    undecided = serializers.IntegerField()


class ExecutionSerializer(serializers.ModelSerializer[Execution]):
    """An execution. What is not known (yet) is null."""

    current_phase = TextOrNull()
    current_plugin = TextOrNull()
    current_task = TextOrNull()
    tasks = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Names or globs of the tasks that were asked for; none: all.",
    )
    options = serializers.DictField(read_only=True, help_text="As given to `flexget execute`.")
    requested_by = NameOrNull("requested_by.username")
    abort_reason = TextOrNull()
    waiting_for = TextOrNull(help_text="What keeps a pending one from running.")
    worker = TextOrNull(help_text="The process that runs it.")
    summary = SummarySerializer(source="*")

    class Meta:
        model = Execution
        fields = (
            "id",
            "status",
            "current_phase",
            "current_plugin",
            "current_task",
            "percent",
            "tasks",
            "options",
            "created",
            "started",
            "finished",
            "requested_by",
            "schedule",
            "caused_by",
            "summary",
            "abort_reason",
            "waiting_for",
            "queue",
            "worker",
            "log_lines",
        )
        read_only_fields = fields


class TraceStepSerializer(serializers.Serializer[Any]):
    """What a plugin noted on an entry."""

    plugin = serializers.CharField()
    operation = serializers.CharField()
    message = serializers.CharField()


class ExecutionEntrySerializer(serializers.ModelSerializer[ExecutionEntry]):
    """What became of an entry, who decided, and why; its URLs without credentials for some."""

    trace: Any = TraceStepSerializer(
        many=True, read_only=True, help_text="What each plugin noted on it."
    )

    class Meta:
        model = ExecutionEntry
        fields = ("task", "title", "url", "original_url", "state", "reason", "plugin", "trace")
        read_only_fields = fields

    def to_representation(self, entry: ExecutionEntry) -> dict[str, Any]:
        """Return it; a user who may not edit tasks sees no credentials of trackers."""
        data = super().to_representation(entry)
        if not self.context["request"].user.has_perm("tasks.change_task"):
            data |= {
                name: credentials.mask_text(data[name])
                for name in ("url", "original_url", "reason")
            }
            data["trace"] = [
                {**step, "message": credentials.mask_text(step["message"])}
                for step in data["trace"]
            ]
        return data
