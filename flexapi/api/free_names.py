"""Objects whose id in the URL is a free text, such as a task's name: spaces, `%`, `/`, `?`, dots, any letter.

A client writes the name percent-encoded as one path segment: the task `a/b` is `/api/tasks/a%2Fb`. Servers hand
over the decoded path, in which that slash looks like any other. So `ApiMiddleware` routes on a path whose segments
are decoded except for `%` and `/`, which stay `%25` and `%2F`; `FreeNameMixin` decodes those two at last.
"""

from typing import Any
from urllib.parse import quote, unquote

from rest_framework.request import Request
from rest_framework.reverse import reverse

# Stands in for the name while Django builds a URL, since Django would encode the percent signs once more.
_PLACEHOLDER = "FREE-NAME"


def quote_name(name: str) -> str:
    """A name as one path segment. `.` and `..` are encoded as well: clients drop them from a path."""
    if name in (".", ".."):
        return name.replace(".", "%2E")
    return quote(name, safe="")


def routing_path(raw_path: str) -> str:
    """The path to route on: decoded once, but for the `%` and `/` inside of segments."""
    if "%" not in raw_path:
        return raw_path
    return "/".join(escape_segment(unquote(segment)) for segment in raw_path.split("/"))


def escape_segment(text: str) -> str:
    """Write `%` and `/` as `%25` and `%2F`; `unquote` turns the result back into the same text."""
    return text.replace("%", "%25").replace("/", "%2F")


class FreeNameMixin:
    """For a viewset whose `lookup_field` is a free text; `self.kwargs` then holds the text itself."""

    lookup_value_regex = "[^/]+"
    lookup_field: str
    lookup_url_kwarg: str | None
    kwargs: dict[str, Any]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        name = self.lookup_url_kwarg or self.lookup_field
        if name in self.kwargs:
            self.kwargs[name] = unquote(self.kwargs[name])
        initialized: Request = super().initialize_request(request, *args, **kwargs)  # type: ignore[misc]
        return initialized


def reverse_name(viewname: str, kwarg: str, name: str, request: Request | None = None) -> str:
    """The URL of the object with this name; absolute when a request is given."""
    url = reverse(viewname, kwargs={kwarg: _PLACEHOLDER}, request=request)
    return str(url).replace(_PLACEHOLDER, quote_name(name))
