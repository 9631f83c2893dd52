"""The page of the server itself."""

from flexapi.web.views import PageView


class SystemView(PageView):
    """What `/api/server` knows, in words, and what superusers do about it; its script asks the API."""

    template_name = "web/system.html"
    script = "web/js/system.js"
