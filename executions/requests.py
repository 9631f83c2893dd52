"""Checks a request to run tasks: its tasks against the config, its options against FlexGet."""

import fnmatch
import json
from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema
from django.http import QueryDict
from django.utils.translation import gettext
from rest_framework.exceptions import ErrorDetail, ValidationError

from flexapi.api.parameters import yes_or_no
from flexapi.mirror.answers import unusable
from flexapi.mirror.mirror import Problem

Schema = dict[str, Any]

# Parameters of the URL that steer the answer, not the run.
OF_THE_ANSWER = ("stream", "level", "format")
# Each option of FlexGet 3.22's, with the role that may use it; docs/security.md has the same table. Editors' options do
# what the config does not say (fetch any URL, write to any folder, put any text into a command of `exec`), or print what
# it has. What isn't here came with a newer FlexGet or a plugin, and is for editors.
ROLES = {
    "cli_config": "editor",
    "cron": "operator",
    "disable_phases": "operator",
    "discover_now": "operator",
    "dl_path": "editor",
    "dump": "editor",
    "inject": "editor",
    "learn": "operator",
    "loglevel": "operator",
    "no_cache": "operator",
    "now": "operator",
    "retry": "operator",
    "stop_waiting": "operator",
    "tail_reset": "operator",
    "template": "operator",
    "test": "operator",
}
# At these levels plugins log what they send and get.
EDITORS_LEVELS = ("debug", "trace")
# Without one of these a run does less; without another it may take what a plugin would have refused.
OPERATORS_PHASES = ("input", "download", "output", "learn")

_TASKS: Schema = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 500},
    "maxItems": 10000,
    "description": "Names or globs of the tasks to run. None, or `*`: all but manual ones.",
}


def denied_options(options: Mapping[str, Any], user: Any) -> list[str]:
    """Return those of a run's options that the user may not use, whether they ask for the run or repeat it."""
    denied = sorted(
        f"{name}={value}" if name in ("loglevel", "disable_phases") else name
        for name, value in options.items()
        if _is_editors(name, value)
    )
    return [] if not denied or user.has_perm("tasks.change_task") else denied


def _is_editors(name: str, value: Any) -> bool:
    if ROLES.get(name) != "operator":
        return True
    return any(_has_reserved(name, one) for one in (value if isinstance(value, list) else [value]))


def _has_reserved(name: str, value: Any) -> bool:
    if name == "loglevel":
        return str(value).lower() in EDITORS_LEVELS
    return name == "disable_phases" and value not in OPERATORS_PHASES


def request_schema(options: Schema) -> Schema:
    """Return the JSON Schema of a whole request, given that of the options; `x-role` is the least role that may use one.

    `x-values-of-editors` are values of an operators' option that only editors may use.
    """
    roles = {
        name: {**described, "x-role": ROLES.get(name, "editor")}
        for name, described in options["properties"].items()
    }
    for name, described in roles.items():
        values = described.get("enum") or described.get("items", {}).get("enum") or ()
        if reserved := [value for value in values if _has_reserved(name, value)]:
            described["x-values-of-editors"] = reserved
    return {
        **options,
        "title": "A request to run tasks",
        "properties": {"tasks": _TASKS, **roles},
    }


def from_parameters(parameters: QueryDict, schema: Schema) -> dict[str, Any]:
    """Return the request that stands in the parameters of a URL.

    Raises ValidationError where a value can't be what its option wants.
    """
    request: dict[str, Any] = {}
    for name, values in parameters.lists():
        if name not in OF_THE_ANSWER:
            wanted = schema["properties"].get(name, {}).get("type")
            request[name] = _convert(name, values, wanted)
    return request


def _convert(name: str, values: list[str], wanted: str | None) -> Any:
    if name == "inject":
        try:
            parsed = json.loads(values[-1])
        except ValueError as error:
            raise _invalid(
                name, "invalid", gettext("This is no JSON: {error}").format(error=error)
            ) from error
        return parsed if isinstance(parsed, list) else [parsed]
    if wanted == "array":
        return values
    if wanted == "boolean":
        return yes_or_no(name, values[-1], bare=True)
    return values[-1]


def check(
    request: Any, schema: Schema, task_names: Iterable[str], problem: Problem | None = None
) -> None:
    """Check a request. Raises ValidationError that names every member at fault.

    `problem` is what keeps the config from being used: a task that is not known may stand there, so the answer is a
    Conflict that tells the problem.
    """
    faults = list(jsonschema.Draft202012Validator(schema).iter_errors(request))
    if faults:
        raise ValidationError(_nested_errors(faults))
    lowered = [name.lower() for name in task_names]
    unknown: dict[str, list[ErrorDetail]] = {}
    for position, pattern in enumerate(request.get("tasks", [])):
        # As FlexGet's manager matches them.
        if not any(fnmatch.fnmatchcase(name, pattern.lower()) for name in lowered):
            message = gettext("The config has no task that matches {pattern!r}.").format(
                pattern=pattern
            )
            unknown[str(position)] = [ErrorDetail(message, "unknown_task")]
    if unknown and problem is not None:
        raise unusable(problem)
    if unknown:
        raise ValidationError({"tasks": unknown})


def _invalid(name: str, code: str, message: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(message, code)]})


def _nested_errors(faults: list[jsonschema.ValidationError]) -> Any:
    """Return the faults as DRF nests them, so that each is reported with its path."""
    errors: dict[str, Any] = {}
    for fault in faults:
        path = [str(key) for key in fault.absolute_path]
        member: Any = fault.instance
        if fault.validator == "required":
            wanted: Any = fault.validator_value
            missing = next(name for name in wanted if name not in member)
            _put(errors, [*path, missing], "required", gettext("This field is required."))
        elif fault.validator == "additionalProperties":
            schema: Any = fault.schema
            known = schema["properties"]
            for name in (name for name in member if name not in known):
                message = gettext("There is no option {name!r}; there are: {known}.").format(
                    name=name, known=", ".join(sorted(known))
                )
                _put(errors, [*path, str(name)], "unknown_option", message)
        else:
            _put(errors, path or ["non_field_errors"], "invalid", _sentence(fault))
    return errors


def _sentence(fault: jsonschema.ValidationError) -> str:
    message = fault.message if len(fault.message) <= 300 else f"{fault.message[:300]}…"
    return f"{message[:1].upper()}{message[1:]}."


def _put(errors: dict[str, Any], path: list[str], code: str, message: str) -> None:
    *parents, last = path
    for key in parents:
        child = errors.setdefault(key, {})
        if not isinstance(child, dict):
            # The whole of this member is at fault already.
            return
        errors = child
    if isinstance(errors.get(last), dict):
        return
    errors.setdefault(last, []).append(ErrorDetail(message, code))
