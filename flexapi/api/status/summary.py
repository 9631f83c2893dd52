"""`/api/server/summary`: what dashboards and home automation want to know, in one call each second.

An app registers its parts in its `api.py`, with the permission that they need:

    summary.register("next_schedules", next_schedules, "schedules.view_schedule")
"""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi import hiding
from flexapi.api.permissions import IsAuthenticated
from flexapi.api.status.server import Part
from flexapi.api.viewsets import one
from flexapi.registry import Registry

parts: Registry[str, Part] = Registry("part of the summary")


def register(name: str, read: Callable[[], Any], permission: str) -> None:
    """Add a part; `read` takes a query or two and answers what JSON can hold. Raises ValueError for a name that is taken."""
    parts.add(name, Part(read, permission))


class SummaryView(APIView):
    """What runs, what went wrong, what comes next, what was taken."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="server_summary_retrieve")
    def get(self, request: Request) -> Response:
        """Answer the parts that the user may see; the others are left out."""
        answer = {
            name: part.read()
            for name, part in parts.items()
            if request.user.has_perm(part.permission)
        }
        return one(hiding.shown(request.user, answer))
