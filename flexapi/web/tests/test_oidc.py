"""Logging in by an OpenID provider: a real flow with signed tokens, a real browser, and what a liar gets."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer
from flexapi.testing.oidc_provider import CLIENT, SECRET, Provider, oidc_provider


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("oidc"))
    server.environment |= {
        "FLEXAPI_OIDC_ISSUER": f"{provider.issuer}/",
        "FLEXAPI_OIDC_CLIENT_ID": CLIENT,
        "FLEXAPI_OIDC_CLIENT_SECRET": SECRET,
        "FLEXAPI_OIDC_NAME": "our provider",
        "FLEXAPI_SSO_ROLES": "media=editor,family=viewer",
    }
    server.start()
    yield server
    server.end()


@pytest.fixture
def browser(server: LiveServer) -> Iterator[httpx.Client]:
    """Something that follows redirects and keeps cookies."""
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as client:
        yield client


def test_somebody_logs_in_with_the_button(
    server: LiveServer, provider: Provider, people: Any
) -> None:
    provider.log_in_as("anna", "media")
    page = people(server).page
    page.goto("/tasks/")
    page.get_by_role("link", name="Log in with our provider").click()
    page.wait_for_url(f"{server.url}/tasks/")
    expect(page.locator(".account-name")).to_have_text("anna")
    me = page.evaluate("async () => (await (await fetch('/api/auth/me')).json()).object")
    assert (me["groups"], me["is_superuser"]) == (["editor"], False)


def test_the_groups_of_the_next_time_count(browser: httpx.Client, provider: Provider) -> None:
    for groups, role in ((["media"], ["editor"]), (["family"], ["viewer"]), ([], [])):
        provider.log_in_as("ben", *groups)
        browser.get("/accounts/oidc/")
        assert browser.get("/api/auth/me").json()["object"]["groups"] == role


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ({"aud": "another"}, "can't be trusted"),
        ({"iss": "http://elsewhere.example"}, "can't be trusted"),
        ({"exp": 1}, "can't be trusted"),
        ({"nonce": "another"}, "can't be trusted"),
        ({"sub": "another"}, "tells of two users"),
    ],
)
def test_a_token_that_is_not_for_us(
    browser: httpx.Client, provider: Provider, lie: dict[str, Any], told: str
) -> None:
    provider.log_in_as("cleo", "media")
    provider.token_claims = lie
    answer = browser.get("/accounts/oidc/")
    assert answer.url.path == "/accounts/login/"
    assert told in answer.text.replace("&#x27;", "'")
    assert browser.get("/api/auth/me").status_code == 401
    # It is said once.
    assert told not in browser.get("/accounts/login/").text.replace("&#x27;", "'")


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), None])
def test_a_token_that_somebody_else_signed_or_nobody(
    browser: httpx.Client, provider: Provider, key: Any
) -> None:
    provider.log_in_as("cleo", "media")
    provider.signs_with = key
    assert browser.get("/accounts/oidc/").url.path == "/accounts/login/"
    assert browser.get("/api/auth/me").status_code == 401


def test_a_code_of_another_browser_counts_for_nothing(
    browser: httpx.Client, server: LiveServer, provider: Provider
) -> None:
    provider.log_in_as("dora", "media")
    start = httpx.get(f"{server.url}/accounts/oidc/", timeout=60)
    back = httpx.get(start.headers["Location"], timeout=60).headers["Location"]
    answer = browser.get(back)
    assert answer.url.path == "/accounts/login/"
    assert browser.get("/api/auth/me").status_code == 401


def test_who_has_a_password_here_keeps_to_it(browser: httpx.Client, provider: Provider) -> None:
    provider.log_in_as("admin", "media")
    answer = browser.get("/accounts/oidc/")
    assert "The user admin has a password here" in answer.text
    assert browser.get("/api/auth/me").status_code == 401


def test_a_refusal_is_said(browser: httpx.Client, provider: Provider) -> None:
    provider.log_in_as("emil")
    provider.refuses = True
    assert "The provider says: Not today." in browser.get("/accounts/oidc/").text


def test_nobody_is_sent_elsewhere_afterwards(browser: httpx.Client, provider: Provider) -> None:
    provider.log_in_as("fritz", "family")
    answer = browser.get("/accounts/oidc/?next=https://elsewhere.example/")
    assert urlsplit(str(answer.url)).netloc == browser.base_url.netloc.decode()
    assert answer.url.path == "/"


def test_the_password_of_an_account_still_logs_in(browser: httpx.Client) -> None:
    page = browser.get("/accounts/login/")
    assert "Log in with our provider" in page.text
    body = {"username": "admin", "password": "correct horse battery"}
    assert browser.post("/api/auth/login", json=body).status_code == 200


def test_a_narrowed_token_stays_narrowed(server: LiveServer) -> None:
    with server.client() as admin:
        secret = admin.post("/api/tokens", json={"name": "x", "scope": "read"}).json()["object"][
            "token"
        ]
    headers = {"Authorization": f"Token {secret}"}
    answer = httpx.post(
        f"{server.url}/api/movie_queue", json={"title": "x"}, headers=headers, timeout=60
    )
    assert answer.status_code == 403
