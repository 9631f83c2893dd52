"""What FlexGet keeps in its own tables, and knows of its plugins: FlexGet's own views answer, in its process.

Who may ask, and what is hidden from them, is FlexAPI's. Each class says by method which permission it takes, the same one as
FlexAPI's own endpoint of the thing.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied, UnsupportedMediaType
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import ask
from flexapi.api.http.parsers import JSONParser
from flexapi.api.permissions import IsSuperuser, NamedPermission
from flexapi.mirror import credentials

from ..shapes import Refused, error, pages_of_none
from .base import FlexGetView

_VERBS = {"GET": "view", "HEAD": "view", "POST": "add", "PUT": "change", "DELETE": "delete"}
# Columns that may hold what is hidden: their order would tell of it.
REVEALING = ("url", "original_url", "reason", "details", "filename")
# Largest page or number of entries that is passed on; SQLite counts no further than to 2**63.
_MOST = 10**9


class Passed(FlexGetView):
    """Passes a request on. `model` is what permissions are given on; `method` is how the host is asked."""

    permission_classes: Any = (IsAuthenticated, NamedPermission)
    model = ""
    method = "flexapi_flexget_api.ask"
    paged = True

    def get(self, request: Request, rest: str = "") -> HttpResponse | Response:
        return self._passed_on(request)

    post = put = delete = get

    @property
    def permission(self) -> str:
        """The permission that this request takes."""
        return self.required(self.request.method or "GET", self.kwargs.get("rest", ""))

    def required(self, method: str, rest: str) -> str:
        """Return the permission for a method at what follows the namespace in the path."""
        if method not in _VERBS:
            raise MethodNotAllowed(method)
        app, _, model = self.model.partition(".")
        return f"{app}.{_VERBS[method]}_{model}"

    def _passed_on(self, request: Request) -> HttpResponse | Response:
        reveals = credentials.visible_to(request.user)
        self._check_query(request, reveals=reveals)
        answered = ask(
            self.method,
            verb=request.method,
            path=request.path_info.partition("/api")[2],
            query=request.META.get("QUERY_STRING", ""),
            url=request.build_absolute_uri(request.path.partition("/api/")[0] + "/api/"),
            body=self._body(request, reveals=reveals),
            content_type="application/json" if request.body else None,
        )
        return self._answer(request, answered, reveals=reveals)

    def _check_query(self, request: Request, *, reveals: bool) -> None:
        """Raise Refused for numbers that FlexGet's views fail at, PermissionDenied for what would tell of credentials."""
        query = request.query_params
        for name, values in query.lists():
            if len(values) > 1:
                # Of two, FlexGet takes the first; what is checked here is the last.
                raise Refused(400, f"{name} is there twice.")
        for name in ("page", "per_page"):
            given = query.get(name, "1")
            if re.fullmatch(r"-?[0-9]+", given) and not 0 < int(given[:19]) <= _MOST:
                raise Refused(400, f"{name} is a number from 1 on.")
        if reveals:
            return
        _refuse_revealing(query)

    def _body(self, request: Request, *, reveals: bool) -> str:
        """Return the body as FlexGet gets it. It takes from there as well what a client leaves out of the URL.

        Raises UnsupportedMediaType for what is no JSON, PermissionDenied as for the URL.
        """
        if request.method in SAFE_METHODS or not request.body:
            return ""
        if request.content_type.partition(";")[0].strip() != JSONParser.media_type:
            raise UnsupportedMediaType(request.content_type)
        if not reveals and isinstance(request.data, dict):
            _refuse_revealing(request.data)
        return json.dumps(request.data)

    def _answer(
        self, request: Request, answered: Mapping[str, Any], *, reveals: bool
    ) -> HttpResponse | Response:
        status, headers, self.tagged = (answered[name] for name in ("status", "headers", "tagged"))
        kind = headers.pop("Content-Type", "")
        if "json" not in kind:
            # FlexGet's own pages of errors; a client of an API has no use for HTML.
            if status < 400:
                return HttpResponse(answered["body"], status=status, content_type=kind)
            return Response(error(status, "FlexGet's API has no such path."), status)
        text = answered["body"].strip()
        if text == "[]" and self.paged and request.method == "GET":
            headers = pages_of_none() | headers
        if reveals:
            # As FlexGet wrote it.
            return HttpResponse(text, "application/json", status, headers=headers)
        namespace = request.path_info.partition("/api/")[2].partition("/")[0]
        hide = credentials.eyes_of(request.user).shown
        data = json.loads(text) if text else None
        return Response(
            credentials.mask_value(data, (namespace,), hide=hide), status, headers=headers
        )


