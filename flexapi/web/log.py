"""The page of the log of all runs."""

from typing import Any

from executions.following.log_reader import LEVELS
from flexapi.web import page_data
from flexapi.web.views import PageView


class LogView(PageView):
    """The log lines of all executions, the latest first; its script asks the API."""

    template_name = "web/log.html"
    script = "web/js/log.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name what there is to choose from."""
        tasks = page_data.tasks(self.request.user)
        return super().get_context_data(**kwargs, tasks=tasks, levels=LEVELS[1:])

    def get_data(self) -> dict[str, Any]:
        """Where the lines are read."""
        return {"endpoints": page_data.endpoints("log")}
