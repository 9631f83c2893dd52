"""Brakes on guessing passwords; all servers count together where they share a cache."""

import logging
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from flexapi import services

logger = logging.getLogger(__name__)

CACHE_ERRORS = services.redis_errors(settings.REDIS_URL)


class LoginThrottle(SimpleRateThrottle):
    """Counts in the shared cache or, while that can't be reached, in this process."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether another attempt is allowed now."""
        try:
            return super().allow_request(request, view)
        except CACHE_ERRORS as error:
            logger.warning("Attempts to log in are counted by this process alone: %s", error)
            self.cache = caches["process"]
            return super().allow_request(request, view)


class LoginAddressThrottle(LoginThrottle):
    """Attempts from one address, whatever the user name."""

    scope = "login_address"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class LoginUserThrottle(LoginThrottle):
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
