"""What all views of FlexGet's API have in common: who asks, errors, headers, and asking FlexAPI's own endpoints."""

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api import inside
from flexapi.api.bare import BareView
from flexapi.api.engine_calls import generation
from flexapi.api.http.parsers import JSONParser
from flexapi.mirror import credentials
from flexapi.mirror.of_config import OfConfig

from .. import shapes
from ..authentication import AUTHENTICATION
from ..shapes import Refused

# As many as FlexAPI's own lists answer at a time.
MOST = 500

_answers: OfConfig[bytes] = OfConfig()


class Needed(BasePermission):
    """Lets through who has the permission that the view needs for this method, before it looks at what is sent."""

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = view.needs.get("GET" if request.method == "HEAD" else request.method)
        self.message = f"You may not do this: it needs the permission {needed}."
        return needed is None or bool(request.user.has_perm(needed))


class FlexGetView(BareView):
    """A view of FlexGet's API.

    `needs` are permissions by method, those of FlexAPI's endpoint of the thing; it is asked as well. With `tagged`, what is
    answered to GET has an ETag and heeds its headers.
    """

    authentication_classes: Any = AUTHENTICATION
    permission_classes: Any = (IsAuthenticated, Needed)
    needs: Mapping[str, str] = {}
    parser_classes = (JSONParser,)
    tagged = False

    def handle_exception(self, exc: Exception) -> Response:
        """Answer what went wrong in FlexGet's words."""
        if isinstance(exc, Refused):
            body = shapes.error(exc.status_code, str(exc.detail), **exc.members)
            return Response(body, exc.status_code)
        response: Response = super().handle_exception(exc)
        if isinstance(response.data, dict):
            # Where a member of the body is at fault, the status is another one.
            response.status_code = response.data.get("status_code", response.status_code)
        return response

    def error(self, status: int, errors: list[dict[str, Any]]) -> Any:
        """Return the body of an error."""
        return shapes.of_errors(self.request.method or "GET", status, errors)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Render it here: the ETag is one of bytes."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code < 400:
            answer.headers["API-Version"] = shapes.API_VERSION
        if self.tagged and request.method in ("GET", "HEAD") and answer.status_code == 200:
            return self._tagged(request, answer)
        return answer

    def ask(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        refused: Mapping[int, tuple[int, str]] | None = None,
        **options: Any,
    ) -> inside.Answer:
        """Ask one of FlexAPI's own endpoints. Raises Refused where it answers an error.

        `refused` says by status what FlexGet answers instead: another status and its message.
        """
        answer = inside.ask(self.request, method, path, data, **options)
        if not answer.failed:
            return answer
        if refused and answer.status in refused:
            raise Refused(*refused[answer.status])
        body = shapes.of_errors(method, answer.status, answer.data["errors"])
        told = {name: value for name, value in body.items() if name not in shapes.OF_ERRORS}
        raise Refused(body.get("status_code", answer.status), body["message"], **told)

    def every(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of one of FlexAPI's lists, page after page."""
        offset = 0
        while True:
            answer = self.ask("GET", path, query={"limit": MOST, "offset": offset, **query})
            items = answer.items
            yield from items
            offset += len(items)
            if not items or not answer.data["next"]:
                return

    def of_config(self, make: Callable[[], Any], *key: Hashable) -> HttpResponse:
        """Answer what `make` returns: it depends on the config alone, its schemas, the `key`, and who sees credentials.

        It is made once for each of these. Whoever asks has been let in before.
        """
        depends = (type(self), credentials.visible_to(self.request.user), generation(), *key)
        renderer = self.renderer_classes[0]()
        body = _answers.get(depends, lambda: renderer.render(make()))
        return HttpResponse(body, renderer.media_type)

    def _tagged(self, request: Request, answer: Response) -> Response:
        if isinstance(answer, Response) and not answer.is_rendered:
            answer.render()
        text = b"".join(
            (
                answer.content,
                *(answer.get(name, "").encode() for name in ("Link", "Count", "Total-Count")),
            )
        )
        tag = f'"{hashlib.blake2b(text, digest_size=20).hexdigest()}"'
        # Any text is a tag to FlexGet, with quotes or without.
        wanted = [one.strip() for one in request.headers.get("If-Match", "").split(",") if one]
        if wanted and tag not in wanted and "*" not in wanted:
            changed = Response(shapes.error(412, "etag does not match"), 412)
            return super().finalize_response(request, changed)
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if not wanted and ("*" in known or any(one.removeprefix("W/") == tag for one in known)):
            answer = super().finalize_response(request, Response(status=304))
        answer.headers["ETag"] = tag
        return answer


class LeftOut(FlexGetView):
    """501: `why` says what FlexAPI has instead."""

    why = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer who may ask at all that there is nothing."""
        super().initial(request, *args, **kwargs)
        raise Refused(501, self.why)


class UnknownPath(FlexGetView):
    """404 for every path that FlexGet's API has not, whoever asks."""

    permission_classes = ()
    authentication_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer whatever the method."""
        super().initial(request, *args, **kwargs)
        raise Refused(404, "FlexGet's API has no such path.")
