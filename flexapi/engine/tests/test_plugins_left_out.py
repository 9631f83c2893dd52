"""Plugins beside the config that can't be loaded: the others are, and each is named with its reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome

PLUGIN = """
from flexget import plugin
from flexget.event import event

class Plugin:
    schema = {{"type": "boolean"}}

@event("plugin.register")
def register():
    plugin.register(Plugin, "{name}", api_ver=2)
"""


def plugin(name: str) -> str:
    return PLUGIN.format(name=name)


FILES = {
    "good.py": plugin("good"),
    "lacks.py": "import no_such_package.part\n" + plugin("lacks_it"),
    "raises.py": plugin("raises_it") + "\n1 / 0\n",
    "ends.py": "import sys\nsys.exit(3)\n",
    "garbled.py": "def (:\n",
    "unregistered.py": plugin("unregistered").replace(
        "plugin.register(Pl", "plugin.register(1 / 0, Pl"
    ),
    "unmade.py": plugin("unmade").replace(
        "schema =", "def __init__(self): raise OSError('no disk')\n    schema ="
    ),
    "twice.py": plugin("rss"),
    "deep/below.py": "raise RuntimeError('below')\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A FlexGet with all of these beside its config."""
    home = FlexGetHome(tmp_path_factory.mktemp("left-out") / "flexget")
    for name, text in FILES.items():
        path = home.folder / "plugins" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    engine = Engine(home.config)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def problems(engine: Engine) -> dict[str, dict[str, Any]]:
    return {Path(problem["file"]).name: problem for problem in engine.plugin_problems()}


def complaint(engine: Engine, key: str) -> str:
    (fault,) = engine.call(
        "validate", {"text": f"tasks: {{a: {{{key}: yes, mock: [{{title: x}}]}}}}"}
    )
    return str(fault["message"])


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("lacks.py", "the Python package no_such_package is missing: install it for "),
        ("raises.py", "ZeroDivisionError: division by zero (line 12)."),
        ("ends.py", "SystemExit: 3 (line 2)."),
        ("garbled.py", "(line 1)."),
        ("unregistered.py", "ZeroDivisionError: division by zero (line 10)."),
        ("unmade.py", "OSError: no disk (line 6)."),
        # FlexGet's own, for the first of a name counts, and those beside the config are first.
        ("rss.py", "a plugin of this name is there already."),
        ("below.py", "RuntimeError: below (line 1)."),
    ],
)
def test_each_is_named_with_its_reason(engine: Engine, file: str, reason: str) -> None:
    assert reason in problems(engine)[file]["reason"]


def test_the_others_are_loaded(engine: Engine) -> None:
    assert engine.call("validate", {"text": "tasks: {a: {good: yes, mock: [{title: x}]}}"}) == []
    loaded = {"good.py", "twice.py"}
    assert set(problems(engine)) == {Path(name).name for name in FILES} - loaded | {"rss.py"}


@pytest.mark.parametrize("key", ["lacks_it", "raises_it", "unmade"])
def test_a_config_that_uses_one_is_told_why(engine: Engine, key: str) -> None:
    message = complaint(engine, key)
    assert message.startswith(f"The key `{key}` is not valid here.")
    assert "is left out: " in message


def test_an_unknown_plugin_is_only_unknown(engine: Engine) -> None:
    assert "left out" not in complaint(engine, "nonsense")


def test_a_file_that_comes_later_wants_a_reload(engine: Engine) -> None:
    late = engine.config.parent / "plugins" / "late.py"
    late.write_text(plugin("late_one"))
    try:
        assert problems(engine)["late.py"]["reason"] == "It is new: reload FlexGet to use it."
        assert complaint(engine, "late_one").endswith(
            f"{late} changed after FlexGet was loaded: reload FlexGet to use it."
        )
    finally:
        late.unlink()
