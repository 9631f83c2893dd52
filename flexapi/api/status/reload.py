"""`/api/server/reload`: FlexGet and its plugins loaded again, while what runs goes on."""

import logging

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.errors import ServiceUnavailable
from flexapi.api.permissions import IsSuperuser
from flexapi.api.viewsets import one
from flexapi.engine.client import EngineUnavailable
from flexapi.engine.instance import engine

logger = logging.getLogger("flexapi")


class Reloading(serializers.Serializer[None]):
    """That FlexGet is being loaded; `engine` at `/api/server` says how far it is."""

    state = serializers.CharField(
        help_text="The state of the engine: `starting`, or `ready` already."
    )


class ReloadView(APIView):
    """FlexGet's process on this server."""

    permission_classes = (IsSuperuser,)

    @extend_schema(
        summary="Load FlexGet and its plugins again",
        description=(
            "Files in the folders `plugins` and `components` beside the config are looked for again, and packages that "
            "were installed meanwhile are found. What runs goes on in the old process to its end; what comes "
            "later waits until FlexGet is loaded, some seconds. Workers on other machines are started again by hand."
        ),
        operation_id="server_reload",
        request=None,
        responses={
            202: Reloading,
            503: OpenApiResponse(description="FlexGet's process does not listen."),
        },
    )
    def post(self, request: Request) -> Response:
        try:
            engine().reload()
        except EngineUnavailable as error:
            raise ServiceUnavailable(str(error)) from error
        logger.info("%s has FlexGet loaded again.", request.user)
        return one({"state": engine().state.name}, status=status.HTTP_202_ACCEPTED)
