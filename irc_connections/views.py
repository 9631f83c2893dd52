"""`/api/irc`."""

import contextlib
import logging
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.errors import Conflict
from flexapi.api.free_names import FreeNameMixin
from flexapi.api.viewsets import ApiViewSet, one
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk.file import LockBusy

from . import status
from .models import IrcConnection
from .serializers import IrcConnectionSerializer

logger = logging.getLogger("irc")

NAME = OpenApiParameter(
    "name",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description="The connection's key in the config.",
)


class IrcConnectionViewSet(FreeNameMixin, ApiViewSet):
    """FlexGet's connections to IRC: those of the config's section `irc`."""

    queryset = IrcConnection.objects.all()
    serializer_class = IrcConnectionSerializer
    filter_backends = ()
    lookup_field = "name"
    action_permissions: ClassVar[dict[str, str]] = {
        "restart": "irc_connections.steer_ircconnection",
        "stop": "irc_connections.steer_ircconnection",
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take in hand edits before anything is answered; where a writer hangs, what was known before is."""
        super().initial(request, *args, **kwargs)
        with contextlib.suppress(LockBusy):
            mirror.refresh()

    @extend_schema(
        summary="List the IRC connections and how they are",
        description="In the order of the config. One server has them all, and any server answers.",
    )
    def list(self, request: Request) -> Response:
        return self.page_of([self._shown(connection) for connection in status.connections()])

    @extend_schema(
        summary="Restart an IRC connection",
        description=(
            "It is closed and made again within some seconds; one that was stopped is made as well. Others go on."
        ),
        parameters=[NAME],
        request=None,
        responses={
            202: IrcConnectionSerializer,
            409: OpenApiResponse(description="Nothing can connect to IRC here; the text says why."),
        },
    )
    @action(detail=True, methods=["post"])
    def restart(self, request: Request, name: str) -> Response:
        self._named(name)
        if reason := status.why_not_run():
            raise Conflict(reason)
        IrcConnection.restart(name)
        return self._steered(name, "restarts")

    @extend_schema(
        summary="Stop an IRC connection",
        description=(
            "It is closed, and stays so until somebody restarts it, over restarts of the server as well. "
            "What it announced before is run."
        ),
        parameters=[NAME],
        request=None,
        responses={202: IrcConnectionSerializer},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, name: str) -> Response:
        self._named(name)
        IrcConnection.stop(name)
        return self._steered(name, "stops")

    def _named(self, name: str) -> dict[str, Any]:
        for connection in status.connections():
            if connection["name"] == name:
                return connection
        raise NotFound(gettext("The config has no IRC connection {name}.").format(name=repr(name)))

    def _steered(self, name: str, verb: str) -> Response:
        logger.info("%s %s the IRC connection %s.", self.request.user, verb, name)
        data = self.get_serializer(self._shown(self._named(name))).data
        return one(data, status=202)

    def _shown(self, connection: dict[str, Any]) -> dict[str, Any]:
        """Return a connection as the user may see it: whoever knows a nickname may pass for it."""
        shown: dict[str, Any] = self._eyes.shown(connection)
        if not self._eyes.reveal and shown["nickname"]:
            shown["nickname"] = credentials.MASK
        # Its name is its address.
        return {**shown, "name": connection["name"]}

    @cached_property
    def _eyes(self) -> credentials.Eyes:
        return credentials.eyes_of(self.request.user)
