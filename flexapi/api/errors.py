"""Errors in the one shape that every 4xx and 5xx under `/api/` has:

`{"type": "...", "errors": [{"code": "...", "detail": "...", "attr": "config.rss.url" | null}]}`

Raise DRF's exceptions, or those below, in views; the functions are for what fails outside of a view.
"""

import sqlite3
import sys

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import Error, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext, gettext_lazy
from django.views import csrf, defaults
from rest_framework import exceptions

from flexapi.api import mounts
from flexapi.phrases import phrase

TOO_LARGE = gettext_lazy("The request body is too large.")


class Conflict(exceptions.APIException):
    """409: what is asked for contradicts the present state."""

    status_code = 409
    default_detail = gettext_lazy("The request conflicts with the current state.")
    default_code = "conflict"


class PreconditionFailed(exceptions.APIException):
    """412: the object is not the one that `If-Match` names."""

    status_code = 412
    default_detail = gettext_lazy("The object has changed since it was read.")
    default_code = "precondition_failed"


class ServiceUnavailable(exceptions.APIException):
    """503: what the request needs can't be reached right now; nothing was done."""

    status_code = 503
    default_detail = gettext_lazy("This is not available right now; try again.")
    default_code = "unavailable"

    def __init__(self, detail: str | None = None, wait: int = 5) -> None:
        super().__init__(detail)
        self.wait = wait  # Seconds, sent as Retry-After.


class StorageFailed(exceptions.APIException):
    """507: what is to be stored can't be; nothing was changed."""

    status_code = 507
    default_detail = gettext_lazy("This can't be stored.")
    default_code = "storage_failed"


class BodyTooLarge(exceptions.APIException):
    """413: the body is over `DATA_UPLOAD_MAX_MEMORY_SIZE`."""

    status_code = 413
    default_detail = TOO_LARGE
    default_code = "body_too_large"


class Busy(Exception):
    """What a request needs has been in somebody else's use for too long; the text says so. Answered as a 503."""


def of_storage(error: BaseException | None) -> ServiceUnavailable | StorageFailed | None:
    """Return what to answer where something that is stored is busy, away, full or read-only; None for another error.

    What was to be written is not: SQLite and PostgreSQL roll it back. The log says it as well, so it is in English here.
    """
    if isinstance(error, Busy):
        return ServiceUnavailable(str(error))
    if not isinstance(error, Error):
        return None
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or ""
    # SQLite's extended codes have the plain one in their lowest byte.
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or state == "53100":
        return StorageFailed(
            phrase("The disk of the database is full; nothing was stored. Make room on it.")
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR) or state == "25006":
        return StorageFailed(phrase("The database can't be written right now; nothing was stored."))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or state in ("55P03", "40P01"):
        return ServiceUnavailable(
            phrase("The database was locked for too long; nothing was stored. Try again.")
        )
    # psycopg has no state for a connection that can't be made or broke; class 57 and 08: it is shutting down.
    if code == sqlite3.SQLITE_CANTOPEN or (
        connection.vendor == "postgresql"
        and isinstance(error, OperationalError | InterfaceError)
        and (not state or state.startswith(("08", "57", "53")))
    ):
        return ServiceUnavailable(phrase("The database can't be reached right now. Try again."))
    return None


def is_api(path: str) -> bool:
    """Whether an answer to this path, without a proxy's prefix, has to be JSON."""
    return path == "/api" or path.startswith("/api/") or mounts.mounted(path) is not None


def error_response(path: str, status: int, code: str, detail: str) -> HttpResponse:
    """An error in the shape that those of this path have, made without DRF."""
    foreign = mounts.errors_of(path)
    if foreign is not None:
        return foreign(status, code, detail)
    kind = "server_error" if status >= 500 else "client_error"
    errors = [{"code": code, "detail": detail, "attr": None}]
    return JsonResponse({"type": kind, "errors": errors}, status=status)


def body_too_large(path: str) -> HttpResponse:
    """The 413 for a body that nobody read to its end."""
    if is_api(path):
        return error_response(path, 413, BodyTooLarge.default_code, str(TOO_LARGE))
    return HttpResponse(TOO_LARGE, status=413, content_type="text/plain")


def unavailable(path: str, detail: str, wait: int = 5) -> HttpResponse:
    """The 503 for a request that nobody has begun with."""
    response: HttpResponse
    if is_api(path):
        response = error_response(
            path,
            503,
            ServiceUnavailable.default_code,
            gettext("{problem} Try again.").format(problem=detail),
        )
    else:
        response = HttpResponse(
            gettext("{problem} Try again.").format(problem=detail),
            status=503,
            content_type="text/plain",
        )
    response.headers["Retry-After"] = str(wait)
    return response


def bad_query(path: str) -> HttpResponse:
    """The 400 for a request whose query string isn't text."""
    detail = gettext("The query string is not UTF-8.")
    if is_api(path):
        return error_response(path, 400, "bad_request", detail)
    return HttpResponse(detail, status=400, content_type="text/plain")


def unreadable_form(path: str, error: MultiPartParserError) -> HttpResponse:
    """The 400 for a form that was sent as multipart and isn't."""
    detail = gettext("The form can't be read as multipart/form-data: {error}").format(error=error)
    if is_api(path):
        return error_response(path, 400, "bad_request", detail)
    return HttpResponse(detail, status=400, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`."""
    if isinstance(exception, MultiPartParserError):
        return unreadable_form(request.path_info, exception)
    if not is_api(request.path_info):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return body_too_large(request.path_info)
    detail = gettext("The request is not acceptable.")
    if isinstance(exception, DisallowedHost):
        detail = gettext(
            "This server does not answer to that host name; FLEXAPI_ALLOWED_HOSTS adds a name."
        )
    return error_response(request.path_info, 400, "bad_request", detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler403`."""
    if not is_api(request.path_info):
        return defaults.permission_denied(request, exception)
    return error_response(
        request.path_info, 403, "permission_denied", gettext("You may not do this.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`."""
    if not is_api(request.path_info):
        return csrf.csrf_failure(request, reason)
    return error_response(request.path_info, 403, "permission_denied", f"CSRF Failed: {reason}")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: the traceback is in the log, not in the answer."""
    failure = of_storage(sys.exception())
    if failure is not None:
        return _failed(request, failure)
    if not is_api(request.path_info):
        return defaults.server_error(request)
    return error_response(request.path_info, 500, "error", "Server Error (500)")


def _failed(request: HttpRequest, failure: ServiceUnavailable | StorageFailed) -> HttpResponse:
    """Answer what a middleware or a page met."""
    response: HttpResponse
    if is_api(request.path_info):
        response = error_response(
            request.path_info, failure.status_code, failure.default_code, str(failure.detail)
        )
    else:
        response = HttpResponse(
            str(failure.detail), status=failure.status_code, content_type="text/plain"
        )
    if isinstance(failure, ServiceUnavailable):
        response.headers["Retry-After"] = str(failure.wait)
    return response
