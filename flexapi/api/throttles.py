"""Brakes on guessing passwords, per server process and without an outside service."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class LoginAddressThrottle(SimpleRateThrottle):
    """Attempts from one address, whatever the user name."""

    scope = "login_address"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class LoginUserThrottle(SimpleRateThrottle):
    """Attempts from one address for one user name."""

    scope = "login_user"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        data = request.data
        username = data.get("username") if isinstance(data, dict) else None
        if not isinstance(username, str):
            return None
        # A cache key holds neither spaces nor hundreds of letters.
        ident = f"{self.get_ident(request)}_{username[:150].lower().encode().hex()[:150]}"
        return self.cache_format % {"scope": self.scope, "ident": ident}
