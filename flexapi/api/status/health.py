"""`/healthz`, for probes: anonymous, short, and honest about the database."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

# Seconds.
AGAIN_AFTER = 5


def healthz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok"}`, or 503 where the database can't be read."""
    try:
        with connection.cursor() as cursor:
            # A row of a table: SQLite answers anything less without looking at its file.
            cursor.execute("SELECT id FROM django_migrations LIMIT 1")
    except Error:
        said = {"status": "the database does not answer"}
        return JsonResponse(said, status=503, headers={"Retry-After": str(AGAIN_AFTER)})
    return JsonResponse({"status": "ok"})
