"""Brakes on guessing passwords; all servers count together where they share a cache."""

import hashlib
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from flexapi import services

logger = logging.getLogger(__name__)

CACHE_ERRORS = services.redis_errors(settings.REDIS_URL)


class SharedThrottle(SimpleRateThrottle):
    """Counts `what` in the shared cache or, while that can't be reached, in this process."""

    what = "Requests"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether another one is allowed now."""
        try:
            return super().allow_request(request, view)
        except CACHE_ERRORS as error:
            logger.warning("%s are counted by this process alone: %s", self.what, error)
            self.cache = caches["process"]
            return super().allow_request(request, view)


class LoginThrottle(SharedThrottle):
    """For attempts to log in."""

    what = "Attempts to log in"


class LoginAddressThrottle(LoginThrottle):
    """Attempts from one address, whatever the user name."""

    scope = "login_address"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class LoginUserThrottle(LoginThrottle):
    """Attempts from one address for one user name."""

    scope = "login_user"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        username = _username(request)
        if username is None:
            return None
        ident = f"{self.get_ident(request)}_{_ident(username)}"
        return self.cache_format % {"scope": self.scope, "ident": ident}


class LoginAccountThrottle(LoginThrottle):
    """Attempts for one user name from all addresses together, since it last logged in.

    Whoever guesses from many addresses is stopped here, and so is the user until they stop; sessions and tokens go on.
    """

    scope = "login_account"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        username = _username(request)
        return None if username is None else self._key(username)

    def forget(self, username: str) -> None:
        """Begin to count again: the user knows the password."""
        try:
            self.cache.delete(self._key(username))
        except CACHE_ERRORS as error:
            logger.warning("Attempts to log in are counted by this process alone: %s", error)
        caches["process"].delete(self._key(username))

    def _key(self, username: str) -> str:
        return self.cache_format % {"scope": self.scope, "ident": _ident(username)}


# All that count an attempt to log in; each counts it, whatever the others say.
LOGIN_THROTTLES: tuple[type[LoginThrottle], ...] = (
    LoginAddressThrottle,
    LoginUserThrottle,
    LoginAccountThrottle,
)


def forget_attempts(sender: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Django's `user_logged_in`: what was tried before was the user's own mistyping."""
    LoginAccountThrottle().forget(user.get_username())


def _username(request: Request) -> str | None:
    data = request.data
    username = data.get("username") if isinstance(data, dict) else None
    return username if isinstance(username, str) else None


def _ident(username: str) -> str:
    """Return what stands for a user name in a key: a cache takes neither spaces nor hundreds of letters there."""
    return hashlib.sha256(username[:150].lower().encode(errors="replace")).hexdigest()
