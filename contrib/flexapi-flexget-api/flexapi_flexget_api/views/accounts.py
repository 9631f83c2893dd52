"""`auth/…` and `user/…`."""

from typing import cast

from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.accounts import by_password
from flexapi.api.accounts.narrowing import narrowing_of
from flexapi.api.models import ApiToken
from flexapi.api.parameters import flag

from .. import tokens
from ..authentication import PASSWORD, require_same_origin
from ..shapes import Refused, check, message
from .base import FlexGetView

_LOGIN = {
    "type": "object",
    "properties": {"username": {"type": "string"}, "password": {"type": "string"}},
    "required": ["username", "password"],
    "additionalProperties": False,
}
_PASSWORD = {
    "type": "object",
    "properties": {"password": {"type": "string"}},
    "required": ["password"],
    "additionalProperties": False,
}


class Login(FlexGetView):
    """Log in by name and password; the session is the browser's, or with `remember` outlives it."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        require_same_origin(request)
        given = check(request.data, _LOGIN)
        name = given["username"][:150]
        try:
            user = by_password.attempt(request, name, given["password"])
        except AuthenticationFailed as error:
            raise Refused(401, "Invalid username or password") from error
        login(request._request, cast(User, user))
        if not flag(request, "remember"):
            request._request.session.set_expiry(0)
        return message("user logged in")


class Logout(FlexGetView):
    """End the session, if there is one."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        require_same_origin(request)
        logout(request._request)
        return message("User logged out")


class Token(FlexGetView):
    """The token that FlexGet shows; whoever came with one is shown that."""

    def get(self, request: Request) -> Response:
        if isinstance(request.auth, ApiToken):
            return Response({"token": tokens.presented(request)})
        return Response({"token": tokens.of(cast(User, request.user))})

    def put(self, request: Request) -> Response:
        if narrowing_of(request.user) is not None:
            raise PermissionDenied("You may not do this: this token is narrowed.")
        return Response({"token": tokens.renewed(cast(User, request.user))})


class Password(FlexGetView):
    """A new password, for whoever shows the old one with the request."""

    def put(self, request: Request) -> Response:
        if request.auth != PASSWORD:
            raise PermissionDenied(
                "Show the old password: authenticate with Basic, or use the page /accounts/password/."
            )
        user = cast(User, request.user)
        password = check(request.data, _PASSWORD)["password"]
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Refused(400, " ".join(error.messages)) from error
        user.set_password(password)
        user.save(update_fields=["password"])
        return message("Successfully changed user password")
