"""What the OpenAPI document says of an endpoint, told as the endpoints really answer."""

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.plumbing import force_instance, get_doc, is_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated

from flexapi.api.etags import EtagMixin

S = TypeVar("S", bound=serializers.Serializer[Any])

# How paths write ids.
DIGITS = "[0-9]{1,18}"


# What the actions that viewsets of a kind share do to their `subject`, such as ("a movie", "movies").
_SUMMARIES = {
    "list": "List {many}",
    "retrieve": "Read {one}",
    "create": "Add {one}",
    "update": "Replace {one}",
    "partial_update": "Change {one}",
    "destroy": "Delete {one}",
    "clear": "Delete {many}, all or those that match",
    "approve": "Approve {one}",
    "reject": "Take back the approval of {one}",
    "approve_all": "Approve all {many} that match",
    "reject_all": "Take back the approval of all {many} that match",
    "reset": "Take {one} for not downloaded",
    "reset_all": "Take all {many} for not downloaded",
}


class ErrorItemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people.")
    attr = serializers.CharField(
        allow_null=True, help_text="The field, or the path to it, such as `config.rss.url`."
    )


class ErrorSerializer(serializers.Serializer[Any]):
    """What every 4xx and 5xx carries."""

    type = serializers.CharField(help_text="validation_error, client_error or server_error.")
    errors: Any = ErrorItemSerializer(many=True)


