"""`/api/server`: versions, and what each part of the server says of itself."""

import importlib.metadata
import platform
from collections.abc import Callable
from typing import Any

import django
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.viewsets import one
from flexapi.version import VERSION

_sections: dict[str, Callable[[], Any]] = {}


class Unavailable(Exception):
    """Raised by a section that has nothing to say now; its text is shown in place of the section."""


def register(name: str, section: Callable[[], Any]) -> None:
    """Add a section: `section()` answers what JSON can hold, or raises Unavailable.

    Raises ValueError for a name that is taken.
    """
    if name == "versions" or _sections.setdefault(name, section) is not section:
        raise ValueError(f"the section {name} is registered already")


def versions() -> dict[str, str]:
    """The versions of what is at work, by name."""
    return {
        "flexapi": VERSION,
        "flexget": importlib.metadata.version("flexget"),
        "python": platform.python_version(),
        "django": django.get_version(),
    }


def report() -> dict[str, Any]:
    """Versions and every section; a section that is unavailable is `{"error": "why"}`."""
    result: dict[str, Any] = {"versions": versions()}
    for name, section in _sections.items():
        try:
            result[name] = section()
        except Unavailable as error:
            result[name] = {"error": str(error)}
    return result


class ServerView(APIView):
    """The server's versions and state."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="server_retrieve")
    def get(self, request: Request) -> Response:
        return one(report())
