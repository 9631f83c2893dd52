from flexapi.api import search
from flexapi.api.router import router
from tasks.models import Task
from tasks.starting.views import TaskTemplateViewSet
from tasks.trial_views import TryConfigViewSet
from tasks.views import TaskViewSet

router.register_view(
    "config/try", TryConfigViewSet.as_view({"post": "try_config"}), name="config-try"
)
router.register("tasks", TaskViewSet, basename="task")
search.register("task", Task.objects.find, "tasks.view_task")
router.register("task_templates", TaskTemplateViewSet, basename="task-template")
