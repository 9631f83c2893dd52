"""`/api/server/unlock`: FlexGet's lock file, where it is left behind and everything waits for it."""

import logging
from pathlib import Path

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.errors import Conflict
from flexapi.api.permissions import IsSuperuser
from flexapi.api.viewsets import one
from flexapi.engine import flexget_lock

logger = logging.getLogger("flexapi")


class Unlocked(serializers.Serializer[None]):
    """What became of FlexGet's lock file."""

    file = serializers.CharField(help_text="Where the lock is, on the server that answers.")
    removed = serializers.BooleanField(help_text="False where there was no lock.")
    reason = serializers.CharField(help_text="Why nobody can hold it; empty where there was none.")


class UnlockView(APIView):
    """FlexGet's lock on this server's config."""

    permission_classes = (IsSuperuser,)

    @extend_schema(
        summary="Remove FlexGet's lock where nobody holds it",
        description=(
            "A lock that a killed FlexGet left behind is removed by the next run itself. This also removes one of "
            "which nobody can tell who holds it: a folder in its place, a file that can't be read. The lock of a "
            "process that is alive stays (409, which names the process)."
        ),
        operation_id="server_unlock",
        request=None,
        responses={
            200: Unlocked,
            409: OpenApiResponse(
                description="Somebody holds it, or it can't be removed; the text says what to do."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        path = flexget_lock.lock_file(Path(settings.FLEXGET_CONFIG))
        try:
            reason = flexget_lock.unlock(path)
        except flexget_lock.Held as error:
            raise Conflict(str(error)) from error
        if reason:
            logger.warning("%s removed FlexGet's lock %s: %s", request.user, path, reason)
        return one({"file": str(path), "removed": bool(reason), "reason": reason})
