"""GET /api/execution/options."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from executions import requests
from flexapi.testing.flexget_home import FlexGetHome

pytestmark = pytest.mark.django_db


def test_it_is_the_json_schema_of_what_post_takes(
    api: Callable[..., APIClient], viewer: User, config: FlexGetHome
) -> None:
    response = api(viewer).get("/api/execution/options")
    assert response.status_code == 200
    schema = response.json()["object"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"tasks": ["tv"], "learn": True, "stop_waiting": "Show"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"stream": True}, schema)


class TestRoles:
    """What an option can do or print decides who may use it."""

    def test_each_option_of_flexget_has_a_role(
        self, api: Callable[..., APIClient], viewer: User, config: FlexGetHome
    ) -> None:
        schema = api(viewer).get("/api/execution/options").json()["object"]
        shown = {name: option.get("x-role") for name, option in schema["properties"].items()}
        del shown["tasks"]
        assert shown == requests.ROLES

    def test_it_says_which_values_are_for_editors(
        self, api: Callable[..., APIClient], viewer: User, config: FlexGetHome
    ) -> None:
        properties = api(viewer).get("/api/execution/options").json()["object"]["properties"]
        reserved = {
            name: option["x-values-of-editors"]
            for name, option in properties.items()
            if "x-values-of-editors" in option
        }
        assert set(reserved) == {"loglevel", "disable_phases"}
        assert set(reserved["loglevel"]) == {"debug", "trace"}
        assert "modify" in reserved["disable_phases"]
        assert "output" not in reserved["disable_phases"]

    def test_the_documentation_has_the_same_table(self) -> None:
        text = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
        rows = dict(re.findall(r"^\| `(\w+)` \| (operator|editor)\b", text, re.MULTILINE))
        assert rows == requests.ROLES

    @pytest.mark.parametrize(
        "options",
        [
            {"inject": [{"title": "$(reboot)", "url": "http://localhost/"}]},
            {"cli_config": ["a=b"]},
            {"dl_path": "/etc"},
            {"dump": []},
            {"loglevel": "debug"},
            {"loglevel": "trace"},
            {"disable_phases": ["learn", "modify"]},
            {"of_a_newer_flexget": True},
        ],
    )
    def test_these_are_for_editors(
        self, options: dict[str, Any], operator: User, editor: User
    ) -> None:
        assert len(requests.denied_options({"now": True, **options}, operator)) == 1
        assert requests.denied_options(options, editor) == []

    @pytest.mark.parametrize(
        "options", [{"loglevel": "verbose"}, {"disable_phases": ["output"]}, {"learn": True}]
    )
    def test_these_are_for_operators(self, options: dict[str, Any], operator: User) -> None:
        assert requests.denied_options(options, operator) == []

    @pytest.mark.parametrize("loglevel", ["debug", "trace"])
    def test_an_operator_is_told_what_is_refused(
        self, loglevel: str, api: Callable[..., APIClient], operator: User, config: FlexGetHome
    ) -> None:
        response = api(operator).post(f"/api/execution?loglevel={loglevel}")
        assert response.status_code == 403
        assert f"loglevel={loglevel}" in response.json()["errors"][0]["detail"]
