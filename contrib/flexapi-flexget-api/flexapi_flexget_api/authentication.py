"""FlexGet's three ways of saying who asks: a token, a name with its password, the session of a login."""

import base64
import binascii

from django.contrib.auth.models import AbstractUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as DjangoSession
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from flexapi.api.accounts import by_password
from flexapi.api.accounts.authentication import TokenAuthentication
from flexapi.api.http import hosts

# What `request.auth` is where name and password were shown.
PASSWORD = "password"  # noqa: S105  What kind of thing it is, not one.


class PasswordAuthentication(BaseAuthentication):
    """`Basic` with name and password. Wrong ones are counted as attempts to log in are."""

    def authenticate(self, request: Request) -> tuple[AbstractUser, str] | None:
        """The user; None where no name and password are shown. Raises AuthenticationFailed, Throttled."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic" or not same_origin(request):
            return None
        try:
            shown = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, colon, password = shown.partition(":")
        if not colon or not name or "\0" in shown:
            return None
        return by_password.check(request, name, password), PASSWORD


class SessionAuthentication(DjangoSession):
    """The session's user. FlexGet's UI knows no form tokens, so that a page of this server asks is told by the headers."""

    def enforce_csrf(self, request: Request) -> None:
        """Raise PermissionDenied where a page of another site asks for a change."""
        if request.method not in SAFE_METHODS:
            require_same_origin(request)


AUTHENTICATION = (TokenAuthentication, PasswordAuthentication, SessionAuthentication)


def require_same_origin(request: Request) -> None:
    """Raise PermissionDenied where a page of another site asks."""
    if not same_origin(request):
        raise PermissionDenied("A page of another site may not do this.")


def same_origin(request: Request) -> bool:
    """Whether no page of another site asks: browsers say so, in one of two headers; who sends neither is none."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or hosts.is_same_origin(origin, request.META.get("HTTP_HOST", ""))
