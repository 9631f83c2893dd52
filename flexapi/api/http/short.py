"""The short way of a request of the API that shows a token: past what only browsers need.

Sessions, messages, the form token and static files are for pages. A program that shows a token and no cookie has
none of them, so their middleware passes its request on. What checks and protects (hosts, sizes, headers) does not.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from flexapi.api import errors, mounts
from flexapi.api.accounts import proxy_user, shown

# Logging in makes a session; at a mounted API as well, where it is done below the same name.
_AUTH = "auth/"


def is_short(request: HttpRequest) -> bool:
    """Whether a request needs nothing that only browsers need."""
    meta = request.META
    return (
        not meta.get("HTTP_COOKIE")
        and errors.is_api(request.path_info)
        and not _is_login(request.path_info)
        # Whom a proxy in front has logged in with a name and a password isn't who shows a token.
        and proxy_user.named(meta) is None
        # Pages, the browsable API among them, are made with what is left out.
        and "html" not in meta.get("HTTP_ACCEPT", "")
        and any(shown.tokens(meta))
    )


def _is_login(path: str) -> bool:
    prefix = mounts.mounted(path) or "api"
    return path.startswith(f"/{prefix}/{_AUTH}")


class _ForPages:
    """Passes short requests on."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if getattr(request, "is_short", False):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class StaticFiles(_ForPages, WhiteNoiseMiddleware):
    """WhiteNoise's, for the folders that plugins name as well."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        for prefix, folder in mounts.static_folders.items():
            self.add_files(str(folder), prefix=f"/{prefix}/")


class Sessions(_ForPages, SessionMiddleware):
    """Django's."""


class Csrf(_ForPages, CsrfViewMiddleware):
    """Django's. A view that is not exempt is checked all the same."""


class Users(_ForPages, AuthenticationMiddleware):
    """Django's; the user of a token is found by the view."""


class Messages(_ForPages, MessageMiddleware):
    """Django's."""