class AutoSchema(SpectacularSchema):
    """Adds what the base classes do: `{"object": …}` around one object, errors, ETags and their preconditions.

    A JSON answer described by a serializer, a plain schema or OpenApiTypes.OBJECT is inside of the envelope; other
    media types are not. Errors have one schema, without the field names that may occur: a path into a config can
    be any.
    """

    def get_summary(self) -> str | None:
        """What the action does to the view's `subject`; else the first clause of its docstring, or of a lone view's."""
        action = getattr(self.view, "action", None)
        if action in _SUMMARIES and hasattr(self.view, "subject"):
            one, many = self.view.subject
            return _SUMMARIES[action].format(one=one, many=many)
        return _first_clause(self._action_doc() or get_doc(self.view.__class__))

    def get_description(self) -> str:  # type: ignore[override]
        """The action's docstring where it says more than the summary; else what the class is about."""
        doc = self._action_doc()
        told = self.get_summary()
        # Of what is shared by many, it is as short as "Read one."
        if doc.removesuffix(".") == told or (_first_clause(doc) != told and len(doc.split()) < 5):
            doc = ""
        return doc or get_doc(self.view.__class__)

    def _action_doc(self) -> str:
        name = getattr(self.view, "action", None) or self.method.lower()
        doc: str = get_doc(getattr(self.view, name, None))
        return doc

    def get_operation_id(self) -> str:
        """spectacular's, told apart where a collection and its items both take the same writing method."""
        name: str = super().get_operation_id()
        if self.method == "POST" and self.path.endswith("}"):
            return f"{name}_one"
        action = getattr(self.view, "action", None) or ""
        of_all = self.method in ("PUT", "PATCH", "DELETE") and "{" not in self.path
        if of_all or action == "clear" or action.endswith("_all"):
            return f"{name}_all"
        return name

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """spectacular's, with ids as the numbers that they are, and names that may have a slash (as `%2F`)."""
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        for parameter in parameters:
            pattern = parameter["schema"].get("pattern")
            if pattern == f"^{DIGITS}$":
                parameter["schema"] = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
            elif pattern == "^[^/]+$":
                parameter["schema"] = {"type": "string", "minLength": 1}
        return parameters

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        described: dict[str, Any] = super()._get_response_bodies(direction)
        others = {
            status: self._get_response_for_code(OpenApiResponse(None, description), status)
            for status, description in self.other_statuses().items()
            if status not in described
        }
        return dict(sorted((described | others).items()))

    def _get_callbacks(self) -> dict[str, Any]:
        """spectacular's, with the view's `callback_parameters`, and without the errors of our own endpoints."""
        callbacks: dict[str, Any] = super()._get_callbacks()  # type: ignore[no-untyped-call]
        operations = [
            operation
            for paths in callbacks.values()
            for methods in paths.values()
            for operation in methods.values()
        ]
        for operation in operations:
            operation["parameters"] = getattr(self.view, "callback_parameters", [])
            operation["responses"] = {
                status: answer
                for status, answer in operation["responses"].items()
                if status < "400"
            }
        return callbacks

    def other_statuses(self) -> dict[str, str]:
        """What may be answered in place of what was asked for: 304 and errors, by status, with what they mean."""
        view, method = self.view, self.method
        action = getattr(view, "action", None)
        has_body = method in ("POST", "PUT", "PATCH") and self.get_request_serializer() is not None
        writes = method not in SAFE_METHODS
        conditional = isinstance(view, EtagMixin) and action in view.guarded_actions
        tagged = isinstance(view, EtagMixin) and action in view.etag_actions
        permissions = view.get_permissions()
        public = all(isinstance(permission, AllowAny) for permission in permissions)
        plain = all(
            isinstance(permission, (AllowAny, IsAuthenticated)) for permission in permissions
        )
        forbidden = "The user may not do this, or a session's write lacks its CSRF token."
        possible = {
            "304": (tagged, "The client has it already."),
            "400": (True, "Something in the request is wrong."),
            "401": (not public, "No credentials, or wrong ones."),
            "403": (not plain or (not public and writes), forbidden),
            "404": ("{" in self.path, "There is no such object."),
            "406": (True, "No media type that the client accepts."),
            "412": (conditional, "The object has changed since it was read."),
            "413": (has_body, "The body is too large."),
            "415": (has_body, "A content type that is not understood."),
            "429": (bool(view.throttle_classes), "Too many attempts; see Retry-After."),
            "503": (
                True,
                "What this needs can't be used right now; the text says why, see Retry-After.",
            ),
            "507": (writes, "The disk has no room for it, or can't be written."),
        }
        statuses = {status: text for status, (applies, text) in possible.items() if applies}
        # What writes of a kind may answer as well, such as all that edit the config.
        return statuses | (getattr(view, "possible_write_errors", {}) if writes else {})

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: str,
        media_types: list[str] | None = None,
        direction: str = "response",
    ) -> dict[str, Any]:
        if status_code[0] in "45":
            described = isinstance(serializer, OpenApiResponse) and serializer.description
            serializer = OpenApiResponse(ErrorSerializer, described or "An error.")
            media_types = ["application/json"]
        response: dict[str, Any] = super()._get_response_for_code(  # type: ignore[no-untyped-call]
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
        paginator = self._get_paginator()  # type: ignore[no-untyped-call]
        paginated = self._is_list_view(serializer) and paginator
        if not status_code.startswith("2") or not enveloped or paginated:
            return response
        if content := response.get("content", {}).get("application/json"):
            content["schema"] = {
                "type": "object",
                "properties": {"object": content["schema"], **self._extras()},
                "required": ["object"],
            }
        return response

    def _extras(self) -> dict[str, Any]:
        """What the view's answers to writes may have beside the object: `answer_extras`."""
        writes = self.method.lower() in ("post", "put", "patch")
        return getattr(self.view, "answer_extras", {}) if writes else {}

    def get_override_parameters(self) -> list[Any]:
        """The headers of conditional requests, where the view heeds them, and its `action_parameters`."""
        action = getattr(self.view, "action", None)
        own = getattr(self.view, "action_parameters", {}).get(action, [])
        return [*own, *self._conditional_headers(action)]

    def _conditional_headers(self, action: str | None) -> list[OpenApiParameter]:
        if not isinstance(self.view, EtagMixin):
            return []
        if action in self.view.etag_actions and self.method == "GET":
            known = "An ETag; the answer is 304 while it still fits."
            return [
                _header("If-None-Match", known),
                _header("ETag", "Names this state of the object.", response=[200]),
            ]
        if action in self.view.guarded_actions:
            return [_header("If-Match", "An ETag; the answer is 412 if the object has another.")]
        return []


def _first_clause(doc: str) -> str:
    return re.split(r"[;.](?:\s|$)", doc, maxsplit=1)[0]


def _header(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, **options)


class TokenScheme(OpenApiAuthenticationExtension):
    """The ways to show a token for the document; each is enough."""

    target_class = "flexapi.api.accounts.authentication.TokenAuthentication"
    name = ["token", "bearer", "apiKey", "basic"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        source = "from `POST /api/auth/login` or `/api/auth/tokens`"
        return [
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": f"`Token …`, {source}.",
            },
            {"type": "http", "scheme": "bearer", "description": f"A token, {source}."},
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-Api-Key",
                "description": f"A token, {source}.",
            },
            {
                "type": "http",
                "scheme": "basic",
                "description": f"Any user name, and a token as the password, {source}.",
            },
        ]


def drop_trailing_slashes(
    endpoints: list[tuple[str, str, str, Callable[..., Any]]],
) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """Preprocessing hook: both forms of a path work, the document names the short one."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def example(value: Any, media_type: str = "application/json") -> OpenApiExample:
    """Describe what a request may carry; a test sends each of them.

    Text for another media type is its body. Give it to `extend_schema`, or a serializer: `@extend_schema_serializer`.
    """
    name = "YAML" if media_type == "application/yaml" else "JSON"
    return OpenApiExample(name, value, request_only=True, media_type=media_type)


def exemplified(**value: Any) -> Callable[[type[S]], type[S]]:
    """Give a serializer an example of what requests carry; a decorator of classes."""
    decorate: Callable[[type[S]], type[S]] = extend_schema_serializer(examples=[example(value)])
    return decorate
