"""Executions and their entries as JSON, and what a request to run some looks like."""

from typing import Any

from rest_framework import serializers

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

    requested_by = serializers.CharField(source="requested_by.username", default=None)
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

    def to_representation(self, execution: Execution) -> dict[str, Any]:
        """Return it with null in place of empty text."""
        data = super().to_representation(execution)
        for name in (
            "current_phase",
            "current_plugin",
            "current_task",
            "abort_reason",
            "waiting_for",
            "worker",
        ):
            data[name] = data[name] or None
        return data


class ExecutionEntrySerializer(serializers.ModelSerializer[ExecutionEntry]):
    """What became of an entry, who decided, and why; its URLs without credentials for some."""

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
