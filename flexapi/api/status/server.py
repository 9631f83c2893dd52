"""`/api/server`: versions, and what each part of the server says of itself."""

import importlib.metadata
import platform
import time
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.db import Error
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi import hiding, time_zone
from flexapi.api.errors import of_storage
from flexapi.api.viewsets import one
from flexapi.registry import Registry
from flexapi.version import VERSION

# Seconds that all parts may take together; what is asked for later is unknown.
TIME = 0.5

parts: Registry[str, Callable[[], Any]] = Registry("part of /api/server")


class Unavailable(Exception):
    """Raised by a part that has nothing to say now; its text is shown in place of the part."""


def register(name: str, part: Callable[[], Any]) -> None:
    """Add a part: `part()` answers what JSON can hold, or raises Unavailable.

    It takes milliseconds, and waits for nobody: what it can't know at once it leaves unknown.
    Raises ValueError for a name that is taken.
    """
    parts.add(name, part)


def versions() -> dict[str, str]:
    """The versions of what is at work, by name."""
    return {
        "flexapi": VERSION,
        "flexget": importlib.metadata.version("flexget"),
        "python": platform.python_version(),
        "django": django.get_version(),
    }


def zone() -> dict[str, str]:
    """By which time zone schedules go; `problem` says what is wrong with `TZ`, "" where all is well."""
    return {"name": str(time_zone.zone()), "problem": settings.TIME_ZONE_PROBLEM}


register("versions", versions)
register("time_zone", zone)


def status() -> dict[str, Any]:
    """Every part; one that is unavailable, or not known in time, is `{"error": "why"}`."""
    result: dict[str, Any] = {}
    deadline = time.monotonic() + TIME
    for name, part in parts.items():
        try:
            if time.monotonic() > deadline:
                raise Unavailable("Not known: the others took too long.")
            result[name] = part()
        except Unavailable as error:
            result[name] = {"error": str(error)}
        except Error as error:
            explained = of_storage(error)
            if explained is None:
                raise
            result[name] = {"error": f"Not known: {explained.detail}"}
    return result


class ServerView(APIView):
    """The server's versions and state."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="server_retrieve")
    def get(self, request: Request) -> Response:
        return one(hiding.shown(request.user, status()))
