"""Headers that every answer has."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_json_has_the_content_security_policy_of_pages(
    api: Callable[..., Any], editor: Any
) -> None:
    client = api(editor)

    page = client.get("/accounts/login/")
    answer = client.get("/api/tasks")

    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Security-Policy"] == page["Content-Security-Policy"]
