"""Tokens that may do less than their user, and tokens in the URL."""

from typing import Any

import pytest

from flexapi.testing.config_file import config

__all__ = ["config"]

pytestmark = pytest.mark.django_db
URL = "/api/tokens"


def test_one_is_made_over_the_api(api: Any, viewer: Any) -> None:
    client = api(viewer)
    given = {
        "name": "phone",
        "scope": "run",
        "tasks": ["tv*", "films"],
        "addresses": ["10.1.2.3", "192.168.0.7/24", "fe80::/10"],
    }
    made = client.post(URL, given).json()["object"]
    assert (made["scope"], made["tasks"]) == ("run", ["tv*", "films"])
    assert made["addresses"] == ["10.1.2.3/32", "192.168.0.0/24", "fe80::/10"]
    listed = client.get(URL).json()["items"]
    assert [item["scope"] for item in listed] == ["run", "all"]


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"scope": "run"}, "tasks"),
        ({"scope": "read", "tasks": ["tv"]}, "tasks"),
        ({"scope": "everything"}, "scope"),
        ({"addresses": ["here"]}, "addresses"),
        ({"scope": "run", "tasks": "tv"}, "tasks"),
    ],
)
def test_one_that_makes_no_sense_is_refused(api: Any, viewer: Any, given: Any, attr: str) -> None:
    answer = api(viewer).post(URL, {"name": "x", **given})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


class TestRead:
    def test_it_reads_what_its_user_reads_but_credentials(
        self, client_with: Any, config: Any
    ) -> None:
        config.write_text("tasks:\n  tv: {mock: [], deluge: {password: hunter2hunter2}}\n")
        client = client_with(scope="read")
        for path in ("execution?status=all", "tasks", "config", "history", "server", "auth/me"):
            answer = client.get(f"/api/{path}")
            assert answer.status_code == 200, path
            assert "hunter2" not in answer.content.decode(), path
        assert "hunter2" in client_with().get("/api/config").content.decode()

    def test_it_changes_nothing(self, client_with: Any, config: Any) -> None:
        client = client_with(scope="read")
        before = config.read_bytes()
        for method, path in (
            ("post", "execution"),
            ("post", "movie_queue"),
            ("delete", "tasks/tv"),
            ("post", "tokens"),
            ("post", "auth/tokens"),
            ("get", "tokens"),
            ("post", "config/check"),
            ("post", "server/reload"),
        ):
            answer = getattr(client, method)(f"/api/{path}", {"name": "x", "title": "x"})
            assert answer.status_code == 403, path
        assert config.read_bytes() == before

    def test_a_superuser_s_is_none(self, client_with: Any, admin_user: Any) -> None:
        client = client_with(admin_user, scope="read")
        me = client.get("/api/auth/me").json()["object"]
        assert me["is_superuser"] is me["is_staff"] is False
        assert all(".view_" in permission for permission in me["permissions"])
        assert "executions.view_execution" in me["permissions"]
        assert client.delete("/api/tasks/tv").status_code == 403
        admin_user.refresh_from_db()
        assert admin_user.is_superuser

    def test_it_may_end_itself(self, client_with: Any) -> None:
        client = client_with(scope="read")
        assert client.post("/api/auth/logout").status_code == 204
        assert client.get("/api/auth/me").status_code == 401


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "status"),
        [("10.0.0.9", 200), ("::ffff:10.0.0.9", 200), ("10.0.1.9", 401), ("", 401)],
    )
    def test_it_counts_from_its_own_alone(
        self, client_with: Any, address: str, status: int
    ) -> None:
        client = client_with(addresses=["10.0.0.0/24"])
        assert client.get("/api/auth/me", REMOTE_ADDR=address).status_code == status

    def test_what_a_client_says_of_itself_counts_behind_a_proxy_alone(
        self, client_with: Any, settings: Any
    ) -> None:
        client = client_with(addresses=["10.0.0.0/24"])
        claimed = {"REMOTE_ADDR": "8.8.8.8", "HTTP_X_FORWARDED_FOR": "10.0.0.9"}
        assert client.get("/api/auth/me", **claimed).status_code == 401


class TestInTheURL:
    def test_a_narrowed_one_counts(self, api: Any, client_with: Any, config: Any) -> None:
        secret = client_with(scope="read").secret
        answer = api().get(f"/api/tasks?limit=1&apikey={secret}")
        assert answer.status_code == 200
        assert secret not in answer.content.decode()
        assert "limit=1" in answer.json()["next"]

    def test_a_whole_one_is_refused(self, api: Any, client_with: Any) -> None:
        answer = api().get(f"/api/tasks?apikey={client_with().secret}")
        assert answer.status_code == 401
        assert "narrowed" in answer.json()["errors"][0]["detail"]

    def test_a_wrong_one_is_repeated_nowhere(self, api: Any, db: None) -> None:
        for path in ("/api/tasks", "/api/nothing", "/nothing"):
            answer = api().get(f"{path}?apikey=secretsecret")
            assert "secretsecret" not in answer.content.decode()


@pytest.mark.parametrize("scope", ["read", "run"])
def test_monitoring_takes_one_that_reads(
    client_with: Any, viewer: Any, config: Any, scope: str
) -> None:
    tasks = {"tasks": ["*"]} if scope == "run" else {}
    client = client_with(viewer, scope=scope, **tasks)
    status = 200 if scope == "read" else 403
    for path in ("/metrics", "/api/server/summary", "/api/statistics"):
        assert client.get(path).status_code == status, path
    # A scraper that knows an address and nothing else.
    plain = client_with(viewer, scope=scope, **tasks)
    plain.credentials()
    assert plain.get(f"/api/server/summary?apikey={plain.secret}").status_code == status
    assert plain.get(f"/metrics?apikey={plain.secret}").status_code == status
