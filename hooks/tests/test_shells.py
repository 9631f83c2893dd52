"""A sender's words reach no shell that would run them."""

from collections.abc import Callable
from typing import Any

import pytest

from executions.models import Execution
from flexapi.testing.flexget_home import FlexGetHome

from .conftest import TASK, URL, Api, errors

pytestmark = pytest.mark.django_db

UNSAFE = {"on_output": {"for_accepted": "echo {{title}} {{indexer}}"}}
SAFE = {"auto_escape": True, **UNSAFE}


def post(api: Api, made: dict[str, Any], **body: Any) -> Any:
    body = {"title": "Sintel.2010.1080p", "url": "https://site.example/?a=1&b=2", **body}
    return api().post(f"{URL}/door", body, HTTP_X_API_KEY=made["secret"])


@pytest.mark.parametrize(
    "written",
    [
        {"tasks": {"tv": {**TASK, "exec": UNSAFE}}},
        {"tasks": {"tv": {**TASK, "if": [{"yes": {"exec": "echo {{title}} {{indexer}}"}}]}}},
        {"tasks": {"tv": {**TASK, "template": "a"}}, "templates": {"a": {"exec": UNSAFE}}},
        {"tasks": {"tv": TASK}, "templates": {"global": {"exec": UNSAFE}}},
        {
            "tasks": {"tv": {**TASK, "template": ["a"]}},
            "templates": {"a": {"template": "b"}, "b": {"exec": UNSAFE}},
        },
    ],
)
def test_words_pass_and_what_a_shell_would_run_does_not(
    api: Api, make: Callable[..., dict[str, Any]], tv: FlexGetHome, written: dict[str, Any]
) -> None:
    tv.write(**written)
    made = make(fields={"indexer": "$.indexer"})
    # The URL reaches no shell here.
    assert post(api, made).status_code == 201
    for bad in ({"title": "x; touch /tmp/y"}, {"title": "$(reboot)"}, {"indexer": "`id`"}):
        answer = post(api, made, **bad)
        assert answer.status_code == 409, bad
        assert "auto_escape: yes" in errors(answer)[None]
    assert Execution.objects.count() == 1


@pytest.mark.parametrize(
    "written",
    [
        {"tasks": {"tv": {**TASK, "exec": SAFE}}},
        {"tasks": {"tv": TASK, "other": {**TASK, "exec": UNSAFE}}},
        {"tasks": {"tv": TASK}, "templates": {"a": {"exec": UNSAFE}}},
    ],
)
def test_what_is_escaped_or_elsewhere_takes_anything(
    api: Api, make: Callable[..., dict[str, Any]], tv: FlexGetHome, written: dict[str, Any]
) -> None:
    tv.write(**written)
    made = make(fields={"indexer": "$.indexer"})
    assert post(api, made, title="What's up; $(echo)").status_code == 201
