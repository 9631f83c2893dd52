"""Commands of `exec` that a title could change, and titles that a shell takes as they are."""

import subprocess
import sys
from typing import Any

import pytest

from flexapi.engine.shell import Risk, is_plain, made_plain, risks


def only(config: Any) -> Risk | None:
    found = list(risks({"tv": {"exec": config}}))
    return found[0] if found else None


def escaped(command: str) -> dict[str, Any]:
    return {"auto_escape": True, "on_output": {"for_accepted": command}}


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        ("echo {{title}}", ("title",)),
        (["true", "echo {{ title }} {{url}}"], ("title", "url")),
        ("echo '{{title}}'", ("title",)),
        ("echo {{title|upper}} {{now}}", ("title",)),
        ("echo {{title|shell_quote|lower}}", ("title",)),
        ("echo {{title|shell_quote if title else url}}", ("title", "url")),
        ("echo {{'a' ~ title}}", ("title",)),
        ("echo {{title|default(url)|default('x')}}", ("title", "url")),
        ("{% if x %}echo {{title}}{% endif %}", ("title",)),
        ("{% include 'mine.template' %}", ("another template",)),
        ({"on_start": {"for_entries": ["echo {{a}}"]}, "fail_entries": True}, ("a",)),
        (
            {"on_exit": {"phase": "{% for e in task.accepted %}{{e.title}}{% endfor %}"}},
            ("e.title",),
        ),
        ({"auto_escape": True, "on_exit": {"phase": "echo {{task.accepted}}"}}, ("task.accepted",)),
        # What is done to an escaped text may undo it.
        (escaped("echo {{title|replace('\\'', '')}}"), ("title",)),
        (escaped("echo {{title[1:]}}"), ("title",)),
    ],
)
def test_it_names_what_a_shell_gets_as_it_is(config: Any, fields: tuple[str, ...]) -> None:
    found = only(config)
    assert found is not None
    assert (found.fields, found.quoted) == (fields, ())
    assert f"`{fields[0]}`" in str(found)
    assert "auto_escape: yes" in str(found)


@pytest.mark.parametrize(
    "config",
    [
        "echo done",
        "echo {{title|shell_quote}}",
        "echo {{title|shell_quote|default('')}}",
        "echo {{now|formatdate('%Y')}} {{task_name}} 'it' is",
        "echo 'a' \\\" {{title|shell_quote}}",
        escaped("echo {{title}} /{{url}}"),
        escaped("echo {{title|default('none')}}"),
        {"auto_escape": True, "on_start": {"phase": "echo {{task.name}}"}},
        # FlexGet runs no such command, and says so.
        "echo {{title",
        None,
        {"on_output": None},
        {"on_output": {"for_accepted": {"no": "command"}}},
    ],
)
def test_it_has_nothing_to_say_of(config: Any) -> None:
    assert only(config) is None


@pytest.mark.parametrize("around", ["'{}'", '"{}"', "`echo {}`", 'x "a\'{} b"'])
def test_quotes_undo_escaping(around: str) -> None:
    for config in (
        escaped("echo " + around.format("{{title}}")),
        "echo " + around.format("{{title|shell_quote}}"),
    ):
        found = only(config)
        assert found is not None
        assert (found.fields, found.quoted) == ((), ("title",))
        assert "Remove these quotes" in str(found)


def test_auto_escape_does_not_reach_what_is_looked_up() -> None:
    found = only(escaped("echo {{title}} {{imdb_name}} {{tvdb_series_name|default('')}}"))
    assert found is not None
    assert (found.fields, found.quoted) == ((), ())
    assert found.missed == ("imdb_name", "tvdb_series_name")
    assert "`auto_escape: no`" in str(found)
    assert only("echo {{imdb_name|shell_quote}}") is None
    assert only(escaped("echo {{imdb_name|shell_quote}}")) is None


LOOK_UP = """
import sys
from flexget.components.imdb.imdb_lookup import ImdbLookup
from flexget.components.thetvdb.thetvdb_lookup import PluginThetvdbLookup
from flexget.components.tmdb.tmdb_lookup import PluginTmdbLookup
from flexget.components.trakt.trakt_lookup import lazy_lookup_types
from flexget.components.tvmaze.tvmaze_lookup import PluginTVMazeLookup
from flexget.plugins.metainfo.bluray_lookup import PluginBlurayLookup
for owner in (ImdbLookup, PluginThetvdbLookup, PluginTmdbLookup, PluginTVMazeLookup, PluginBlurayLookup):
    for name, value in vars(owner).items():
        if name.endswith("_map") and isinstance(value, dict):
            print(*value, sep="\\n")
for fields in lazy_lookup_types.values():
    print(*fields, sep="\\n")
"""


def test_it_knows_what_the_installed_flexget_looks_up() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOK_UP], capture_output=True, text=True, check=True
    )
    fields = set(done.stdout.split())
    assert len(fields) > 100
    # These two are mostly read from the title, as text.
    known = {name for name in fields if only(escaped(f"echo {{{{{name}}}}}")) is not None}
    assert fields - known == {"movie_name", "movie_year"}


def test_it_looks_into_ifs() -> None:
    config = {"tasks": {"tv": {"if": [{"series_id": {"exec": "echo {{title}}"}}]}}, "exec_": 1}
    (found,) = risks(config)
    assert found.path == ("tasks", "tv", "if", 0, "series_id", "exec")


def test_aliases_neither_explode_nor_hide_anything() -> None:
    level: dict[str, Any] = {"accept_all": True}
    for _ in range(60):
        level = {"a": level, "b": level}
    assert list(risks(level)) == []
    risky = {"exec": "echo {{title}}"}
    cycle: dict[str, Any] = {"x": risky, "y": risky}
    cycle["again"] = cycle
    assert [risk.path for risk in risks(cycle)] == [("x", "exec"), ("y", "exec")]


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("WALL-E 2008 1080p", "WALL-E 2008 1080p"),
        ("千と千尋 – été…", "千と千尋 – été…"),
        ("100% AC/DC: a, b=c+d @_.", "100% AC/DC: a, b=c+d @_."),
        ("Ocean's Eleven", "Oceans Eleven"),
        ("Fast & Furious", "Fast Furious"),
        ("x; touch y", "x touch y"),
        ("$(touch y)", "touch y"),
        ("`touch y`\n#", "touch y"),
        ("--output=x -r y", "output=x r y"),
        ("a\ty\0z\x1b", "a y z"),
        ("~root *?[a] {b,c} !x <y >z \\ | ^", "root a b,c x y z"),
        ("$'\"", "movie"),
    ],
)
def test_what_is_left_of_a_title(title: str, plain: str) -> None:
    assert made_plain(title, "movie") == plain
    assert is_plain(plain)
    assert is_plain(title) == (title == plain)
    words = subprocess.run(
        f"printf '%s\\n' {plain}", shell=True, capture_output=True, text=True, check=True
    )
    assert words.stdout.split() == plain.split()
