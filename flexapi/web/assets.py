"""What every page is made of: its sheet in one file, and the modules that its scripts import, named before they ask for each other.

The first paint waits for sheets, and each request of a phone costs a round trip. There is no build step: files are read as they are.
"""

import functools
import posixpath
import re
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition

# In the order in which they overrule each other.
SHEETS = ("tokens", "frame", "parts", "app")
YEAR = 365 * 24 * 3600

_FOLDER = Path(__file__).with_name("static") / "web" / "css"
# What a module imports when it is loaded; `import(…)` waits until it is wanted.
_IMPORT = re.compile(r'^(?:import|export)\s+(?:[\w$*{}\s,]+?\sfrom\s+)?"(\.[^"]+)"', re.MULTILINE)


def _sheet() -> tuple[bytes, str]:
    """The sheet of all pages, and a name for what is in it."""
    paths = [_FOLDER / f"{name}.css" for name in SHEETS]
    return _joined(tuple((path, path.stat().st_mtime_ns) for path in paths))


@functools.lru_cache(maxsize=1)
def _joined(files: tuple[tuple[Path, int], ...]) -> tuple[bytes, str]:
    text = b"\n".join(path.read_bytes() for path, _ in files)
    return text, sha256(text).hexdigest()[:16]


def sheet_url() -> str:
    """Where the sheet is; the address changes with what is in it."""
    return f"{reverse('styles')}?v={_sheet()[1]}"


def _etag(request: HttpRequest) -> str:
    return f'"{_sheet()[1]}"'


@method_decorator([gzip_page, condition(etag_func=_etag)], name="dispatch")
class StylesView(View):
    """The sheet of all pages; anybody may read it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer it; who asks by the address in the page need never ask again."""
        body, version = _sheet()
        known = request.GET.get("v") == version
        kept = f"public, max-age={YEAR}, immutable" if known else "public, no-cache"
        headers = {"Cache-Control": kept}
        return HttpResponse(body, content_type="text/css; charset=utf-8", headers=headers)


@functools.lru_cache(maxsize=256)
def _imports(script: str) -> tuple[str, ...]:
    """The static files that a module imports; none where it isn't a file of this server."""
    found = finders.find(script)
    if not found:
        return ()
    folder = posixpath.dirname(script)
    text = Path(found).read_text(encoding="utf-8")
    return tuple(posixpath.normpath(posixpath.join(folder, name)) for name in _IMPORT.findall(text))


@functools.lru_cache(maxsize=256)
def modules(scripts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules as static files with all that they import, each once, those that a script names first."""
    found = dict.fromkeys(scripts)
    wanted = list(scripts)
    while wanted:
        new = [name for name in _imports(wanted.pop(0)) if name not in found]
        found |= dict.fromkeys(new)
        wanted += new
    return tuple(found)
