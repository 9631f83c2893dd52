"""Users whom a proxy in front has logged in and names in a header, as Authelia and Authentik do.

The header counts from the addresses of `FLEXAPI_SSO_PROXIES` alone, by the connection's own end; from anybody else it is nothing. Django
drops headers with underscores, which a proxy may take for others.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from flexapi.api import errors
from flexapi.api.accounts import sso

# Under which a session has what the proxy said when it began.
SAID = "proxy_user"


def headers() -> tuple[str, str]:
    """Return the names of the headers of the user and of the groups, as `request.META` has them."""
    names = (settings.SSO_USER_HEADER, settings.SSO_GROUPS_HEADER)
    user, groups = (f"HTTP_{name.upper().replace('-', '_')}" for name in names)
    return user, groups


def named(meta: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """Return the user whom a trusted proxy names, and their groups; None where none does."""
    if not settings.SSO_PROXIES:
        return None
    user, groups = headers()
    name = meta.get(user, "").strip()
    if not name or not _is_trusted(meta.get("REMOTE_ADDR", "")):
        return None
    # Authelia puts commas between groups, Authentik bars.
    found = [group.strip() for group in re.split(r"[,|]", meta.get(groups, ""))]
    return name, [group for group in found if group]


def _is_trusted(address: str) -> bool:
    try:
        at = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(at, ipaddress.IPv6Address) and at.ipv4_mapped:
        at = at.ipv4_mapped
    return any(at in network for network in settings.SSO_PROXIES)


class ProxyUserMiddleware:
    """Makes whom the proxy names the user of a request; one that shows a token is the token's user's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = None if getattr(request, "is_short", False) else named(request.META)
        if found is not None:
            try:
                self._take(request, *found)
            except sso.NotLetIn as error:
                return _refused(request.path_info, str(error))
        return self.get_response(request)

    def _take(self, request: HttpRequest, name: str, groups: list[str]) -> None:
        said = [name, *groups]
        if request.user.is_authenticated and request.session.get(SAID) == said:
            return
        user = sso.user_of(name, groups)
        if errors.is_api(request.path_info) and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            # A program that keeps no cookies would leave a session behind with each request.
            request.user = user
            return
        sso.log_in(request, user)
        request.session[SAID] = said


def _refused(path: str, text: str) -> HttpResponse:
    if errors.is_api(path):
        return errors.error_response(path, 403, "permission_denied", text)
    return HttpResponse(text, status=403, content_type="text/plain")
