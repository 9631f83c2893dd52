"""FlexGet's web UI v2, as FlexGet's wheel ships it: its files as they are, and its page with the base it asks for.

Beside them the page loads two of FlexAPI's: the dark scheme where the system is dark, and what a phone needs.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

_MISSING = "FlexGet's web UI is not here: the FlexGet that FlexAPI was installed with ships none.\n"
# FlexAPI's own files, and how the page loads them.
OWN = Path(__file__).parent / "static"
_LOADED = '<link href="own/phone.css" rel="stylesheet">\n<script src="own/dark.js" defer></script>\n</head>'
# Beside what FlexAPI's pages may do: workers of the editor, styles that its scripts put into the page. Its fonts of
# another server are not among that.
_POLICY = {
    "base-uri": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "style-src-attr": ["'unsafe-inline'"],
    "worker-src": ["'self'", "blob:"],
    "font-src": ["'self'", "data:"],
}


@cache
def folder() -> Path | None:
    """Return where the built UI is; None where there is none. FlexGet itself is not imported."""
    found = find_spec("flexget")
    for place in (found and found.submodule_search_locations) or ():
        built = Path(place, "ui", "v2", "dist")
        if (built / "index.html").is_file():
            return built
    return None


@require_safe
@csp_replace(_POLICY)
def page(request: HttpRequest, drawn: str = "") -> HttpResponse:
    """The page that loads the UI, which draws what the path names; who asks is what its own login finds out."""
    if drawn.startswith(("assets/", "own/")):
        raise Http404
    built = folder()
    if built is None:
        return HttpResponse(_MISSING, status=404, content_type="text/plain")
    base = escape(reverse("flexget-ui").rstrip("/"))
    text = (built / "index.html").read_text(encoding="utf-8")
    text = text.replace("{{ base_url }}", base).replace("</head>", _LOADED, 1)
    return HttpResponse(text)
