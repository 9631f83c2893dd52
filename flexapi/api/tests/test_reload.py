"""`POST /api/server/reload`: FlexGet and its plugins loaded again."""

from typing import Any

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, own_server

__all__ = ["own_server"]
PATH = "/api/server/reload"


def test_only_superusers_may(api: Any, editor: Any) -> None:
    assert api().post(PATH).status_code == 401
    assert api(editor).post(PATH).status_code == 403


def test_flexget_is_loaded_again(own_server: LiveServer) -> None:
    own_server.home.write({"hello": accepting("x")})
    broken = own_server.home.folder / "plugins" / "broken.py"
    broken.write_text("import no_such_package\n")
    own_server.start()
    own_server.run(tasks=["hello"])
    with own_server.client() as client:
        engine = client.get("/api/server").json()["object"]["engine"]
        (problem,) = engine["plugins"]
        assert problem["file"] == str(broken)
        assert "the Python package no_such_package is missing" in problem["reason"]
        assert (
            f"The plugin {broken} is left out: the Python package no_such_package"
            in own_server.log()
        )
        broken.unlink()
        answer = client.post(PATH)
        assert answer.status_code == 202
        assert answer.json()["object"] == {"state": "starting"}
        own_server.run(tasks=["hello"])
        after = client.get("/api/server").json()["object"]["engine"]
    assert after["state"] == "ready"
    assert after["plugins"] == []
    assert after["pid"] != engine["pid"]
