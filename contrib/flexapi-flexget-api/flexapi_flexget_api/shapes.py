"""What FlexGet's API answers beside data: messages, errors, and the headers of lists."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import jsonschema
from django.http import HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

# The version of FlexGet's API that these answers are of.
API_VERSION = "1.8.0"
# What jsonschema knows of a fault and FlexGet tells; those that are paths are lists, all others texts.
_OF_FAULTS = (
    "message",
    "cause",
    "validator",
    "validator_value",
    "path",
    "schema_path",
    "parent",
)
# What every error has.
OF_ERRORS = ("status", "status_code", "message")
# As many of a body's faults are told.
MOST_FAULTS = 20
_KINDS = {"object": "dict", "array": "list"}


class Refused(exceptions.APIException):
    """An error that FlexGet has no place in FlexAPI's own shape for: a status, a message and more members."""

    def __init__(self, status: int, message: str, **members: Any) -> None:
        super().__init__(message)
        self.status_code = status
        self.members = members


def message(text: str, status: int = 200) -> Response:
    """What is answered where something was done."""
    return Response(
        {"message": text, "status_code": status, "status": "success"},
        status=status,
    )


def error(status: int, text: str, **members: Any) -> dict[str, Any]:
    """The body of an error."""
    return {**members, "status_code": status, "message": text, "status": "Error"}


def error_response(status: int, code: str, detail: str) -> HttpResponse:
    """An error that comes before or behind a view."""
    return JsonResponse(error(status, detail), status=status)


def of_errors(method: str, status: int, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body for errors as FlexAPI tells them.

    A 400 that says which member of the body is at fault is FlexGet's 422; one of a parameter of the URL has a body of its own.
    """
    details = [str(one["detail"]) for one in errors]
    if status != 400 or all(one["attr"] is None for one in errors):
        return error(status, " ".join(details))
    if method not in ("POST", "PUT", "PATCH"):
        told = {str(one["attr"]): str(one["detail"]) for one in errors}
        return {"errors": told, "message": "Input payload validation failed"}
    faults = [
        dict.fromkeys(_OF_FAULTS, "None")
        | {
            "message": str(one["detail"]),
            "path": str(one["attr"]).split("."),
            "schema_path": [],
        }
        for one in errors
    ]
    return error(422, "validation error", validation_errors=faults)


def _unique(
    validator: Any, wanted: bool, instance: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """What jsonschema says of texts that stand twice. Of anything else, it compares each with all others, which takes hours."""
    if not wanted or not isinstance(instance, list):
        return
    texts = [item for item in instance if isinstance(item, str)]
    if len(set(texts)) < len(texts):
        yield jsonschema.ValidationError("It has items that stand twice.")


_Validator: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"uniqueItems": _unique}
)


def check(data: Any, schema: dict[str, Any]) -> Any:
    """Return a body that is as its JSON Schema says. Raises Refused, a 422."""
    faults = list(islice(_Validator(schema).iter_errors(data), MOST_FAULTS))
    if faults:
        raise Refused(422, "validation error", validation_errors=list(map(_fault, faults)))
    return data


def _fault(fault: jsonschema.ValidationError) -> dict[str, Any]:
    told = {name: getattr(fault, name) for name in _OF_FAULTS} | {"message": _said(fault)}
    return {
        name: list(value) if name.endswith("path") else str(value) for name, value in told.items()
    }


def _said(fault: jsonschema.ValidationError) -> str:
    """Return what is wrong in FlexGet's words, where it has some of its own."""
    wanted: Any = fault.validator_value
    if fault.validator == "type":
        return f"Got `{fault.instance}`, expected: {_KINDS.get(wanted, wanted)}"
    if fault.validator == "enum":
        return f"Must be one of the following: {', '.join(map(str, wanted))}"
    if fault.validator == "additionalProperties" and isinstance(fault.instance, dict):
        schema: Any = fault.schema
        unknown = [name for name in fault.instance if name not in schema["properties"]]
        return " ".join(f"The key `{name}` is not valid here." for name in unknown)
    return fault.message


def pages_of_none() -> dict[str, str]:
    """The headers of a list without entries, which FlexGet forgets."""
    return {"Total-Count": "0", "Count": "0"}
