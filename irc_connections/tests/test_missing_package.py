"""FlexGet's Python lacks the package that its `irc` needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.instance import method_modules
from flexapi.testing.flexget_home import FlexGetHome, other_python
from flexapi.testing.waiting import until
from irc_connections.keeper import IrcKeeper

pytestmark = pytest.mark.django_db(transaction=True)
IRC = {"news": {"server": "127.0.0.1", "port": 1, "channels": "#news", "task": "hello"}}


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> FlexGetHome:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"hello": {"accept_all": True}}, irc=IRC)
    settings.FLEXGET_CONFIG = home.config
    return home


@pytest.fixture
def engine(home: FlexGetHome, tmp_path: Path) -> Iterator[Engine]:
    python = other_python(tmp_path / "python", irc_bot="raise ImportError('none here')")
    engine = Engine(home.config, str(python), method_modules)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def test_it_is_said_with_what_to_do(
    engine: Engine, home: FlexGetHome, api: Any, viewer: Any, operator: Any
) -> None:
    keeper = IrcKeeper(engine, among_others=False)
    api(viewer).get("/api/config")

    def server() -> dict[str, Any]:
        keeper.look()
        parts: dict[str, Any] = api(viewer).get("/api/server").json()["object"]
        return parts

    # FlexGet may be busy.
    until(lambda: server()["irc"]["state"] == "failed")
    said = server()
    assert said["irc"]["reason"].startswith("FlexGet's irc needs the Python package irc_bot, which")
    assert said["irc"]["reason"].endswith("install irc_bot there, then load FlexGet again.")
    (warning,) = said["config"]["warnings"]
    assert (warning["code"], warning["attr"]) == ("not_run", "irc")
    assert "install irc_bot" in warning["detail"]
    (news,) = api(viewer).get("/api/irc").json()["items"]
    assert (news["name"], news["state"]) == ("news", "off")
    refused = api(operator).post("/api/irc/news/restart")
    assert refused.status_code == 409
    assert "install irc_bot" in refused.json()["errors"][0]["detail"]
    home.write({"hello": {"accept_all": True}})
    api(viewer).get("/api/config")
    said = server()
    assert (said["irc"]["state"], said["config"]["warnings"]) == ("none", [])
