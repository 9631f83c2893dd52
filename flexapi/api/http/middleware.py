"""What happens to every request before it is routed, and to every answer of the API."""

from collections.abc import Callable
from functools import cached_property
from urllib.parse import quote

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from flexapi.api import errors, free_names
from flexapi.api.accounts import shown
from flexapi.api.http import hosts, short


class ApiMiddleware:
    """Refuses foreign hosts, NUL bytes and huge bodies; prepares the path; sets the caching headers.

    A cookie that was set over HTTPS stays there; the same server may be asked over plain HTTP as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query, key = shown.taken_from_query(request.META.get("QUERY_STRING", ""))
        if key is not None:
            request.META["QUERY_STRING"] = query
            request.META[shown.URL_KEY] = key
        host = request.get_host()
        if not hosts.is_allowed(host):
            raise DisallowedHost(f"Invalid Host header: {host!r}")
        response = self._respond(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        if not errors.is_api(request.path_info):
            return self.get_response(request)
        if "\x00" in request.path_info:
            return errors.error_response(
                request.path_info, 400, "bad_request", "The path contains a NUL byte."
            )
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            return errors.error_response(
                request.path_info, 400, "bad_request", "Content-Length is not a number."
            )
        # The handler counts what arrives; this speaks for servers that hand over the stream.
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return errors.body_too_large(request.path_info)
        request.path_info = _routing_path(request)
        request.is_short = short.is_short(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        # What one user reads is not for another, and a copy may be used only after asking again.
        patch_vary_headers(response, ("Accept", "Authorization", "X-Api-Key", "Cookie"))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class LanguageMiddleware:
    """What Django's LocaleMiddleware does where no path names a language, without looking for one in each path twice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response


class PolicyMiddleware(CSPMiddleware):
    """django-csp's middleware, which builds the policy for every answer; for JSON it is built once."""

    @cached_property
    def _policy(self) -> str:
        return str(build_policy())

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        # Nothing in JSON has a nonce or needs an exception.
        if response.get("Content-Type") != "application/json":
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._policy)
        return response


def _routing_path(request: HttpRequest) -> str:
    scope = getattr(request, "scope", None)
    raw = scope.get("raw_path") if scope else None
    if raw is not None:
        path = free_names.routing_path(raw.decode("latin1"))
        return path.removeprefix(quote(request.META.get("SCRIPT_NAME", "")))
    # The path as the client wrote it, where a WSGI server or a test client tells it.
    uri = request.META.get("RAW_URI")
    if uri is not None:
        return free_names.routing_path(uri.partition("?")[0])
    return request.path_info.replace("%", "%25")
