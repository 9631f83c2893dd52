from flexapi.api.router import router
from tasks.views import TaskViewSet

router.register("tasks", TaskViewSet, basename="task")
