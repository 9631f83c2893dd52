"""Fixtures of the tests of hooks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from executions.tests.conftest import config
from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.live import own_server

__all__ = ["config", "own_server"]

URL = "/api/hooks"
Api = Callable[..., APIClient]
# A task that takes what it gets, if its title says 1080p.
TASK = {"mock": [], "regexp": {"accept": ["1080p"]}, "disable": ["seen", "retry_failed"]}


def errors(response: Any) -> dict[str | None, str]:
    """The texts of what is wrong, by attribute."""
    return {error["attr"]: error["detail"] for error in response.json()["errors"]}


@pytest.fixture
def tv(config: FlexGetHome) -> FlexGetHome:
    """A config with the task `tv`."""
    config.write({"tv": TASK})
    return config


@pytest.fixture
def make(api: Api, editor: User) -> Callable[..., dict[str, Any]]:
    """`make(**fields)`: a hook of the task `tv`, as the API tells of a new one."""

    def post(**fields: Any) -> dict[str, Any]:
        given = {"name": "door", "task": "tv", "title": "$.title", "url": "$.url", **fields}
        response = api(editor).post(URL, given)
        assert response.status_code == 201, response.content
        made: dict[str, Any] = response.json()["object"]
        return made

    return post
