"""`/api/server`, `/healthz` and `/api`."""

from importlib import metadata
from typing import Any

import pytest
from django.db import OperationalError, connection

from flexapi.api.status import server
from flexapi.registry import Registry


@pytest.fixture
def sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "parts", Registry("part"))
    server.register("versions", server.versions)


def test_it_needs_a_user(api: Any) -> None:
    assert api().get("/api/server").status_code == 401


def test_it_tells_versions(api: Any, make_user: Any, sections: None) -> None:
    answer = api(make_user("nobody")).get("/api/server").json()["object"]
    assert set(answer) == {"versions"}
    assert set(answer["versions"]) == {"flexapi", "flexget", "python", "django"}
    assert answer["versions"]["flexget"] == metadata.version("flexget")


def test_sections_join_and_may_be_unavailable(api: Any, viewer: Any, sections: None) -> None:
    def broken() -> None:
        raise server.Unavailable("it sleeps")

    server.register("queue", lambda: {"pending": 3})
    server.register("engine", broken)
    answer = api(viewer).get("/api/server").json()["object"]
    assert answer["queue"] == {"pending": 3}
    assert answer["engine"] == {"error": "it sleeps"}


def test_a_section_is_registered_once(sections: None) -> None:
    server.register("engine", dict)
    with pytest.raises(ValueError, match="engine"):
        server.register("engine", list)
    with pytest.raises(ValueError, match="versions"):
        server.register("versions", dict)


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_health_is_public(api: Any, path: str) -> None:
    response = api().get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_tells_of_a_database_that_fails(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", fail)
        assert api().get("/healthz").status_code == 503


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_root_lists_the_endpoints(api: Any, viewer: Any, path: str) -> None:
    assert api().get(path).status_code == 401
    endpoints = api(viewer).get(path).json()["object"]
    assert endpoints["auth/tokens"] == "http://testserver/api/auth/tokens"
    assert {"server", "schema", "docs", "auth/login"} <= set(endpoints)
