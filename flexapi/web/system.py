"""The page of the server itself."""

from typing import Any

from flexapi.web import page_data
from flexapi.web.views import PageView


class SystemView(PageView):
    """What `/api/server` knows, in words, and what superusers do about it; its script asks the API."""

    template_name = "web/system.html"
    script = "web/js/system.js"

    def get_data(self) -> dict[str, Any]:
        """Where it is read."""
        return {"endpoints": page_data.endpoints("server")}
