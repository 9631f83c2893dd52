"""What is agreed with a client before a view runs, and what OPTIONS tells it."""

from collections.abc import Sequence
from typing import Any

from rest_framework import exceptions, metadata
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's, where a `?format=` that the endpoint lacks is a 406, as an Accept would be."""

    def filter_renderers(  # type: ignore[override]
        self, renderers: Sequence[BaseRenderer], format: str
    ) -> list[BaseRenderer]:
        """Those of this format. Raises NotAcceptable."""
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            known = ", ".join(str(renderer.format) for renderer in renderers)
            raise exceptions.NotAcceptable(
                f"There is no format {format!r} here; known are: {known}."
            )
        return found


class Metadata(metadata.SimpleMetadata):
    """DRF's without the fields of what can be written, which it would find by reading the object.

    The OpenAPI document has them.
    """

    def determine_actions(self, request: Any, view: Any) -> Any:
        """Tell nothing of them."""
        return {}
