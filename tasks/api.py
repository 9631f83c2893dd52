from flexapi.api.router import router
from tasks.trial_views import TryConfigViewSet
from tasks.views import TaskViewSet

router.register_view(
    "config/try", TryConfigViewSet.as_view({"post": "try_config"}), name="config-try"
)
router.register("tasks", TaskViewSet, basename="task")
