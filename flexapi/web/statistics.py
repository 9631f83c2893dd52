"""The page of statistics."""

from typing import Any

from flexapi.web import page_data
from flexapi.web.views import PageView

# The days that one may look at, and what that is called.
PERIODS = {7: "a week", 30: "30 days", 90: "90 days", 365: "a year"}


class StatisticsView(PageView):
    """Runs, results and what was taken, day by day; its script asks the API."""

    template_name = "web/statistics.html"
    script = "web/js/statistics.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the periods and tasks to choose from."""
        tasks = page_data.tasks(self.request.user)
        return super().get_context_data(**kwargs, tasks=tasks, periods=PERIODS)

    def get_data(self) -> dict[str, Any]:
        """Where the figures are read."""
        return {"endpoints": page_data.endpoints("statistics")}
