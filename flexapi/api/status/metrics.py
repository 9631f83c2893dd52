"""`/metrics`, for Prometheus."""

from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from flexapi import metrics
from flexapi.api.permissions import NamedPermission


class MetricsView(APIView):
    """The server's figures in Prometheus' text format or, where the client prefers it, in OpenMetrics.

    Who may read them is said where the path is.
    """

    permission = ""
    permission_classes = (NamedPermission,)
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Refuse nobody for their `Accept`, which names formats that are not REST framework's; errors are JSON."""
        return JSONRenderer(), JSONRenderer.media_type

    def get(self, request: Request) -> HttpResponse:
        body, content_type = metrics.exposition(request.headers.get("Accept", ""))
        return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-store"})
