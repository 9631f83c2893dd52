"""What the OpenAPI document says of an endpoint, told as the endpoints really answer."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import OpenApiResponse
from drf_spectacular.plumbing import force_instance, is_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from drf_standardized_errors.openapi import AutoSchema as StandardErrorsSchema

from flexapi.api.etags import EtagMixin


class AutoSchema(StandardErrorsSchema):
    """Adds what the base classes do: `{"object": …}` around one object, ETags and their preconditions.

    An answer described by a serializer, a plain schema or OpenApiTypes.OBJECT is inside of the envelope; text and
    streams (OpenApiTypes.STR, BINARY) are not.
    """

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: str,
        media_types: list[str] | None = None,
        direction: str = "response",
    ) -> dict[str, Any]:
        response: dict[str, Any] = super()._get_response_for_code(
            serializer, status_code, media_types, direction
        )
        if isinstance(serializer, OpenApiResponse):
            serializer = serializer.response
        serializer = force_instance(serializer)
        enveloped = (
            is_serializer(serializer)
            or isinstance(serializer, dict)
            or serializer is OpenApiTypes.OBJECT
        )
        paginated = self._is_list_view(serializer) and self._get_paginator()
        if not status_code.startswith("2") or not enveloped or paginated:
            return response
        for content in response.get("content", {}).values():
            content["schema"] = {
                "type": "object",
                "properties": {"object": content["schema"]},
                "required": ["object"],
            }
        return response

    def get_override_parameters(self) -> list[Any]:
        """The headers of conditional requests, where the view heeds them."""
        action = getattr(self.view, "action", None)
        if isinstance(self.view, EtagMixin):
            if action == "retrieve":
                return [
                    OpenApiParameter(
                        "If-None-Match",
                        str,
                        OpenApiParameter.HEADER,
                        description="An ETag; the answer is 304 while it still fits.",
                    ),
                    OpenApiParameter(
                        "ETag",
                        str,
                        OpenApiParameter.HEADER,
                        response=[200],
                        description="Names this state of the object.",
                    ),
                ]
            if action in ("update", "partial_update", "destroy"):
                return [
                    OpenApiParameter(
                        "If-Match",
                        str,
                        OpenApiParameter.HEADER,
                        description="An ETag; the answer is 412 where the object has another by now.",
                    )
                ]
        return []


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token …` for the document."""

    target_class = "flexapi.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, from `POST /api/auth/login` or `/api/auth/tokens`.",
        }


def drop_trailing_slashes(
    endpoints: list[tuple[str, str, str, Callable[..., Any]]],
) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """Preprocessing hook: both forms of a path work, the document names the short one."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]
