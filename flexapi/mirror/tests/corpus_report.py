"""Figures for the lossless document over real configs: ``python -m flexapi.mirror.tests.corpus_report``.

With ``--all`` every scalar of every file is changed, not a sample. Exits with 1 if any figure that
has to be 100 % is not. The place of every value is taken from PyYAML's own nodes, so that the
report does not believe the code that it measures.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from flexapi.mirror.document import Document, EditRefused, ParseError, Path, same, to_json

CORPUS = FilePath(__file__).resolve().parents[4] / "shared" / "corpus"
SAMPLE = 20

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Figure:
    """How often something was tried, and what went wrong."""

    name: str
    tried: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, right: bool, what: str) -> None:
        self.tried += 1
        if not right:
            self.wrong.append(what)

    def __str__(self) -> str:
        right = self.tried - self.refused - len(self.wrong)
        share = 100 * right / max(1, self.tried - self.refused)
        note = (
            f", {self.refused} shared by an anchor and refused with its lines"
            if self.refused
            else ""
        )
        return f"{self.name}: {right} of {self.tried - self.refused} ({share:.2f} %){note}"


def corpus() -> dict[str, bytes]:
    """The files by name; empty where the corpus is not there."""
    return {file.name: file.read_bytes() for file in sorted(CORPUS.glob("*.yml"))}


def documents() -> dict[str, Document]:
    """The files that parse."""
    found = {}
    for name, raw in corpus().items():
        try:
            document = Document.from_bytes(raw)
            document.data  # noqa: B018 (some files parse and hold what cannot be)
        except ParseError:
            continue
        found[name] = document
    return found


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all scalars (and empty collections)."""
    if isinstance(data, dict | list) and data:
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        for step, value in pairs:
            yield from leaves(value, (*path, step))
    elif path:
        yield path


