"""The same edits of real configs through FlexAPI, FlexGet, ruamel.yaml and yaml-edit: what is right, and how long it takes.

    .venv/bin/python -m bench.rivals [FOLDER] [--edits 1] [--details]

Each edit begins with the text and ends with a text. FOLDER holds configs (`.yml`, `.yaml`); of each one's kinds of
edits (a value changed, tasks, keys and items added, deleted, renamed) so many are made. Moves are left out: two of the
rivals have none. requirements-bench.txt names what the rivals are. Exits with 1 where FlexAPI gets one wrong.
"""

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from bench import machine
from flexapi.mirror.document import Document
from flexapi.mirror.document.values import same_content
from flexapi.testing.corpus_edits import (
    CORPUS,
    Edit,
    Loader,
    applied,
    documents,
    edits,
    lost_comments,
    to_the_byte,
)

RESULT = Path(__file__).with_name("results") / "rivals.md"
# Changes a text, given also the data that has to come out; raises what the rival raises.
Rival = Callable[[str, Edit, Any], str]


@dataclass
class Outcome:
    """What became of the edits of one rival; seconds in all."""

    name: str
    exact: int = 0
    coarse: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def tried(self) -> int:
        return self.exact + self.coarse + self.refused + len(self.wrong)

    def row(self) -> str:
        each = f"{1000 * self.seconds / max(1, self.tried):.1f} ms"
        counts = (self.tried, self.exact, self.coarse, self.refused, len(self.wrong))
        return f"| {self.name} | {' | '.join(map(str, counts))} | {each} |"


def flexapi(text: str, edit: Edit, expected: Any) -> str:
    """Find, change, prove: what a write of FlexAPI does with the text."""
    document = applied(Document(text), edit)
    document.check()
    return document.text


def flexget(text: str, edit: Edit, expected: Any) -> str:
    """What FlexGet's API does: `Manager.save_config` dumps the data."""
    yaml.safe_load(text)
    return yaml.dump(expected, default_flow_style=False)


def ruamel(text: str, edit: Edit, expected: Any) -> str:
    """A round trip, tuned: quotes kept, no lines folded, the indentation guessed."""
    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    _, indent, offset = load_yaml_guess_indent(text)
    round_trip = YAML()
    round_trip.preserve_quotes = True
    round_trip.width = 100_000
    round_trip.indent(mapping=2, sequence=indent or 2, offset=offset or 0)
    data = round_trip.load(text)
    _edit_in_place(data, edit, lambda holder: holder)
    out = io.StringIO()
    round_trip.dump(data, out)
    return out.getvalue()


def yaml_edit(text: str, edit: Edit, expected: Any) -> str:
    """Its mappings and sequences, edited as dicts and lists."""
    import yaml_edit as rival

    document = rival.Document.parse(text)
    _edit_in_place(document, edit, lambda node: node.as_mapping() or node.as_sequence())
    return str(document)


def _edit_in_place(data: Any, edit: Edit, opened: Callable[[Any], Any]) -> None:
    """Edit what behaves as dicts and lists do; `opened` makes that of what is found in one."""
    holder = data
    for step in edit.path[:-1]:
        holder = opened(holder[step])
    last: Any = edit.path[-1]
    if edit.verb == "add an item":
        holder.insert(last, edit.value)
    elif edit.verb == "rename a task":
        _rename(holder, last, edit.value)
    elif edit.verb.startswith("delete"):
        del holder[last]
    else:
        holder[last] = edit.value


def _rename(holder: Any, key: Any, new: str) -> None:
    if hasattr(holder, "rename_key"):
        holder.rename_key(key, new)
        return
    # As people do it with ruamel.yaml: at its place, its comment with it.
    place = list(holder).index(key)
    comment = holder.ca.items.pop(key, None)
    holder.insert(place, new, holder.pop(key))
    if comment is not None:
        holder.ca.items[new] = comment


# With the package that each comes in; FlexAPI is this one.
RIVALS: dict[str, tuple[Rival, str]] = {
    "FlexAPI": (flexapi, ""),
    "FlexGet": (flexget, "flexget"),
    "ruamel.yaml": (ruamel, "ruamel.yaml"),
    "yaml-edit": (yaml_edit, "yaml-edit"),
}


def work(folder: Path, count: int) -> Iterator[tuple[str, Edit, Document, yaml.Node]]:
    """Yield each edit with the config that it is made on, and PyYAML's tree of that."""
    for name, document in documents(folder).items():
        if document.text.startswith("\ufeff"):
            continue  # It is FlexAPI's own affair to keep the mark.
        root: Any = yaml.compose(document.text, Loader)
        for edit in edits(document.data, count):
            if not edit.verb.startswith("move"):
                yield name, edit, document, root


def judge(
    outcome: Outcome, rival: Rival, what: str, edit: Edit, document: Document, root: yaml.Node
) -> None:
    """Make one edit and note what came of it."""
    expected = edit.expected(document.data)
    begin = time.perf_counter()
    try:
        new = rival(document.text, edit, expected)
    except Exception:  # noqa: BLE001  Whatever a rival raises, nothing was written.
        outcome.refused += 1
        return
    finally:
        outcome.seconds += time.perf_counter() - begin
    loaded: Any = None
    with contextlib.suppress(yaml.YAMLError, ValueError, TypeError):
        loaded = yaml.load(new, Loader)
    if not same_content(loaded, expected):
        outcome.wrong.append(f"{outcome.name}: {what}")
    elif to_the_byte(edit, document.text, new, root) and not lost_comments(
        edit, document.text, new
    ):
        outcome.exact += 1
    else:
        outcome.coarse += 1


def report(folder: Path, count: int) -> list[Outcome]:
    """Make all edits with all that is installed."""
    outcomes = []
    for name, (rival, package) in RIVALS.items():
        try:
            outcome = Outcome(f"{name} {version(package)}" if package else name)
        except PackageNotFoundError:
            print(f"{name} is not installed: pip install -r requirements-bench.txt", flush=True)
            continue
        for config, edit, document, root in work(folder, count):
            what = f"{config} {edit.verb} {'.'.join(map(str, edit.path))}"
            judge(outcome, rival, what, edit, document, root)
        print(outcome.row(), flush=True)
        outcomes.append(outcome)
    return outcomes


def main() -> int:
    """Run the command line; 1 where FlexAPI got an edit wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.rivals", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--edits", type=int, default=1, help="of each kind in each file")
    parser.add_argument("--details", action="store_true", help="name the edits that went wrong")
    parser.add_argument("--no-write", action="store_true", help="only print the table")
    options = parser.parse_args()
    if not documents(options.folder):
        print(f"There is no config in {options.folder}: nothing to compare with.")
        return 0
    outcomes = report(options.folder, options.edits)
    heads = (
        "| | edits | right to the byte | right, more changed | refused | another meaning | each |"
    )
    rows = [heads, "|---|---|---|---|---|---|---|", *(outcome.row() for outcome in outcomes)]
    text = "\n".join(rows)
    print(f"\n{text}")
    if options.details:
        print("\n".join(what for outcome in outcomes for what in outcome.wrong))
    if not options.no_write:
        described = machine.in_words(machine.describe())
        title = "# Measured by `python -m bench rivals`"
        RESULT.write_text(f"{title}\n\n{described}\n\n{text}\n", encoding="utf-8")
    return int(any(outcome.wrong for outcome in outcomes if outcome.name == "FlexAPI"))


if __name__ == "__main__":
    sys.exit(main())
