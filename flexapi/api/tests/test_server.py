"""`/api/server`, `/healthz` and `/api`."""

from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError, connection
from django.utils import timezone

from flexapi.api.accounts import logins
from flexapi.api.status import server, storage
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


@pytest.mark.parametrize(
    ("other_python", "loaded", "said"),
    [
        (None, "", metadata.version("flexget")),
        (None, "3.1.0", "3.1.0"),
        (Path("/opt/flexget/bin/python"), "3.1.0", "3.1.0"),
        (Path("/opt/flexget/bin/python"), "", None),
    ],
)
def test_the_version_of_flexget_is_that_of_the_one_that_runs(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    other_python: Path | None,
    loaded: str,
    said: str | None,
) -> None:
    settings.FLEXGET_PYTHON = other_python
    state = SimpleNamespace(flexget=loaded)
    monkeypatch.setattr(server, "engine", lambda: SimpleNamespace(state=state))
    assert server.versions()["flexget"] == said


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


def test_it_tells_of_disks_and_how_large_the_databases_are(
    api: Any, viewer: Any, sections: None, tmp_path: Path, settings: Any
) -> None:
    settings.FLEXGET_DATABASE_URL = ""
    settings.FLEXGET_CONFIG = str(tmp_path / "config.yml")
    server.register("storage", storage.storage)

    def told() -> Any:
        return api(viewer).get("/api/server").json()["object"]["storage"]

    assert told()["databases"]["flexget"] == {"kind": "sqlite", "size": None}
    (tmp_path / "db-config.sqlite").write_bytes(b"x" * 100)
    (tmp_path / "db-config.sqlite-wal").write_bytes(b"x" * 11)
    assert told()["databases"]["flexget"]["size"] == 111
    assert all(0 < disk["free"] <= disk["total"] for disk in told()["disks"])
    settings.FLEXGET_CONFIG = str(tmp_path / "gone" / "config.yml")
    assert told() == {"error": "Not known: No such file or directory."}


def test_only_who_administers_users_sees_who_logged_in(
    api: Any, viewer: Any, make_user: Any, sections: None
) -> None:
    server.register("logins", logins.recent_logins, logins.PERMISSION)
    user = make_user("porter")
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    assert "logins" not in api(viewer).get("/api/server").json()["object"]
    user.user_permissions.add(Permission.objects.get(codename="view_user"))
    told = api(User.objects.get(pk=user.pk)).get("/api/server").json()["object"]["logins"]
    assert [login["user"] for login in told] == ["porter"]