def sampled(paths: list[Path], count: int) -> list[Path]:
    """``count`` paths spread evenly; the same ones every time."""
    if len(paths) <= count:
        return paths
    return [paths[index * len(paths) // count] for index in range(count)]


def other_value(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}: #1" if isinstance(value, str) else "yes"


def changed_lines(old: str, new: str) -> tuple[int, int, int]:
    """First and last (excluded) line of ``old`` that differ in ``new``, and how many replace them."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, len(before) - end, len(after) - end - start


def key_is(node: yaml.Node, step: Any) -> bool:
    """Whether a key node is that of an entry."""
    if node.tag == "tag:yaml.org,2002:merge":
        return False
    return bool(yaml.load(yaml.serialize(node), Loader) == step)


def without_task(text: str, root: yaml.Node, task: Any) -> list[str] | None:
    """The lines that have to be left when a task is deleted; None where it is there twice."""
    lines = text.splitlines()
    tasks = next(value for key, value in root.value if key_is(key, "tasks"))
    pairs = [pair for pair in tasks.value if key_is(pair[0], task)]
    if len(pairs) != 1:
        return None
    key, value = pairs[0]
    first, column = key.start_mark.line, key.start_mark.column
    last = max(key.end_mark.line, last_line(value, len(text)))
    while last > first and (not lines[last].strip() or lines[last].lstrip().startswith("#")):
        last -= 1
    while last + 1 < len(lines) and re.match(rf" {{{column + 1},}}#", lines[last + 1]):
        last += 1
    while first > 0 and re.match(rf" {{{column}}}#", lines[first - 1]):
        first -= 1
    if len(tasks.value) == 1:
        head = next(key for key, _ in root.value if key_is(key, "tasks")).end_mark
        lines[head.line] = f"tasks: {{}}{lines[head.line][head.column + 1 :]}".rstrip()
    return lines[:first] + lines[last + 1 :]


def leaf_lines(text: str, root: yaml.Node, path: Path) -> tuple[int, int] | None:
    """First and last line (from 0) of a value; None if an alias or a merge brought it there."""
    node = root
    for step in path:
        inner = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key_is(key, step):
                    inner = value
        elif isinstance(step, int):
            inner = node.value[step]
        if inner is None:
            return None
        if not node.start_mark.index <= inner.start_mark.index <= node.end_mark.index:
            return None
        node = inner
    return node.start_mark.line, last_line(node, len(text))


def last_line(node: yaml.Node, length: int) -> int:
    """The last line of a node, perhaps with blank lines and comments behind it.

    PyYAML ends a block where the next token starts, which is on a later line.
    """
    block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    end = node.end_mark
    next_line = end.column == 0 or (block and end.index < length)
    return max(end.line - next_line, node.start_mark.line)


def replaced(data: Any, path: Path, value: Any) -> Any:
    """A copy of ``data`` with another value at ``path``, made as simply as can be."""
    if not path:
        return value
    if isinstance(data, dict):
        return {
            key: replaced(below, path[1:], value) if key == path[0] else below
            for key, below in data.items()
        }
    return [
        replaced(below, path[1:], value) if index == path[0] else below
        for index, below in enumerate(data)
    ]


def entries(document: Document) -> list[Path]:
    """The paths of the whole, of every section and of every task."""
    tasks = document.data.get("tasks")
    names = list(tasks) if isinstance(tasks, dict) else []
    return [(), *((key,) for key in document.data), *(("tasks", name) for name in names)]


def no_op(name: str, document: Document, figure: Figure) -> None:
    """PUT what GET gave, as data, as JSON and as YAML."""
    for path in entries(document):
        value = document.get(path)
        figure.check(document.set(path, value).text == document.text, f"{name} {path} data")
        sent = document.set_json(path, to_json(value))
        figure.check(sent.text == document.text, f"{name} {path} JSON")
        sent = document.replace_source(path, document.source(path))
        figure.check(sent.to_bytes() == document.to_bytes(), f"{name} {path} YAML")


def change_leaves(name: str, document: Document, figure: Figure, count: int) -> None:
    """Change scalars one at a time."""
    text = document.text.removeprefix("\ufeff")
    root: Any = yaml.compose(text, Loader)
    for path in sampled(list(leaves(document.data)), count):
        value = other_value(document.get(path))
        try:
            new = document.set(path, value).text.removeprefix("\ufeff")
        except EditRefused as error:
            figure.tried += 1
            figure.refused += 1
            if "shared as &" not in str(error) or not error.line:
                figure.wrong.append(f"{name} {path} {error}")
            continue
        start, end, _ = changed_lines(text, new)
        lines = leaf_lines(text, root, path)
        inside = end - start <= 1 if lines is None else lines[0] <= start <= end <= lines[1] + 1
        right = same(yaml.load(new, Loader), replaced(document.data, path, value))
        figure.check(inside and right, f"{name} {path} lines {start + 1} to {end}")


def edit_tasks(name: str, document: Document, figures: dict[str, Figure]) -> None:
    """Add, delete, rename and reorder tasks."""
    tasks = document.data.get("tasks")
    if not isinstance(tasks, dict) or not tasks:
        return
    text = document.text.removeprefix("\ufeff")
    root: Any = yaml.compose(text, Loader)
    old = text.splitlines()
    names = list(tasks)
    new = document.add(("tasks", "a new task"), {"rss": "http://a.test/?b=1", "series": ["c"]})
    lines = new.text.removeprefix("\ufeff").splitlines()
    start, end, _ = changed_lines("\n".join(old), "\n".join(lines))
    kept = start == end or (end == len(old) and lines[end - 1] == old[end - 1])
    figures["add"].check(kept, f"{name}")
    for task in sampled([(task,) for task in names], SAMPLE):
        path = ("tasks", *task)
        for verb, edit in (
            ("delete", lambda path=path: document.delete(path)),
            ("rename", lambda path=path: document.rename(path, "another: name")),
            ("reorder", lambda path=path: document.move(path, len(names) // 2)),
        ):
            figure = figures[verb]
            try:
                lines = edit().text.removeprefix("\ufeff").splitlines()
            except EditRefused as error:
                figure.tried += 1
                figure.refused += 1
                if error.line is None:
                    figure.wrong.append(f"{name} {path} {error}")
                continue
            if verb == "reorder":
                figure.check(sorted(lines) == sorted(old), f"{name} {path} {verb}")
            elif verb == "rename":
                figure.check(_keys_differ(old, lines), f"{name} {path} {verb}")
            else:
                left = without_task(text, root, task[0])
                lines = [line.rstrip() if line.startswith("tasks:") else line for line in lines]
                figure.check(left is None or lines == left, f"{name} {path} {verb}")


def _keys_differ(old: list[str], new: list[str]) -> bool:
    """Whether lines differ in nothing but another key."""
    pairs = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    return bool(pairs) and len(old) == len(new) and all("another: name" in b for _, b in pairs)


def measure(count: int = SAMPLE) -> list[Figure]:
    """All the figures over all the files that parse."""
    unchanged = Figure("PUT of what GET gave changes 0 bytes")
    changed = Figure("one scalar changed, only its lines differ, exactly the data expected")
    tasks = {verb: Figure(f"{verb} a task") for verb in ("add", "delete", "rename", "reorder")}
    for name, document in documents().items():
        no_op(name, document, unchanged)
        change_leaves(name, document, changed, count)
        edit_tasks(name, document, tasks)
    return [unchanged, changed, *tasks.values()]


def big_text(tasks: int) -> str:
    """A config of many tasks, each as people write them."""
    lines = ["# big\ntasks:\n"]
    for number in range(tasks):
        lines.append(
            f"  task {number}:  # comment\n    rss: http://example.test/{number}.xml\n"
            f"    # above\n    series:\n      - Show {number}:\n          quality: 720p\n"
            f"          from_group: [a, b]\n      - Other {number}\n    download: /tmp/{number}\n"
            f"    set:\n      path: '/data/{{{{ series_name }}}}'\n    priority: {number}\n\n"
        )
    return "".join(lines)


def timings(tasks: int = 2000) -> dict[str, float]:
    """Milliseconds for one edit of a file of many tasks, and for its parts."""
    text = big_text(tasks)
    times = {}
    clock = time.perf_counter()

    def lap(what: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        times[what] = (now - clock) * 1000
        clock = now

    document = Document(text)
    lap("parse")
    document.data  # noqa: B018
    lap("load the data")
    name = f"task {tasks // 2}"
    edited = document.set(("tasks", name, "priority"), 5)
    lap("change one scalar of the parsed document, proof included")
    edited.set(("tasks", name, "priority"), 6)
    lap("change it again")
    every = {
        task: {**config, "priority": 7, "more": ["a"]}
        for task, config in document.data["tasks"].items()
    }
    document.set(("tasks",), every)
    lap("change every task at once")
    source = document.source(("tasks", name))
    lap("read the YAML source of one task")
    document.replace_source(("tasks", name), source + "  more: 1\n")
    lap("replace the YAML source of one task")
    return times


def main() -> int:
    figures = measure(10**9 if "--all" in sys.argv else SAMPLE)
    for figure in figures:
        print(figure)
        for what in figure.wrong[:10]:
            print("   ", what)
    for what, milliseconds in timings().items():
        print(f"2,000 tasks, {what}: {milliseconds:.0f} ms")
    return any(figure.wrong for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
