"""What of an OpenAPI document counts as broken, and what doesn't."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from releasing.contract import bare, broken

OLD: dict[str, Any] = {
    "info": {"title": "FlexAPI", "version": "1.0.0"},
    "paths": {
        "/api/tasks": {
            "post": {
                "description": "Make a task.",
                "parameters": [{"in": "query", "name": "message", "required": False}],
                "requestBody": {"content": {"application/json": {}, "application/yaml": {}}},
                "responses": {"201": {"description": "Made."}, "404": {}},
            }
        }
    },
    "components": {
        "schemas": {
            "Task": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "description": "What it is called."},
                    "id": {"type": "integer", "readOnly": True},
                },
                "required": ["id"],
            },
            "State": {"type": "string", "enum": ["on", "off"]},
        }
    },
}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    new = copy.deepcopy(OLD)
    change(new)
    return new


def operation(new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = new["paths"]["/api/tasks"]["post"]
    return found


def task(new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = new["components"]["schemas"]["Task"]
    return found


def test_words_are_no_part_of_it_but_fields_of_their_names_are() -> None:
    worded = changed(lambda new: operation(new).update(description="Other words.", summary="Make"))
    worded["info"]["version"] = "1.1.0"
    assert bare(worded) == bare(OLD)
    assert bare(OLD)["components"]["schemas"]["Task"]["properties"]["title"] == {"type": "string"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda new: new["paths"].clear(), "POST /api/tasks is gone"),
        (
            lambda new: operation(new)["parameters"].clear(),
            "POST /api/tasks: the parameter message is gone",
        ),
        (
            lambda new: operation(new)["parameters"][0].update(required=True),
            "POST /api/tasks: the parameter message must be given now",
        ),
        (
            lambda new: operation(new)["parameters"].append(
                {"in": "query", "name": "why", "required": True}
            ),
            "POST /api/tasks: the new parameter why must be given",
        ),
        (
            lambda new: operation(new)["responses"].pop("201"),
            "POST /api/tasks: it no longer answers 201",
        ),
        (
            lambda new: operation(new)["requestBody"].update(required=True),
            "POST /api/tasks: it needs a body now",
        ),
        (
            lambda new: operation(new)["requestBody"]["content"].pop("application/yaml"),
            "POST /api/tasks: it no longer takes application/yaml",
        ),
        (lambda new: new["components"]["schemas"].pop("State"), "the schema State is gone"),
        (lambda new: task(new)["properties"].pop("title"), "Task: the field title is gone"),
        (
            lambda new: task(new)["properties"]["title"].update(type="integer"),
            "Task: the field title has another type",
        ),
        (
            lambda new: task(new)["required"].append("title"),
            "Task: the field title must be given now",
        ),
        (
            lambda new: new["components"]["schemas"]["State"]["enum"].remove("off"),
            "State: the value off is gone",
        ),
    ],
)
def test_what_breaks_a_program(change: Callable[[dict[str, Any]], object], said: str) -> None:
    new = changed(change)
    assert broken(OLD, new) == [said]
    assert bare(new) != bare(OLD)


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["paths"].update({"/api/new": {"get": {"responses": {"200": {}}}}}),
        lambda new: operation(new)["parameters"].append({"in": "query", "name": "why"}),
        lambda new: operation(new)["responses"].pop("404"),
        lambda new: task(new)["properties"].update(more={"type": "string", "readOnly": True}),
        lambda new: new["components"]["schemas"]["State"]["enum"].append("paused"),
    ],
)
def test_what_is_added_breaks_none(change: Callable[[dict[str, Any]], object]) -> None:
    new = changed(change)
    assert broken(OLD, new) == []
    assert bare(new) != bare(OLD)
