"""The browsable API: DRF's, whose forms begin with what the endpoint takes, or with what is there now."""

import json
from typing import Any
from urllib.parse import unquote

from rest_framework import renderers
from rest_framework.request import override_method


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """DRF's, with breadcrumbs that say each place once, and forms that can be sent as they are."""

    def get_breadcrumbs(self, request: Any) -> list[tuple[str, str]]:
        """The places above, "API" first; `/api` and `/api/` are one."""
        found: list[tuple[str, str]] = super().get_breadcrumbs(request)
        above = {url.rstrip("/"): (name, url.rstrip("/")) for name, url in found}
        (_, first), *rest = above.values()
        return [("API", first), *((_place(url), url) for _, url in rest)]

    def get_context(
        self, data: Any, accepted_media_type: Any, renderer_context: Any
    ) -> dict[str, Any]:
        """The template's context; a page of one object is named as the object, where DRF says "Task Instance"."""
        context: dict[str, Any] = super().get_context(data, accepted_media_type, renderer_context)
        view = renderer_context["view"]
        if getattr(view, "suffix", None) == "Instance":
            kind = context["name"].removesuffix(" Instance")
            context["name"] = f"{kind} {_place(context['request'].path)}"
        return context

    def get_raw_data_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        """The form for a body. A PUT or PATCH begins with the object as it is, others with an example."""
        form = super().get_raw_data_form(data, view, method, request)
        if form is None or "_content" not in getattr(form, "fields", {}):
            return form
        with override_method(view, request, method):
            body = _body(data, view, method)
        form.fields["_content"].initial = json.dumps(body, indent=4, ensure_ascii=False)
        return form


def _place(url: str) -> str:
    """Return what a place is called below the one above it."""
    return unquote(url.rstrip("/").rpartition("/")[2])


def _body(data: Any, view: Any, method: str) -> Any:
    """What a request may carry there."""
    example = _example(view)
    current = data.get("object") if isinstance(data, dict) else None
    if method == "POST" or not isinstance(current, dict):
        return example
    names = set(example) if isinstance(example, dict) else set()
    if getattr(view, "serializer_class", None) is not None:
        serializer = view.get_serializer()
        fields = getattr(serializer, "child", serializer).fields
        names |= {
            name for name, field in fields.items() if not field.read_only and not field.write_only
        }
    return {name: value for name, value in current.items() if name in names} or example


def _example(view: Any) -> Any:
    """The example that the OpenAPI document has for the action, or for what it takes; else an empty object."""
    handler = getattr(view, getattr(view, "action", None) or "", None)
    annotated = getattr(handler, "kwargs", {}).get("schema")
    takes: list[Any] = []
    if annotated is not None:
        schema = annotated()
        schema.view, schema.method = view, view.request.method
        for example in schema.get_examples():
            if example.media_type == "application/json" and not example.response_only:
                return example.value
        request = schema.get_request_serializer()
        takes.append(request.get("application/json") if isinstance(request, dict) else request)
    if hasattr(view, "get_serializer_class"):
        takes.append(view.get_serializer_class())
    for serializer in takes:
        for example in getattr(serializer, "_spectacular_annotation", {}).get("examples", []):
            return example.value
    return {}
