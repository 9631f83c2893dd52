"""Figures for the lossless document over real configs: ``python -m flexapi.mirror.tests.corpus_report``.

Give it any folder of configs; ``--all`` tries every value, key and item, ``--edits N`` so many of each kind
in each file (20), ``--slow`` reads every outcome with FlexGet's own parser. It prints a line for each
config and a table at the end, and exits with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from flexapi.engine import reading
from flexapi.mirror.document import Document, EditRefused, ParseError, Path, same, to_json
from flexapi.testing.corpus_edits import (
    CORPUS,
    VERBS,
    Edit,
    Loader,
    applied,
    corpus,
    documents,
    edits,
    lost_comments,
    means,
    to_the_byte,
)

SAMPLE = 20
UNCHANGED = "PUT what GET gave"
READ = "read as FlexGet reads"


@dataclass
class Figure:
    """How often something was tried, and what came of it."""

    name: str
    exact: int = 0
    coarse: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return self.exact + len(self.coarse) + len(self.refused) + len(self.wrong)

    def check(self, right: bool, what: str) -> None:
        if right:
            self.exact += 1
        else:
            self.wrong.append(what)

    def add(self, other: Figure) -> None:
        self.exact += other.exact
        self.coarse += other.coarse
        self.refused += other.refused
        self.wrong += other.wrong


def figures() -> dict[str, Figure]:
    return {name: Figure(name) for name in (READ, UNCHANGED, *VERBS)}


def reads_alike(raw: bytes, what: str, figure: Figure) -> None:
    """Compare with FlexGet's own reading: the same data, or refused by both."""
    try:
        wanted: Any = yaml.safe_load(raw.decode("utf-8-sig"))
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        wanted = ParseError
    try:
        document = Document.from_bytes(raw)
        got: Any = document.data
    except ParseError:
        got = ParseError
    figure.check(same(got, wanted), what)


def entries(document: Document) -> list[Path]:
    """The paths of the whole, of every section and of every task."""
    tasks = document.data.get("tasks")
    names = list(tasks) if isinstance(tasks, dict) else []
    return [(), *((key,) for key in document.data), *(("tasks", name) for name in names)]


def unchanged(name: str, document: Document, figure: Figure) -> None:
    """PUT what GET gave, as data, as JSON and as YAML."""
    for path in entries(document):
        value = document.get(path)
        figure.check(document.set(path, value).text == document.text, f"{name} {path} data")
        sent = document.set_json(path, to_json(value))
        figure.check(sent.text == document.text, f"{name} {path} JSON")
        sent = document.replace_source(path, document.source(path))
        figure.check(sent.to_bytes() == document.to_bytes(), f"{name} {path} YAML")


def judge(
    edit: Edit, document: Document, root: yaml.Node, what: str, figure: Figure, loader: Any = Loader
) -> None:
    """Do an edit and note what came of it."""
    old = document.text.removeprefix("\ufeff")
    try:
        new = applied(document, edit).text.removeprefix("\ufeff")
    except EditRefused as error:
        (figure.refused if error.line else figure.wrong).append(f"{what}: {error}")
        return
    lost = lost_comments(edit, old, new)
    if lost or not means(edit, document.data, new, loader):
        figure.wrong.append(f"{what}: lost {lost}" if lost else f"{what}: another meaning")
    elif to_the_byte(edit, old, new, root):
        figure.exact += 1
    else:
        figure.coarse.append(what)


def measured(
    name: str, document: Document, count: int = SAMPLE, loader: Any = Loader
) -> dict[str, Figure]:
    """All the figures of one file."""
    found = figures()
    reads_alike(document.to_bytes(), name, found[READ])
    unchanged(name, document, found[UNCHANGED])
    root: Any = yaml.compose(document.text.removeprefix("\ufeff"), Loader)
    for edit in edits(document.data, count):
        what = f"{name} {edit.verb} {'.'.join(map(str, edit.path))}"
        judge(edit, document, root, what, found[edit.verb], loader)
    return found


def table(total: dict[str, Figure]) -> str:
    rows: list[tuple[str, ...]] = [("", "tried", "to the byte", "coarser", "refused", "wrong")]
    rows += [
        (name, *map(str, (of.tried, of.exact, len(of.coarse), len(of.refused), len(of.wrong))))
        for name, of in total.items()
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(6)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def report(folder: FilePath, count: int, loader: Any, *, details: bool) -> int:
    """Print the figures; 1 where anything is wrong."""
    total = figures()
    known = documents(folder)
    doubtful = 0
    for name, raw in corpus(folder).items():
        begin = time.perf_counter()
        if name in known:
            one = measured(name, known[name], count, loader)
            doubtful += reading.doubtful(known[name].text.removeprefix("\ufeff"))
        else:
            one = figures()
            reads_alike(raw, name, one[READ])
        for verb, figure in one.items():
            total[verb].add(figure)
        counts = [sum(len(of) for of in part) for part in zip(*(
            ("x" * figure.exact, figure.coarse, figure.refused, figure.wrong) for figure in one.values()
        ), strict=True)]  # fmt: skip
        state = "" if name in known else "  (no config, to FlexGet either)"
        print(
            f"{name}: {counts[0]} to the byte, {counts[1]} coarser, {counts[2]} refused, "
            f"{counts[3]} wrong, {time.perf_counter() - begin:.1f} s{state}", flush=True
        )  # fmt: skip
        for figure in one.values():
            for what in [*figure.wrong, *(figure.coarse + figure.refused if details else [])]:
                print(f"    {what}")
    print(f"\n{table(total)}\n")
    print(
        f"Files that libyaml may read otherwise, and FlexGet's parser had to: {doubtful} of {len(known)}"
    )
    return int(any(figure.wrong for figure in total.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=FilePath, default=CORPUS)
    parser.add_argument("--edits", type=int, default=SAMPLE, help="of each kind in each file")
    parser.add_argument("--all", action="store_true", help="every value, key and item")
    parser.add_argument("--slow", action="store_true", help="read with FlexGet's own parser")
    parser.add_argument("--details", action="store_true", help="name what is coarse or refused")
    options = parser.parse_args()
    if not corpus(options.folder):
        parser.error(f"there is no .yml or .yaml file in {options.folder}")
    count = 10**9 if options.all else options.edits
    loader = yaml.SafeLoader if options.slow else Loader
    return report(options.folder, count, loader, details=options.details)


if __name__ == "__main__":
    sys.exit(main())
