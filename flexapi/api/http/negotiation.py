"""What is agreed with a client before a view runs, and what OPTIONS tells it."""

import functools
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework import exceptions, metadata
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's, where a `?format=` that the endpoint lacks is a 406, as an Accept would be.

    What is agreed on by Accept depends on nothing but this header and the renderers' types, and is remembered.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],  # type: ignore[override]
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The renderer and the media type. Raises NotAcceptable."""
        if format_suffix or self.settings.URL_FORMAT_OVERRIDE in request.query_params:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(
                request, renderers, format_suffix
            )
            return chosen
        accept = request.META.get("HTTP_ACCEPT", "*/*")
        kinds = tuple(type(renderer) for renderer in renderers)
        place, media_type = _agreed(accept, kinds)
        return renderers[place], media_type

    def filter_renderers(  # type: ignore[override]
        self, renderers: Sequence[BaseRenderer], format: str
    ) -> list[BaseRenderer]:
        """Those of this format. Raises NotAcceptable."""
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            known = ", ".join(str(renderer.format) for renderer in renderers)
            raise exceptions.NotAcceptable(
                gettext("There is no format {format!r} here; known are: {known}.").format(
                    format=format, known=known
                )
            )
        return found


@functools.lru_cache(256)
def _agreed(accept: str, kinds: tuple[type[BaseRenderer], ...]) -> tuple[int, str]:
    """Which of the renderers answers this Accept, and with what media type. Raises NotAcceptable."""
    request = Request(HttpRequest())
    request.META["HTTP_ACCEPT"] = accept
    renderers = [kind() for kind in kinds]
    chosen, media_type = DefaultContentNegotiation().select_renderer(request, renderers)
    return renderers.index(chosen), media_type


class Metadata(metadata.SimpleMetadata):
    """DRF's without the fields of what can be written, which it would find by reading the object.

    The OpenAPI document has them.
    """

    def determine_actions(self, request: Any, view: Any) -> Any:
        """Tell nothing of them."""
        return {}
