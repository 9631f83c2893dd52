"""The options of an execution: those of `flexget execute`, as JSON Schema and back.

FlexGet's plugins add options of their own to its command line, so the schema is read off
FlexGet's argument parser when the host starts and is right for the installed version.
"""

import argparse
import copy
from typing import Any

from flexget.entry import Entry
from flexget.options import get_parser
from flexget.plugin import task_phases

Schema = dict[str, Any]

LOG_LEVELS = ["critical", "error", "warning", "info", "verbose", "debug", "trace"]

# Options of the command line that make no sense over an API, or harm:
LEFT_OUT = {
    "h",  # help
    "tasks",  # a member of its own in a request
    "profile",  # writes a file of the profiler into the config's folder
    "verbose",  # both steer the terminal; `loglevel` is the option here
    "silent",
    "try-regexp",  # asks questions on the terminal
    "dump-config",  # prints the config, credentials included, into a log that viewers read
    "dump-config-python",
    "debug-perf",  # for FlexGet's own developers
    "explain-sql",
}

# Fields of an entry that have to be of a kind for FlexGet itself, whatever the task does.
FIELDS: dict[str, Schema] = {
    **{name: {"type": "string", "minLength": 1} for name in ("title", "url")},
    **{
        name: {"type": "string"}
        for name in ("original_title", "original_url", "location", "filename")
    },
    "urls": {"type": "array", "items": {"type": "string"}},
}

# Options that the command line's parser does not describe, or describes for a terminal only.
DESCRIBED_HERE: dict[str, Schema] = {
    "disable-phases": {
        "type": "array",
        # Plugins add phases, so this list is the one that FlexGet fills while it loads them.
        "items": {"type": "string", "enum": task_phases},
        "description": "Phases to leave out of this run.",
    },
    "inject": {
        "type": "array",
        "minItems": 1,
        "description": "Entries to use in place of what the task's inputs give.",
        "items": {
            "type": "object",
            "required": ["title", "url"],
            "additionalProperties": False,
            "properties": {
                "title": {"type": "string", "minLength": 1},
                "url": {"type": "string", "minLength": 1},
                "force": {"type": "boolean", "description": "No plugin may reject the entry."},
                "accept": {"type": "boolean", "description": "Accept the entry at once."},
                "fields": {
                    "type": "object",
                    "description": "More fields of the entry.",
                    "properties": FIELDS,
                },
            },
        },
    },
    "retry": {"type": "boolean", "description": "Try entries again that failed before."},
}

OF_THE_RUN: dict[str, Schema] = {
    "loglevel": {
        "type": "string",
        "enum": LOG_LEVELS,
        "default": "verbose",
        "description": "The least level that is logged.",
    },
    "test": {
        "type": "boolean",
        "description": "Show what would happen: nothing is downloaded, and FlexGet's database "
        "is a copy that is thrown away.",
    },
    "cron": {
        "type": "boolean",
        "description": "Run as a schedule does: database maintenance may run first.",
    },
}


def _is_left_out(action: argparse.Action) -> bool:
    name = _flag(action)
    return name in LEFT_OUT or (action.help == argparse.SUPPRESS and name not in DESCRIBED_HERE)


def _flag(action: argparse.Action) -> str:
    return action.option_strings[-1].lstrip("-")


def _actions() -> dict[str, argparse.Action]:
    """Return the options of `flexget execute` by the name that requests give them."""
    actions = get_parser("execute")._actions
    return {
        _flag(action).replace("-", "_"): action
        for action in actions
        if action.option_strings and not _is_left_out(action)
    }


def _describe(action: argparse.Action) -> Schema:
    if _flag(action) in DESCRIBED_HERE:
        return DESCRIBED_HERE[_flag(action)]
    schema: Schema = {"description": (action.help or "").capitalize()}
    if action.nargs == 0:
        return {"type": "boolean", **schema}
    item: Schema = {"type": "string"}
    if action.choices:
        item["enum"] = list(action.choices)
    if action.nargs in ("+", "*"):
        return {"type": "array", "items": item, **schema}
    return {**item, **schema}


def schema() -> Schema:
    """Return the JSON Schema of an execution's options."""
    options = {name: _describe(action) for name, action in _actions().items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Options of an execution",
        "type": "object",
        "properties": dict(sorted((options | OF_THE_RUN).items())),
        "additionalProperties": False,
    }


def _entry(item: dict[str, Any]) -> Entry:
    entry = Entry(title=item["title"], url=item["url"])
    if item.get("force"):
        entry["immortal"] = True
    if item.get("accept"):
        entry.accept(reason="accepted by the request that injected it")
    for key, value in item.get("fields", {}).items():
        entry[key] = value
    return entry


def complete(defaults: argparse.Namespace, given: Any) -> argparse.Namespace:
    """Return the options that plugins give `Manager.execute`, which may be some of them, or None, as all."""
    if isinstance(given, argparse.Namespace):
        return given
    return argparse.Namespace(**{**vars(defaults), **(given or {})})


def as_request(
    defaults: argparse.Namespace,
    options: argparse.Namespace,
    used: argparse.Namespace | None,
    request: dict[str, Any],
) -> dict[str, Any]:
    """Return FlexGet's execute options as a request has them (valid by `schema()`), but for the tasks.

    What is the same as in `used`, which was made of `request`, is as it stands there.
    """
    result: dict[str, Any] = {}
    places = {name: action.dest for name, action in _actions().items()}
    for name, place in (places | {name: name for name in OF_THE_RUN}).items():
        value = getattr(options, place, None)
        if name in request and value == getattr(used, place, None):
            result[name] = request[name]
        elif name == "inject" and value:
            result[name] = [_item(entry) for entry in value]
        elif value is not None and value != getattr(defaults, place, None):
            result[name] = value.lower() if name == "loglevel" else value
    return result


def _item(entry: Entry) -> dict[str, Any]:
    """Return an entry as a request injects it, with the fields that JSON can hold."""
    fields = {
        name: entry[name]
        for name in entry
        if name not in ("title", "url", "immortal")
        and not entry.is_lazy(name)
        and isinstance(entry[name], str | int | float | bool | None)
    }
    return {
        "title": entry["title"],
        "url": entry["url"],
        "force": bool(entry.get("immortal")),
        "accept": bool(entry.accepted),
        "fields": fields,
    }


def namespace(defaults: argparse.Namespace, options: dict[str, Any]) -> argparse.Namespace:
    """Return FlexGet's execute options with `options` (valid by `schema()`) laid over them."""
    actions = _actions()
    result = copy.copy(defaults)
    for name, value in options.items():
        if name in OF_THE_RUN:
            setattr(result, name, value.upper() if name == "loglevel" else value)
        elif name == "inject":
            result.inject = [_entry(item) for item in value]
        else:
            action = actions[name]
            if action.type and isinstance(value, list):
                value = [action.type(item) for item in value]  # type: ignore[operator]
            setattr(result, action.dest, value)
    return result
