"""The app of the movie queue."""

from typing import ClassVar

from django.apps import AppConfig

from executions import extensions


class MovieQueueConfig(AppConfig):
    """Movies that are wanted, until a run grabs them."""

    name = "movie_queue"
    verbose_name = "Movie queue"
    engine_methods = "movie_queue.flexget.lookup"
    flexget_plugins = "movie_queue.flexget.plugins"
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_queuedmovie", "view_grabbedmovie"],
        "operator": ["add_queuedmovie", "change_queuedmovie", "delete_queuedmovie"],
        "editor": ["*"],
    }

    def ready(self) -> None:
        """Send the queue along with each run and take its changes back."""
        from .runs import apply_change, queue_for_run  # They need the models.

        extensions.send_along("movie_queue", queue_for_run)
        extensions.on_report("movie_queue", apply_change)
