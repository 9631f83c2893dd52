"""Executions and their entries as JSON, and what a request to run some looks like."""

from typing import Any

from rest_framework import serializers

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
    """What became of an entry, who decided, and why."""

    class Meta:
        model = ExecutionEntry
        fields = ("task", "title", "url", "original_url", "state", "reason", "plugin", "trace")
        read_only_fields = fields
