"""`/api/server`: versions, and what each part of the server says of itself."""

import importlib.metadata
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django
from django.conf import settings
from django.db import Error
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi import hiding, phrases, time_zone
from flexapi.api.errors import of_storage
from flexapi.api.permissions import IsAuthenticated
from flexapi.api.status.help import troubleshooting
from flexapi.api.viewsets import one
from flexapi.engine.instance import engine
from flexapi.registry import Registry
from flexapi.version import VERSION

# Seconds that all parts may take together; what is asked for later is unknown.
TIME = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the answer; `permission` is what a user needs to see it, "" for nothing."""

    read: Callable[[], Any]
    permission: str


parts: Registry[str, Part] = Registry("part of /api/server")


class Unavailable(Exception):
    """Raised by a part that has nothing to say now; its text is shown in place of the part."""


def register(name: str, part: Callable[[], Any], permission: str = "") -> None:
    """Add a part: `part()` answers what JSON can hold, or raises Unavailable.

    It takes milliseconds, and waits for nobody: what it can't know at once it leaves unknown.
    Raises ValueError for a name that is taken.
    """
    parts.add(name, Part(part, permission))


def versions() -> dict[str, str | None]:
    """The versions of what is at work, by name: FlexGet's is that of the one that runs, null while an interpreter of its own loads it."""
    return {
        "flexapi": VERSION,
        "flexget": _flexget(),
        "python": platform.python_version(),
        "django": django.get_version(),
    }


def _flexget() -> str | None:
    loaded = engine().state.flexget
    if loaded or settings.FLEXGET_PYTHON is not None:
        return loaded or None
    return importlib.metadata.version("flexget")


def zone() -> dict[str, str]:
    """By which time zone schedules go; `problem` says what is wrong with `TZ`, "" where all is well, and `help` where to read on."""
    problem = phrases.translated(settings.TIME_ZONE_PROBLEM, gettext)
    help_url = troubleshooting("time-zone") if problem else ""
    return {"name": str(time_zone.zone()), "problem": problem, "help": help_url}


def unknown_variables() -> list[dict[str, str]]:
    """`FLEXAPI_*` variables that nothing reads, each with what may have been meant: `{"name", "detail", "help"}`."""
    help_url = troubleshooting("unknown-variables")
    return [
        {"name": name, "detail": phrases.translated(said, gettext), "help": help_url}
        for name, said in settings.UNKNOWN_VARIABLES.items()
    ]


register("versions", versions)
register("time_zone", zone)
register("unknown_variables", unknown_variables)


def status(user: Any) -> dict[str, Any]:
    """Every part that the user may see; one that is unavailable, or not known in time, is `{"error": "why"}`."""
    result: dict[str, Any] = {}
    deadline = time.monotonic() + TIME
    for name, part in parts.items():
        if part.permission and not user.has_perm(part.permission):
            continue
        try:
            if time.monotonic() > deadline:
                raise Unavailable(gettext("Not known: the others took too long."))
            result[name] = part.read()
        except Unavailable as error:
            result[name] = {"error": phrases.translated(str(error), gettext)}
        except Error as error:
            explained = of_storage(error)
            if explained is None:
                raise
            result[name] = {
                "error": gettext("Not known: {reason}").format(
                    reason=phrases.translated(str(explained.detail), gettext)
                )
            }
    return result


class ServerView(APIView):
    """The server's versions and state."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="server_retrieve")
    def get(self, request: Request) -> Response:
        return one(hiding.shown(request.user, status(request.user)))
