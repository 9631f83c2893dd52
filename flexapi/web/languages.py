"""What the pages' scripts say in other languages than English: one script a language, kept by browsers until it changes."""

import functools
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition
from django.views.i18n import JavaScriptCatalog

# The admin's own as well: in the admin, its jQuery throws away the catalogue that was there before.
PACKAGES = ["flexapi", "django.contrib.admin"]
YEAR = 365 * 24 * 3600


@functools.lru_cache(maxsize=len(settings.LANGUAGES))
def _script(language: str) -> tuple[bytes, str]:
    """The script of a language, and a name for what is in it."""
    with translation.override(language):
        catalogue = JavaScriptCatalog(packages=PACKAGES).get(HttpRequest())
    return catalogue.content, sha256(catalogue.content).hexdigest()[:16]


def texts_url(language: str) -> str:
    """Where the script of a language is; the address changes with what is in it."""
    return f"{reverse('texts', args=[language])}?v={_script(language)[1]}"


def _etag(request: HttpRequest, language: str) -> str | None:
    return f'"{_script(language)[1]}"' if language in dict(settings.LANGUAGES) else None


@method_decorator([gzip_page, condition(etag_func=_etag)], name="dispatch")
class TextsView(View):
    """Django's catalogue of JavaScript texts; anybody may read it, as it is what the program says."""

    def get(self, request: HttpRequest, language: str, **kwargs: Any) -> HttpResponse:
        """Answer the script; who asks by the address in the page need never ask again."""
        if language not in dict(settings.LANGUAGES):
            raise Http404
        body, version = _script(language)
        kept = (
            f"public, max-age={YEAR}, immutable"
            if request.GET.get("v") == version
            else "public, no-cache"
        )
        headers = {"Cache-Control": kept}
        return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)