def _refuse_revealing(given: Mapping[str, Any]) -> None:
    """Raise PermissionDenied for parameters that would tell of credentials."""
    if given.get("sort_by") in REVEALING or given.get("value"):
        raise PermissionDenied(
            "Sorting by this, or searching for it, would tell of credentials that you may not see."
        )


class Series(Passed):
    """Shows, seasons, episodes and their releases."""

    model = "series.show"

    def _check_query(self, request: Request, *, reveals: bool) -> None:
        super()._check_query(request, reveals=reveals)
        if request.query_params.get("lookup"):
            raise Refused(501, "Lookups at other services are left out.")


class History(Passed):
    """What was accepted."""

    http_method_names = ["get", "head", "options"]
    model = "history.historyentry"


class Seen(Passed):
    """What FlexGet does not take again."""

    http_method_names = ["get", "delete", "head", "options"]
    model = "flexget_state.seenentry"


class Failed(Passed):
    """What failed, and is tried again."""

    http_method_names = ["get", "delete", "head", "options"]
    model = "flexget_state.failedentry"


class Rejected(Passed):
    """What FlexGet remembers to have rejected."""

    http_method_names = ["get", "delete", "head", "options"]
    model = "flexget_state.rejectedentry"


class Pending(Passed):
    """What waits until somebody approves it."""

    http_method_names = ["get", "put", "delete", "head", "options"]
    model = "flexget_state.pendingentry"


class Lists(Passed):
    """The lists that FlexGet manages, and what is in them: to change that is to change the list."""

    def required(self, method: str, rest: str) -> str:
        """Return the permission for a method at a list or at something in one."""
        app, _, model = self.model.partition(".")
        inside = rest.strip("/").count("/") > 0
        if not inside or method in ("GET", "HEAD"):
            return super().required(method, rest)
        if method == "PUT" and model == "pendinglist":
            return f"{app}.approve_{model}"
        return f"{app}.change_{model}"

    def _answer(
        self, request: Request, answered: Mapping[str, Any], *, reveals: bool
    ) -> HttpResponse | Response:
        # The list of all lists has no pages.
        self.paged = bool(self.kwargs.get("rest", "").strip("/"))
        return super()._answer(request, answered, reveals=reveals)


class EntryLists(Lists):
    """Those of the plugin `entry_list`."""

    model = "flexget_state.entrylist"


class MovieLists(Lists):
    """Those of the plugin `movie_list`."""

    model = "flexget_state.movielist"


class PendingLists(Lists):
    """Those of the plugin `pending_list`."""

    model = "flexget_state.pendinglist"


class Status(Passed):
    """What came of the runs of each task, as FlexGet counts it."""

    http_method_names = ["get", "head", "options"]
    model = "executions.execution"


class Plugins(Passed):
    """FlexGet's plugins."""

    http_method_names = ["get", "head", "options"]
    model = "mirror.configsection"
    method = "flexapi_flexget_api.look"


class Schema(Plugins):
    """The JSON Schemas of the config and of plugins."""

    paged = False


class FormatCheck(Plugins):
    """Whether texts are in the formats that FlexGet's schemas name, such as that of a file that exists."""

    http_method_names = ["post", "head", "options"]

    def required(self, method: str, rest: str) -> str:
        """Return the permission to change the config, as a check of it takes."""
        return "mirror.change_configsection"


class CrashLogs(Passed):
    """FlexGet's reports of its crashes, which quote whatever it had in its memory."""

    http_method_names = ["get", "head", "options"]
    permission_classes = (IsSuperuser,)
    method = "flexapi_flexget_api.read"
    paged = False
