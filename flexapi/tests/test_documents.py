"""What stands in README.md and docs/ holds: links, blocks of code, pictures, endpoints.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_documents.py` writes the list of endpoints in docs/api.md.
"""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from flexapi import declared, events
from flexapi.testing.process import ROOT

from .documents import DOCS, ENDPOINTS, TEXTS, Block, blocks, endpoints, parsed

# Blocks that hold commands, and what no parser here reads.
COMMANDS, PLAIN = ("sh", "console"), ("text", "nginx", "caddy", "jinja", "http")


# Kinds of events that are never a problem at `/api/server`.
NO_TROUBLES = {"taken", "test", "well"}
# What a config file may be where it can't be used.
STATES = ("broken", "missing", "unknown", "unreadable", "unwritable")
CODE = [
    path
    for folder in ("flexapi", "executions", "notifications", "irc_connections", "schedules")
    for path in (*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("static/web/js/*.js"))
    if "tests" not in path.parts
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_each_link_leads_somewhere(path: Path) -> None:
    for link in parsed(path).links:
        target = urlsplit(link)
        if target.scheme:
            continue
        there = (path.parent / unquote(target.path)).resolve() if target.path else path
        assert there.exists(), link
        assert there.is_relative_to(ROOT), link
        if target.fragment and there.suffix == ".md":
            assert target.fragment in parsed(there).anchors, link


def test_the_index_has_each_page() -> None:
    linked = {urlsplit(link).path for link in parsed(DOCS / "index.md").links}
    assert {path.name for path in DOCS.glob("*.md")} - {"index.md"} <= linked


def test_each_picture_is_shown_and_made_by_a_script() -> None:
    script = (ROOT / "flexapi" / "testing" / "screenshots.py").read_text()
    shown = set(
        re.findall(
            r'(?:src="|\]\()(?:docs/)?images/([\w-]+)\.png', "".join(map(Path.read_text, TEXTS))
        )
    )
    assert {path.stem for path in (DOCS / "images").glob("*.png")} == shown
    assert {each for each in shown if f'"{each}"' not in script} == set()


def test_each_problem_has_a_place_that_says_what_to_do() -> None:
    anchors = parsed(DOCS / "troubleshooting.md").anchors
    troubles = set(events.kinds) - NO_TROUBLES
    assert {f"config-{code}" for code in STATES} | troubles <= anchors
    # Those that code and scripts lead to.
    code = "".join(path.read_text() for path in CODE)
    named = set(re.findall(r'(?:troubleshooting|helpOn)\("([\w-]+)"\)', code))
    assert len(named) > 5
    assert named <= anchors


def test_each_endpoint_is_listed() -> None:
    ENDPOINTS.check(endpoints())


BLOCKS = [block for path in TEXTS for block in blocks(path)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_each_block_is_what_it_says(block: Block) -> None:
    match block.language:
        case "json":
            # What is left out is `…`.
            json.loads(f"{{{block.text}}}" if block.text.startswith('"') else block.text)
        case "yaml":
            yaml.safe_load(block.text)
        case "toml":
            tomllib.loads(block.text)
        case "python":
            compile(block.text, block.place, "exec")
        case "env":
            for line in block.text.splitlines():
                variable, _, value = line.partition("=")
                declared.SETTINGS[variable].form.read(value)
        case language:
            assert language in COMMANDS + PLAIN, "say its language: ```sh, console, text …"


def test_what_is_not_run_says_why() -> None:
    excused = [block for block in BLOCKS if block.excuse]
    assert all(block.language in COMMANDS for block in excused)
    assert len(excused) < len([block for block in BLOCKS if block.language in COMMANDS])
