"""JSON of lists that are kept, and media types other than JSON, whose errors are JSON all the same."""

from collections.abc import Mapping
from typing import Any

from rest_framework import renderers
from rest_framework.renderers import BaseRenderer

# How a page begins without its items.
_NO_ITEMS = b'{"items":[]'


class KeptItem(dict[str, Any]):
    """An item of lists that is shown again and again, and so rendered once. Not to be modified."""

    __slots__ = ("rendered",)
    rendered: bytes


class JSONRenderer(renderers.JSONRenderer):
    """DRF's, which puts a page of kept items together from what was rendered before."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return `data` as JSON, byte for byte as DRF's renderer does."""
        items = data.get("items") if type(data) is dict else None
        if not items or any(type(item) is not KeptItem for item in items):
            return super().render(data, accepted_media_type, renderer_context)
        page = super().render({**data, "items": []}, accepted_media_type, renderer_context)
        if not page.startswith(_NO_ITEMS):
            # Indented, for people.
            return super().render(data, accepted_media_type, renderer_context)
        rendered = b",".join(self._rendered(item) for item in items)
        return b'{"items":[' + rendered + page[len(_NO_ITEMS) - 1 :]

    def _rendered(self, item: KeptItem) -> bytes:
        try:
            return item.rendered
        except AttributeError:
            item.rendered = super().render(item)
            return item.rendered


class ErrorsInJSON(BaseRenderer):
    """For what is answered by other means than rendering: what is rendered is an error, and JSON."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str | bytes:
        """Return `data` as JSON, and say so in the answer's Content-Type."""
        if renderer_context is not None:
            renderer_context["response"]["Content-Type"] = JSONRenderer.media_type
        return JSONRenderer().render(data)
