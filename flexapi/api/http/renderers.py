"""Media types other than JSON, whose errors are JSON all the same."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer


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
