"""`/api/server/backup`: a backup as a download."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from flexapi.api.errors import ServiceUnavailable
from flexapi.api.http import threads
from flexapi.api.http.renderers import ErrorsInJSON
from flexapi.api.permissions import IsSuperuser
from flexapi.backup import archive
from flexapi.backup.contents import BackupError


class MayBackUp(IsSuperuser):
    """Lets superusers through: a backup holds every credential, password hash and token hash."""

    message = gettext_lazy(
        "You may not do this: a backup holds everything, so only superusers may make one."
    )


class ArchiveRenderer(ErrorsInJSON):
    """The media type of the archive."""

    media_type = "application/gzip"
    format = "tar.gz"


class BackupView(APIView):
    """A backup of everything: both databases, the config with its files and plugins, the secret key."""

    permission_classes = (MayBackUp,)
    renderer_classes = (JSONRenderer, ArchiveRenderer)

    @extend_schema(
        summary="Make a backup and download it",
        description=(
            "A tar file, compressed with gzip, for `flexapi restore`. It is made while the server runs. "
            "Superusers only: it holds every credential."
        ),
        operation_id="server_backup",
        responses={
            (200, "application/gzip"): OpenApiTypes.BINARY,
            503: OpenApiResponse(
                description="A database can't be copied right now; the reason is said."
            ),
        },
    )
    def get(self, request: Request) -> FileResponse:
        """Make a backup and send it."""
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.DATA_DIR) as folder:
            path = Path(folder) / "backup.tar.gz"
            try:
                with threads.aside("a backup"):
                    archive.write(path)
            except (BackupError, threads.Busy) as error:
                raise ServiceUnavailable(str(error)) from error
            # Open, it outlives its name.
            file = path.open("rb")
        name = f"flexapi-{timezone.localtime():%Y%m%d-%H%M%S}.tar.gz"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type="application/gzip"
        )
