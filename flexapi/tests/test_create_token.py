"""`manage.py create_token`."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from flexapi.api.models import ApiToken


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_a_token_that_works_and_nothing_else(api: Any, viewer: Any) -> None:
    token = run("viewer")
    assert token == token.strip() + "\n"
    response = api().get("/api/auth/me", HTTP_AUTHORIZATION=f"Token {token.strip()}")
    assert response.json()["object"]["username"] == "viewer"


def test_names_and_expiry(viewer: Any) -> None:
    run("viewer", "--name", "phone", "--never-expires")
    run("viewer", "--days", "1")
    assert ApiToken.objects.get(name="phone").expiry is None
    brief = ApiToken.objects.get(name="command line")
    assert brief.expiry is not None
    assert (brief.expiry - brief.created).total_seconds() == pytest.approx(86400, abs=5)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody",),
        ("viewer", "--days", "0"),
        ("viewer", "--days", "99999999"),
        ("viewer", "--days", "1", "--never-expires"),
        ("viewer", "--name", "x" * 101),
    ],
)
def test_it_refuses(viewer: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not ApiToken.objects.exists()


def test_it_narrows(viewer: Any) -> None:
    run("viewer", "--name", "eyes", "--read")
    run("viewer", "--name", "hand", "--run", "films", "tv*")
    assert ApiToken.objects.get(name="eyes").scope == "read"
    assert ApiToken.objects.get(name="hand").task_globs == ["films", "tv*"]
