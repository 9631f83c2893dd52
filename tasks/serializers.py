"""Tasks as JSON."""

from rest_framework import serializers

from tasks.models import Task


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task of the config."""

    class Meta:
        model = Task
        fields = ("name", "enabled", "position", "config")
