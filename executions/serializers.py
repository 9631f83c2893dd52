"""Executions and their entries as JSON, and what a request to run some looks like."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext
from rest_framework import serializers

from flexapi import phrases
from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer, NameOrNull, PhraseOrNull, TextOrNull
from flexapi.mirror import credentials
from flexapi.mirror.masked_serializers import EyesMixin, MaskedMixin

from .explaining import explained
from .kept_entries import fields_of, readable
from .models import Execution, ExecutionEntry, TaskResult


class SummarySerializer(serializers.Serializer[Execution]):
    """How many entries ended in which state."""

    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    failed = serializers.IntegerField()
    undecided = serializers.IntegerField()


def shown_options(options: dict[str, Any], eyes: credentials.Eyes) -> dict[str, Any]:
    """Return the options of a run as somebody sees them.

    What is put into a run in place of what the config says is shown to most as far as its names.
    """
    shown: dict[str, Any] = eyes.shown(options)
    if eyes.reveal:
        return shown
    if "cli_config" in options:
        shown["cli_config"] = [_assigned(pair) for pair in options["cli_config"]]
    if "inject" in options:
        shown["inject"] = [
            entry | {"fields": dict.fromkeys(entry.get("fields", {}), credentials.MASK)}
            for entry in shown["inject"]
        ]
    return shown


def _assigned(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={credentials.MASK}" if equals else credentials.MASK


def executions_for(user: Any, rows: QuerySet[Execution] | list[Execution]) -> list[dict[str, Any]]:
    """Return executions as JSON, as a user may see them."""
    context = {"user": user}
    return [dict(data) for data in ExecutionSerializer(rows, many=True, context=context).data]


class ExecutionSerializer(EyesMixin, ModelSerializer[Execution]):
    """An execution. What is not known (yet) is null.

    The context has the `request` of the one who asks, or the `user`.
    """

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
    irc = TextOrNull(help_text="The IRC connection whose announce asked for it.")
    hook = TextOrNull(help_text="The hook whose sender asked for it.")
    abort_reason = TextOrNull(
        help_text="Why it failed or was aborted, as it was said; a line a task."
    )
    explanation = serializers.SerializerMethodField(
        help_text="What `abort_reason` means and what to do, where it is a common one."
    )
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
            "irc",
            "hook",
            "caused_by",
            "trial",
            "entries_of",
            "summary",
            "abort_reason",
            "explanation",
            "waiting_for",
            "queue",
            "priority",
            "worker",
            "log_lines",
        )
        read_only_fields = fields

    def to_representation(self, execution: Execution) -> dict[str, Any]:
        """Return it as the user who asks may see it."""
        data = super().to_representation(execution)
        data |= self.eyes.shown({name: data[name] for name in ("abort_reason", "waiting_for")})
        reason = data["abort_reason"] or ""
        data["abort_reason"] = phrases.translated_lines(reason, gettext) or None
        data["explanation"] = explained(reason)
        if data["waiting_for"]:
            data["waiting_for"] = phrases.translated(data["waiting_for"], gettext)
        data["options"] = shown_options(data["options"], self.eyes)
        return data

    def get_explanation(self, execution: Execution) -> str | None:
        """Nothing yet: it is of the reason as the user may see it."""
        return None


@exemplified(priority=10)
class PlaceSerializer(ModelSerializer[Execution]):
    """The place of an execution among those that wait."""

    class Meta:
        model = Execution
        fields = ("priority",)
        extra_kwargs: ClassVar[dict[str, Any]] = {"priority": {"required": True}}


class TraceStepSerializer(serializers.Serializer[Any]):
    """What a plugin noted on an entry."""

    plugin = serializers.CharField()
    operation = serializers.CharField()
    message = serializers.CharField()


class FateSerializer(serializers.Serializer[Any]):
    """What became of an entry in one run."""

    state = serializers.ChoiceField(ExecutionEntry.State.choices)
    reason = serializers.CharField()
    plugin = serializers.CharField(help_text="The plugin that decided about it.")


class ChangeSerializer(serializers.Serializer[Any]):
    """An entry in the run whose entries a replay got, and in the replay."""

    task = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    before = FateSerializer(allow_null=True, help_text="Null where it was not there.")
    after = FateSerializer(allow_null=True, help_text="Null where it is not there any more.")


class ReasonSerializer(serializers.Serializer[Any]):
    """How many entries of a task a plugin left in one state for the same reason."""

    task = serializers.CharField()
    state = serializers.ChoiceField(ExecutionEntry.State.choices)
    plugin = serializers.CharField(help_text="The plugin that decided about them.")
    reason = serializers.CharField(help_text="With `…` in place of their titles.")
    entries = serializers.IntegerField(help_text="How many they are.")


class ExecutionEntrySerializer(MaskedMixin, ModelSerializer[ExecutionEntry]):
    """What became of an entry, who decided, and why; without credentials for some."""

    trace: Any = TraceStepSerializer(
        many=True, read_only=True, help_text="What each plugin noted on it."
    )

    class Meta:
        model = ExecutionEntry
        fields: tuple[str, ...] = (
            "id",
            "task",
            "title",
            "url",
            "original_url",
            "state",
            "reason",
            "plugin",
            "trace",
        )
        read_only_fields: tuple[str, ...] = fields


class EntryDetailSerializer(ExecutionEntrySerializer):
    """An entry with the fields that it came in with."""

    came_with: Any = serializers.SerializerMethodField(
        help_text="The fields that it had behind the inputs; null where they are no longer kept."
    )

    class Meta(ExecutionEntrySerializer.Meta):
        fields: tuple[str, ...] = (*ExecutionEntrySerializer.Meta.fields, "came_with")
        read_only_fields = fields

    def get_came_with(self, entry: ExecutionEntry) -> dict[str, Any] | None:
        """Return the fields; what a field of credentials holds is hidden as well."""
        found: dict[str, Any] | None = readable(fields_of(entry))
        if found is None or self.eyes.reveal:
            return found
        masked: dict[str, Any] = credentials.mask_value(found)
        return masked


class TaskResultSerializer(MaskedMixin, ModelSerializer[TaskResult]):
    """How a task ended in an execution."""

    reason = PhraseOrNull(help_text="Why it did not run to its end.")
    summary = SummarySerializer(source="*")

    class Meta:
        model = TaskResult
        fields = ("execution", "task", "status", "reason", "summary", "started", "finished")
        read_only_fields = fields


def results_for(user: Any, rows: Iterable[TaskResult]) -> list[dict[str, Any]]:
    """Return results of tasks as JSON, as a user may see them."""
    context = {"user": user}
    return [
        dict(data) for data in TaskResultSerializer(list(rows), many=True, context=context).data
    ]
