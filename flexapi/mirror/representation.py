"""YAML beside JSON: the exact source of what an endpoint answers, out and in."""

import contextlib
from collections.abc import Mapping
from functools import cached_property
from typing import IO, Any, ClassVar

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi import phrases
from flexapi.api.etags import EtagMixin, state_hash
from flexapi.api.http.parsers import JSONParser, read_body
from flexapi.api.http.renderers import ErrorsInJSON
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.messages import MESSAGE, message_of

# Actions that make a revision.
WRITES = ("create", "update_text", "update", "partial_update", "destroy", "restore")


class Source(str):
    """A request body that is YAML."""

    __slots__ = ()


def body_of(request: Request) -> Any:
    """Return a request's body, parsed; none at all, sent as YAML, is an empty text. Raises what parsing it does."""
    data = request.data
    media_type = (request.content_type or "").partition(";")[0].strip()
    return Source() if not data and media_type == YAMLParser.media_type else data


class YAMLParser(BaseParser):
    """The body as text. That it is YAML is for the config to decide, which may have its anchors."""

    media_type = "application/yaml"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body as `Source`. Raises ParseError for what is not UTF-8, BodyTooLarge."""
        try:
            return Source(read_body(stream).decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ParseError(
                gettext("The YAML is not UTF-8: {reason}").format(reason=error.reason)
            ) from error


class YAMLRenderer(ErrorsInJSON):
    """Source as it is. Errors are JSON whatever the client accepts."""

    media_type = "application/yaml"
    format = "yaml"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str | bytes:
        if isinstance(data, str) or data is None:
            return data or ""
        return super().render(data, accepted_media_type, renderer_context)


class MirrorMixin(EtagMixin):
    """For endpoints that show parts of the config; `yaml_actions` are those that speak YAML as well."""

    yaml_actions: tuple[str, ...] = ("retrieve", "update")
    # Those that take YAML, and answer JSON.
    yaml_bodies: tuple[str, ...] = ()
    # Beside the object, in the answer to a write.
    answer_extras: ClassVar[dict[str, Any]] = {
        "notes": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What the write did to values that are shared (`&anchor`, `*alias`, `<<`), if anything.",
        }
    }
    possible_write_errors: ClassVar[dict[str, str]] = {
        "409": "The config can't be edited like that, or not now; the text says why."
    }
    # Beside those of the actions themselves.
    action_parameters: ClassVar[dict[str, list[OpenApiParameter]]] = {
        action: [MESSAGE] for action in WRITES
    }
    request: Request
    action: Any
    action_map: dict[str, str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take in hand edits before anything is answered; where a writer hangs, what was known before is."""
        super().initial(request, *args, **kwargs)
        # A write takes its turn later, and says where it has none.
        with contextlib.suppress(LockBusy):
            mirror.refresh()

    @cached_property
    def message(self) -> str:
        """Why the request changes the config, as its sender says. Raises ValidationError."""
        return message_of(self.request)

    @cached_property
    def notes(self) -> list[str]:
        """What the request's writes did to values that are shared; editors add to it."""
        return []

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the notes to an answer that carries one object."""
        if self.notes and isinstance(response.data, dict) and "object" in response.data:
            response.data["notes"] = [phrases.translated(note, gettext) for note in self.notes]
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        return answer

    def get_renderers(self) -> list[BaseRenderer]:
        renderers = super().get_renderers()
        return [*renderers, YAMLRenderer()] if self.action in self.yaml_actions else renderers

    def get_parsers(self) -> list[BaseParser]:
        # DRF asks for them before it sets the action.
        action = getattr(self, "action", None)
        if action is None:
            action = self.action_map.get((self.request.method or "").lower())
        speaks_yaml = action in self.yaml_actions or action in self.yaml_bodies
        return [JSONParser(), YAMLParser()] if speaks_yaml else [JSONParser()]

    @cached_property
    def masked(self) -> bool:
        """Whether credentials are hidden from the one who asks."""
        return not credentials.visible_to(self.request.user)

    @cached_property
    def hide(self) -> credentials.Hide | None:
        """What hides credentials in texts of the config from the one who asks; None where they see them."""
        return credentials.in_config().hide if self.masked else None

    @property
    def wants_yaml(self) -> bool:
        """Whether the client accepts YAML before JSON."""
        return isinstance(self.request.accepted_renderer, YAMLRenderer)

    def etag_suffix(self, response: Response) -> str:
        """Tell apart by all that it shows; the source, of which the tag is made, counts for `If-Match`."""
        if self.wants_yaml:
            return "-yaml"
        # A browser that has read the JSON must not show that in place of the page.
        return f"-{state_hash(response.data)[:12]}{super().etag_suffix(response)}"
