"""What a forked process loaded is taken only by a host that still has what it began with."""

import base64
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from flexapi.engine.host import loading


@pytest.mark.parametrize(("began_with", "config"), [("same", {"tasks": {}}), ("other", None)])
def test_it_is_taken_where_the_host_loaded_nothing_else_meanwhile(
    began_with: str, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Plugins that other tests loaded want a whole manager.
    monkeypatch.setattr(loading, "fire_event", lambda *event: None)
    manager: Any = SimpleNamespace(config_file_hash="same", config=None, generation=0)
    from_others = loading.Loading(manager, lambda *told: None)
    errand: Any = object()
    from_others.sent(errand, loading.load)
    loaded = base64.b85encode(pickle.dumps({"config": {"tasks": {}}})).decode()
    said = {"after": began_with, "loaded": loaded}
    assert from_others.took(errand, {"method": "told", "params": {"said": said}})
    assert manager.config == config
