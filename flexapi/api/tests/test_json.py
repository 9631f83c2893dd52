"""What the JSON parser takes and refuses."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexapi.api.http.parsers import MAX_DEPTH
from flexapi.testing.examples import examples

pytestmark = [pytest.mark.usefixtures("probe_urls"), pytest.mark.django_db]


def send(api: Any, body: bytes | str) -> Any:
    return api().generic("POST", "/api/echo", body, content_type="application/json")


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "value",
    ["text", "é ü 漢字 🎬", 1, -1.5, 10**30, True, None, [], {}, {"a": [{"b": None}]}],
)
def test_it_takes_json(api: Any, value: Any) -> None:
    assert send(api, json.dumps(value)).json() == {"object": value}


def test_it_takes_a_byte_order_mark(api: Any) -> None:
    assert send(api, b'\xef\xbb\xbf{"a": 1}').json() == {"object": {"a": 1}}


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        "[-Infinity]",
        "[1e400]",
        "[" + "9" * 5000 + "]",
        b'{"a": "\xff"}',
        '{"a": 1} trailing',
        '{"a": "line\nbreak"}',
    ],
)
def test_it_refuses_what_is_no_json(api: Any, body: bytes | str) -> None:
    response = send(api, body)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["code"] == "parse_error"
    assert error["detail"].startswith("JSON parse error")


def test_it_takes_nesting_up_to_a_depth(api: Any) -> None:
    assert send(api, nested(MAX_DEPTH)).status_code == 200


@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 900, 5000, 200_000])
def test_it_refuses_deeper_nesting(api: Any, depth: int) -> None:
    for body in (nested(depth), '{"a":' * depth + "1" + "}" * depth):
        response = send(api, body)
        assert response.status_code == 400
        assert "nested deeper" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        (r'{"config": {"rss": {"url": "a\u0000b"}}}', "config.rss.url"),
        (r'{"a": ["x", "\ud800"]}', "a.1"),
        (r'{"a": {"\u0000": 1}}', "a.?"),
        (r'{"\udfff": 1}', "?"),
    ],
)
def test_it_names_the_place_of_text_that_cannot_be_kept(api: Any, body: str, attr: str) -> None:
    response = send(api, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_a_surrogate_pair_is_a_letter(api: Any) -> None:
    assert send(api, r'["\ud83c\udfac"]').json() == {"object": ["🎬"]}


@settings(
    max_examples=examples(200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\u0d8e1-.tfn \x00é', max_size=60))
def test_no_body_makes_it_crash(api: Any, body: bytes | str) -> None:
    assert send(api, body).status_code in (200, 400)
