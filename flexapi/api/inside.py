"""Asking one of FlexAPI's own endpoints from inside a view, as the user who asked the view.

    answer = inside.ask(request, "PUT", inside.path("tasks", name), {"config": config})

What the endpoint checks, it checks here as well: permissions, what a token is narrowed to, the config. What it hides
is hidden. So a plugin may put FlexAPI's functions in other clothes and needs no rules of its own.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import resolve
from rest_framework.request import Request

from flexapi.api.free_names import quote_name, routing_path

# Headers of the request that speak of its own answer or body, not of that of the endpoint.
_OWN_HEADERS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_X_API_KEY")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answered: the status, the data before it is rendered, the response itself."""

    status: int
    data: Any
    response: HttpResponseBase

    @property
    def failed(self) -> bool:
        """Whether it is an error; `data["errors"]` tells which."""
        return self.status >= 400

    @property
    def object(self) -> Any:
        """The one object that it carries."""
        return self.data["object"]

    @property
    def items(self) -> list[Any]:
        """The items of the list that it carries."""
        return list(self.data["items"])


def path(*segments: str | int) -> str:
    """Return the path of an endpoint below `/api/`; names may hold any letter."""
    return "/api/" + "/".join(quote_name(str(segment)) for segment in segments)


def ask(
    request: Request,
    method: str,
    path: str,
    data: Any = None,
    *,
    query: Mapping[str, Any] | None = None,
    content_type: str = "application/json",
    accept: str = "application/json",
) -> Answer:
    """Ask an endpoint and return its answer, errors included.

    `data` is what JSON holds, or text where `content_type` is another one. `request` has been authenticated.
    """
    inner = _request(request, method, path, query or {})
    if data is not None:
        body = data.encode() if content_type != "application/json" else json.dumps(data).encode()
        inner.META |= {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        inner._stream = io.BytesIO(body)
    inner.META["HTTP_ACCEPT"] = accept
    # DRF's own way of saying who asks: the endpoint sees the same user and the same token.
    inner._force_auth_user = request.user  # type: ignore[attr-defined]
    inner._force_auth_token = request.auth  # type: ignore[attr-defined]
    match = resolve(inner.path_info)
    inner.resolver_match = match
    response = match.func(inner, *match.args, **match.kwargs)
    return Answer(response.status_code, getattr(response, "data", None), response)


def _request(request: Request, method: str, path: str, query: Mapping[str, Any]) -> HttpRequest:
    outer = request._request
    inner = HttpRequest()
    inner.method = method
    inner.path_info = routing_path(path)
    inner.path = outer.META.get("SCRIPT_NAME", "") + path
    text = urlencode(query, doseq=True)
    inner.META = {
        name: value
        for name, value in outer.META.items()
        if name not in _OWN_HEADERS and not name.startswith("CONTENT_")
    } | {"REQUEST_METHOD": method, "QUERY_STRING": text, "PATH_INFO": inner.path_info}
    inner.GET = QueryDict(text)
    inner.COOKIES = outer.COOKIES
    inner._stream = io.BytesIO()
    inner._read_started = False  # type: ignore[attr-defined]
    if hasattr(outer, "session"):
        inner.session = outer.session
    return inner
