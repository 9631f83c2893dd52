"""A name and a password, checked with the same brakes wherever they are shown."""

import hashlib
import hmac
import secrets
import threading
import time
from typing import Any

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import AbstractUser
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from flexapi.api.accounts.throttles import LOGIN_THROTTLES, LoginAccountThrottle

WRONG = "The user name or the password is wrong."
# Seconds for which a password that was right counts without being checked again: checking one is slow on purpose.
REMEMBERED = 300.0
# So many are remembered.
MOST = 1000


class _Named:
    """What the throttles look at: a request of this address, as if its body were a login's."""

    def __init__(self, request: Request, username: str) -> None:
        self.META, self.headers = request.META, request.headers
        self.data = {"username": username}


def attempt(request: Request, username: str, password: str) -> AbstractUser:
    """Return the user with this name and password, as `POST /api/auth/login` finds it, which counts attempts.

    Raises AuthenticationFailed, Throttled.
    """
    _brake(request, username)
    user = authenticate(request._request, username=username, password=password)
    if not isinstance(user, AbstractUser):
        raise AuthenticationFailed(WRONG)
    LoginAccountThrottle().forget(username)
    return user


def _brake(request: Request, username: str) -> None:
    named: Any = _Named(request, username)
    waits = []
    for kind in LOGIN_THROTTLES:
        throttle = kind()
        if not throttle.allow_request(named, None):  # type: ignore[arg-type]
            waits.append(throttle.wait())
    if waits:
        known = [wait for wait in waits if wait is not None]
        raise Throttled(max(known, default=None))


def check(request: Request, username: str, password: str) -> AbstractUser:
    """Return the user with this name and password. Raises AuthenticationFailed, Throttled.

    For clients that show both with every request: only what isn't remembered counts as an attempt.
    """
    user = _remembered.find(username, password)
    if user is not None:
        return user
    found = attempt(request, username, password)
    _remembered.note(username, password, found)
    return found


class _Remembered:
    """Passwords that were right lately, as hashes that only this process can make."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[float, int, str]] = {}

    def find(self, username: str, password: str) -> AbstractUser | None:
        """Return the user, read again; None where nothing is remembered, or the password is another by now."""
        known = self._known.get(self._digest(username, password))
        if known is None or time.monotonic() - known[0] > REMEMBERED:
            return None
        user = get_user_model().objects.filter(pk=known[1], is_active=True).first()
        return user if isinstance(user, AbstractUser) and user.password == known[2] else None

    def note(self, username: str, password: str, user: AbstractUser) -> None:
        """Remember that the password is the user's."""
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            digest = self._digest(username, password)
            self._known[digest] = (time.monotonic(), user.pk, user.password)

    def _digest(self, username: str, password: str) -> bytes:
        text = f"{username}\0{password}".encode(errors="replace")
        return hmac.digest(self._key, text, hashlib.sha256)


_remembered = _Remembered()
