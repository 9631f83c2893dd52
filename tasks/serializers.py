"""Tasks as JSON."""

from typing import Any

from rest_framework import serializers

from executions.serializers import TaskResultSerializer
from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer
from flexapi.mirror import credentials
from flexapi.mirror.invalid import InvalidTaskSerializer, invalid_tasks
from tasks import details
from tasks.models import Task


def shown(task: Task, hide: credentials.Hide | None) -> dict[str, Any]:
    """Return a task as lists show it; `hide` hides credentials in texts, and where there is one, the others are hidden too."""
    config = task.config
    if hide is not None:
        config = credentials.mask_value(config, ("tasks", task.key), hide=hide)
    return {
        "name": task.name,
        "enabled": task.enabled,
        "position": task.position,
        "config": config,
    }


class TaskSerializer(ModelSerializer[Task]):
    """A task of the config."""

    config = serializers.JSONField(help_text="The task's plugins, as in FlexGet's config.")

    class Meta:
        model = Task
        fields: tuple[str, ...] = ("name", "enabled", "position", "config")

    def to_representation(self, instance: Task) -> dict[str, Any]:
        return shown(instance, self.context["view"].hide)


class LastExecutionSerializer(serializers.Serializer[Any]):
    """The latest execution that was asked to run a task."""

    id = serializers.IntegerField()
    status = serializers.CharField()
    created = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)


class TaskDetailSerializer(TaskSerializer):
    """A task with what is going on around it."""

    invalid = InvalidTaskSerializer(
        allow_null=True, read_only=True, help_text="Why FlexGet refuses to run it; null: it runs."
    )
    last_execution = LastExecutionSerializer(allow_null=True, read_only=True)
    last_result = TaskResultSerializer(
        allow_null=True, read_only=True, help_text="How the task itself ended when it ran last."
    )

    class Meta(TaskSerializer.Meta):
        fields: tuple[str, ...] = (
            *TaskSerializer.Meta.fields,
            "queue",
            "invalid",
            "last_execution",
            "last_result",
        )

    def get_fields(self) -> dict[str, Any]:
        """With what other apps add."""
        return {**super().get_fields(), **details.fields()}

    def to_representation(self, instance: Task) -> dict[str, Any]:
        last, result = instance.last_execution(), instance.last_result()
        return {
            **super().to_representation(instance),
            "queue": instance.queue,
            "invalid": invalid_tasks().get(instance.key),
            "last_execution": None if last is None else LastExecutionSerializer(last).data,
            "last_result": result and TaskResultSerializer(result, context=self.context).data,
            **details.of(instance),
        }


class TrialSerializer(serializers.Serializer[Any]):
    """How to try."""

    options = serializers.DictField(
        required=False,
        help_text="Options of the run, as `GET /api/execution/options` describes them (default: `now`).",
    )
    entries_of = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=10**18 - 1,
        help_text="The id of an execution: its entries, as they came in, take the place of what the inputs give.",
    )
    forget = serializers.BooleanField(
        default=True,
        help_text="With `entries_of`: what FlexGet remembers of entries (`seen`, series that were taken) doesn't count.",
    )


class TriedTaskSerializer(TrialSerializer):
    """A task to try: its config, or that of the file without one."""

    config = serializers.JSONField(required=False, help_text="As in PUT.")


class TriedConfigSerializer(TrialSerializer):
    """A whole config to try."""

    text = serializers.CharField(trim_whitespace=False, help_text="YAML.")
    tasks: Any = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Names or globs of the tasks to run; none: all.",
    )


class OriginSerializer(serializers.Serializer[Any]):
    """Where a value of a task comes from."""

    path = serializers.ListField(help_text="Keys and indexes that lead to the value in `config`.")
    kind = serializers.ChoiceField(("task", "template", "include"))
    name = serializers.CharField(
        help_text="The task, the template, or the included file as the config names it."
    )
    file = serializers.CharField(help_text="The file in which it is written.")
    line = serializers.IntegerField(allow_null=True, help_text="Its line there, from 1.")
    written = serializers.CharField(
        allow_null=True,
        help_text="What is written there, where variables make another value of it.",
    )


class MergedTaskSerializer(serializers.Serializer[Any]):
    """A task as FlexGet runs it."""

    config = serializers.JSONField(
        help_text="Its plugins, with variables, templates and included files applied."
    )
    origins = OriginSerializer(many=True)
    problem = serializers.CharField(
        allow_null=True, help_text="Why FlexGet can't prepare it; `config` is as far as it got."
    )


class QueueField(serializers.CharField):
    """The queue of a task, checked as the model checks it."""

    def __init__(self) -> None:
        field = Task._meta.get_field("queue")
        super().__init__(
            required=False,
            max_length=field.max_length,
            validators=list(field.validators),
            help_text=field.help_text,
        )


@exemplified(name="shows", config={"rss": "https://feeds.example/tv", "series": ["Sintel"]})
class NewTaskSerializer(serializers.Serializer[Any]):
    """A task to add."""

    name = serializers.CharField(trim_whitespace=False, help_text="A leading `_` disables it.")
    config = serializers.JSONField(allow_null=True)
    enabled = serializers.BooleanField(required=False)
    queue = QueueField()


class ReplacedTaskSerializer(serializers.Serializer[Any]):
    """What a task is to be."""

    name = serializers.CharField(trim_whitespace=False, required=False)
    config = serializers.JSONField(allow_null=True)
    enabled = serializers.BooleanField(required=False)
    queue = QueueField()


@exemplified(enabled=False, config={"accept_all": True})
class ChangedTaskSerializer(serializers.Serializer[Any]):
    """What is to change about a task; `config` is a JSON Merge Patch (RFC 7396)."""

    name = serializers.CharField(trim_whitespace=False, required=False)
    config = serializers.JSONField(required=False, allow_null=True)
    enabled = serializers.BooleanField(required=False)
    queue = QueueField()
