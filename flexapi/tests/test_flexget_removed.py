"""What FlexGet says of names that it dropped, and FlexAPI adds; docs/flexget.md has them all.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_flexget_removed.py` writes the table of that page.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from flexapi.engine.client import Engine
from flexapi.engine.host import removed
from flexapi.testing.flexget_home import FlexGetHome

from .generated import Part

SOURCE = "flexapi/engine/host/removed.py"
ON_PAGE = Part(Path(__file__).parents[2] / "docs" / "flexget.md", SOURCE)
HEAD = "| name | without it since | now |\n|---|---|---|\n"


def table() -> str:
    """Return the table of the page."""
    named = {
        **removed.PLUGINS,
        **{f"{name} (section)": at for name, at in removed.SECTIONS.items()},
    }
    return HEAD + "".join(
        f"| `{name.removesuffix(' (section)')}`{' (section)' if '(' in name else ''} | {at.version} | {at.instead or '–'} |\n"
        for name, at in sorted(named.items())
    )


def said(engine: Engine, config: dict[str, Any]) -> str:
    """Return FlexGet's only complaint about a config."""
    (complaint,) = engine.call("validate", {"text": yaml.safe_dump(config)})
    message: str = complaint["message"]
    return message


def test_the_page_has_the_table() -> None:
    ON_PAGE.check(table())


def test_what_is_said_is_true_of_this_flexget(flexget_engine: Engine) -> None:
    there = {plugin["name"] for plugin in flexget_engine.call("plugins")}
    assert there.isdisjoint(removed.PLUGINS)
    for name, at in removed.PLUGINS.items():
        named = [word.partition(":")[0] for word in re.findall("`(.*?)`", at.instead)]
        words = {"ratings", "from", "action", "abort", "entries", "task", "templates"}
        assert set(named) - words <= there, name


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        ({"tasks": {"a": {"queue_movies": True}}}, "1.2.247: write `movie_queue: add`."),
        ({"tasks": {"a": {"cfscraper": True}}}, "in 3.15.0; nothing took its place."),
        ({"tasks": {"a": {"pushbullet": {}}}}, "stands under `notify`: `notify: {entries"),
        ({"tasks": {"a": {"torznab": {}}}}, "It searches:"),
        ({"tasks": {"a": {"google": True}}}, "It rewrites URLs by itself"),
        ({"templates": {"a": {"preset": "b"}}, "tasks": {}}, "it is called `template`"),
        ({"tasks": {}, "secrets": "secrets.yml"}, "it is called `variables`"),
        ({"tasks": {}, "series": ["x"]}, "look at how far it is indented"),
    ],
)
def test_a_complaint_says_what_to_write(
    flexget_engine: Engine, config: dict[str, Any], hint: str
) -> None:
    message = said(flexget_engine, config)
    assert message.startswith("The key `")
    assert hint in message


def test_each_of_several_keys_has_its_hint(flexget_engine: Engine) -> None:
    keys = {"emit_series": True, "no_such_thing": 1, "rarbg": True}
    message = said(flexget_engine, {"tasks": {"a": keys}})
    assert (
        "`emit_series`: FlexGet dropped it in 2.1.0: it is called `next_series_episodes`."
        in message
    )
    assert "`rarbg`: FlexGet dropped it" in message
    assert "`no_such_thing`:" not in message


def test_a_key_inside_of_a_plugin_is_none(flexget_engine: Engine) -> None:
    message = said(flexget_engine, {"tasks": {"a": {"regexp": {"find": ["x"]}}}})
    assert message == "The key `find` is not valid here."


def test_a_run_says_it_too(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": {"mock": [], "find": {"path": "/tmp"}}})
    told = flexget_engine.call("invalid_tasks")["tasks"]
    assert "use `filesystem`" in told[0]["complaints"][0]["message"]
