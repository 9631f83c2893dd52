"""`/api/tasks`."""

from rest_framework.request import Request

from flexapi.api.free_names import FreeNameMixin
from flexapi.api.viewsets import ReadOnlyViewSet
from flexapi.mirror import mirror
from tasks.models import Task
from tasks.serializers import TaskSerializer


class TaskViewSet(FreeNameMixin, ReadOnlyViewSet):
    """The tasks of FlexGet's config."""

    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    lookup_field = "name"
    ordering_fields = ("position", "name", "enabled")
    search_fields = ("name",)
    filterset_fields = ("enabled",)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Take in hand edits before anything is answered."""
        super().initial(request, *args, **kwargs)
        mirror.refresh()
