"""Every error under `/api/` is JSON in one shape."""

import logging
from typing import Any

import pytest


def assert_error(response: Any, status: int, code: str) -> str:
    """The error's detail, after its shape was checked."""
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/json")
    body = response.json()
    assert set(body) == {"type", "errors"}
    assert body["type"] == ("server_error" if status >= 500 else body["type"])
    (error,) = body["errors"]
    assert set(error) == {"code", "detail", "attr"}
    assert error["code"] == code
    return str(error["detail"])


@pytest.mark.parametrize("path", ["/api/nothing", "/api/nothing/", "/api/a/b/c.html", "/api//x"])
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "head"])
def test_unknown_paths(api: Any, path: str, method: str) -> None:
    response = getattr(api(), method)(path)
    assert response.status_code == 404
    if method != "head":
        assert_error(response, 404, "not_found")


def test_a_method_that_is_not_there(api: Any, viewer: Any) -> None:
    assert_error(api(viewer).delete("/api/auth/me"), 405, "method_not_allowed")
    assert_error(api(viewer).generic("BREW", "/api/auth/me"), 405, "method_not_allowed")


def test_a_content_type_that_is_not_json(api: Any, viewer: Any) -> None:
    response = api(viewer).generic(
        "POST", "/api/auth/tokens", "name=x", content_type="application/x-www-form-urlencoded"
    )
    assert_error(response, 415, "unsupported_media_type")


def test_an_accept_that_nothing_satisfies(api: Any, viewer: Any) -> None:
    response = api(viewer).get("/api/auth/me", HTTP_ACCEPT="image/png")
    assert_error(response, 406, "not_acceptable")


@pytest.mark.usefixtures("probe_urls")
@pytest.mark.parametrize("path", ["/api/crash", "/api/plain-crash"])
def test_a_crash_is_logged_and_not_shown(
    api: Any, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = api().get(path)
    assert_error(response, 500, "error")
    assert b"secret" not in response.content
    assert "a secret detail" in caplog.text


@pytest.mark.usefixtures("probe_urls")
def test_outside_of_the_api_errors_are_pages(api: Any) -> None:
    response = api().get("/plain-crash")
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")


def test_a_foreign_host(api: Any) -> None:
    response = api().get("/api/auth/me", HTTP_HOST="evil.example")
    assert "FLEXAPI_ALLOWED_HOSTS" in assert_error(response, 400, "bad_request")


def test_a_nul_byte_in_the_path(api: Any) -> None:
    assert_error(api().get("/api/tasks/a%00b"), 400, "bad_request")


def test_a_nul_byte_in_a_filter(api: Any, admin: Any, probe_urls: None) -> None:
    for parameter in ("name", "search"):
        response = api(admin).get("/api/groups", {parameter: "a\x00b"})
        assert response.status_code == 400


def test_an_id_beyond_every_table(api: Any, viewer: Any) -> None:
    assert_error(api(viewer).get(f"/api/auth/tokens/{'9' * 40}"), 404, "not_found")
    assert_error(api(viewer).get("/api/auth/tokens/x"), 404, "not_found")


def test_a_body_that_is_too_large(api: Any, viewer: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = api(viewer).post("/api/auth/tokens", {"name": "x" * 1000})
    assert_error(response, 413, "body_too_large")


@pytest.mark.parametrize("length", ["x", "-1", "1_0", "\u0663"])
def test_a_content_length_that_is_no_number(api: Any, viewer: Any, length: str) -> None:
    response = api(viewer).get("/api/auth/me", CONTENT_LENGTH=length)
    assert_error(response, 400, "bad_request")


def test_answers_are_private(api: Any, viewer: Any) -> None:
    response = api(viewer).get("/api/auth/me")
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Accept", "Authorization", "Cookie"} <= set(response["Vary"].split(", "))
