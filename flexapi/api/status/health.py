"""`/healthz`, for probes: anonymous, short, and honest about the database."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok"}`, or 503 where the database can't be read."""
    try:
        with connection.cursor() as cursor:
            # A row of a table: SQLite answers anything less without looking at its file.
            cursor.execute("SELECT id FROM django_migrations LIMIT 1")
    except Error:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})
