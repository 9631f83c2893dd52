"""Edits of real configs, and what is right about their outcome.

Nothing here believes the code that is measured: the data that has to come out is made with plain Python,
and places are taken from PyYAML's own nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import yaml

from flexapi.mirror.document import Document, ParseError, Path, same

CORPUS = FilePath(__file__).resolve().parents[3] / "shared" / "corpus"
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

VERBS = (
    "change a value", "add a task", "add a key", "add an item", "delete a task", "delete a key",
    "delete an item", "rename a task", "move a task", "move items",
)  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """One edit: `verb` at `path`, with a new value, name or order (old indexes)."""

    verb: str
    path: Path
    value: Any = None

    def expected(self, data: Any) -> Any:
        """The data that has to come out."""
        if self.verb == "change a value":
            return _at(data, self.path, lambda _: self.value)
        return _at(data, self.path[:-1], self._in_container)

    def _in_container(self, container: Any) -> Any:
        step: Any = self.path[-1]
        if self.verb == "move items":
            items = container[step]
            moved = [items[index] for index in self.value]
            return _at(container, (step,), lambda _: moved)
        if isinstance(container, list):
            if self.verb == "add an item":
                return [*container[:step], self.value, *container[step:]]
            return [*container[:step], *container[step + 1 :]]
        if self.verb.startswith("add"):
            return {**container, step: self.value}
        if self.verb.startswith("delete"):
            return {key: value for key, value in container.items() if key != step}
        if self.verb == "rename a task":
            return {self.value if key == step else key: value for key, value in container.items()}
        keys = [key for key in container if key != step]
        keys.insert(self.value, next(key for key in container if key == step))
        return {key: container[key] for key in keys}


def _at(data: Any, path: Path, change: Any) -> Any:
    if not path:
        return change(data)
    if isinstance(data, dict):
        return {
            key: _at(below, path[1:], change) if key == path[0] else below
            for key, below in data.items()
        }
    return [
        _at(below, path[1:], change) if at == path[0] else below for at, below in enumerate(data)
    ]


def sampled(paths: list[Any], count: int) -> list[Any]:
    """`count` of them spread evenly; the same ones every time."""
    if len(paths) <= count:
        return paths
    return [paths[index * len(paths) // count] for index in range(count)]


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all scalars (and empty collections)."""
    if isinstance(data, dict | list) and data:
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        for step, value in pairs:
            yield from leaves(value, (*path, step))
    elif path:
        yield path


def collections(data: Any, kind: type, path: Path = ()) -> Iterator[Path]:
    """The paths of all mappings or lists that are not empty."""
    if isinstance(data, dict | list) and data:
        if isinstance(data, kind):
            yield path
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        for step, value in pairs:
            yield from collections(value, kind, (*path, step))


def value_at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def other_value(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}: #1" if isinstance(value, str) else "yes"


def edits(data: Any, count: int) -> Iterator[Edit]:
    """At most `count` edits of each verb."""
    for path in sampled(list(leaves(data)), count):
        yield Edit("change a value", path, other_value(value_at(data, path)))
    tasks = data.get("tasks")
    if isinstance(tasks, dict) and tasks:
        yield from _task_edits(tasks, count)
    mappings = [path for path in collections(data, dict) if len(path) > 1]
    for path in sampled(mappings, count):
        if "a new key" not in value_at(data, path):
            yield Edit("add a key", (*path, "a new key"), ["x", 1])
    keys = [(*path, key) for path in mappings for key in value_at(data, path)]
    for path in sampled(keys, count):
        yield Edit("delete a key", path)
    lists = list(collections(data, list))
    for turn, path in enumerate(sampled(lists, count)):
        size = len(value_at(data, path))
        yield Edit("add an item", (*path, (size, 0, size // 2)[turn % 3]), "a new: item")
        order = list(range(size))
        turned = (order[::-1], [*order[1:], 0], [size - 1, *order[:-1]])[turn % 3]
        items = value_at(data, path)
        if not same([items[index] for index in turned], items):
            yield Edit("move items", path, turned)
    items = [(*path, at) for path in lists for at in range(len(value_at(data, path)))]
    for path in sampled(items, count):
        yield Edit("delete an item", path)


def _task_edits(tasks: dict[Any, Any], count: int) -> Iterator[Edit]:
    yield Edit(
        "add a task", ("tasks", "a new task"), {"rss": "http://a.test/?b=1", "series": ["c"]}
    )
    names = list(tasks)
    for name in sampled(names, count):
        path = ("tasks", name)
        yield Edit("delete a task", path)
        yield Edit("rename a task", path, "another: name")
        if names.index(name) != len(names) // 2:
            yield Edit("move a task", path, len(names) // 2)


def corpus(folder: FilePath = CORPUS) -> dict[str, bytes]:
    """The files by name; empty where the folder is not there."""
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    return {file.name: file.read_bytes() for file in files}


def documents(folder: FilePath = CORPUS) -> dict[str, Document]:
    """The files that parse to a config."""
    found = {}
    for name, raw in corpus(folder).items():
        try:
            document = Document.from_bytes(raw)
            if isinstance(document.data, dict):
                found[name] = document
        except ParseError:
            continue  # some files parse and hold what cannot be
    return found


def applied(document: Document, edit: Edit) -> Document:
    """The document after an edit."""
    if edit.verb == "change a value":
        return document.set(edit.path, edit.value)
    if edit.verb == "move items":
        items = document.get(edit.path)
        return document.set(edit.path, [items[index] for index in edit.value])
    if edit.verb.startswith("add"):
        return document.add(edit.path, edit.value)
    if edit.verb.startswith("delete"):
        return document.delete(edit.path)
    if edit.verb == "rename a task":
        return document.rename(edit.path, edit.value)
    return document.move(edit.path, edit.value)


def means(edit: Edit, old: Any, new_text: str, loader: Any = Loader) -> bool:
    """Whether a text means what the edit asks for; the place of a new key counts too."""
    try:
        loaded = yaml.load(new_text, loader)
    except (yaml.YAMLError, ValueError, TypeError):
        return False
    return same(loaded, edit.expected(old))


def lost_comments(edit: Edit, old: str, new: str) -> list[str]:
    """Comment lines that are gone and were not part of, or directly above, what was deleted."""
    before, after = _comment_lines(old), _comment_lines(new)
    gone = before - after
    if edit.verb.startswith("delete") and gone:
        gone -= _comment_lines("\n".join(_changed(old, new)))
    return sorted(gone)


def _comment_lines(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))


def _changed(old: str, new: str) -> list[str]:
    """The one block of lines of `old` that `new` lacks or has in another form."""
    start, end, _ = changed_lines(old, new)
    return old.splitlines()[start:end]


def changed_lines(old: str, new: str) -> tuple[int, int, int]:
    """First and last (excluded) line of `old` that differ in `new`, and how many replace them."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, len(before) - end, len(after) - end - start


def to_the_byte(edit: Edit, old: str, new: str, root: yaml.Node) -> bool:
    """Whether nothing differs but what has to; `root` is PyYAML's tree of `old`."""
    if edit.verb.startswith("move"):
        return _moved_only(edit, old, new, root)
    if edit.verb.startswith("add"):
        return _added_only(edit, old, new, root)
    if edit.verb.startswith("delete"):
        return _removed_only(edit, old, new, root)
    found = place(root, edit.path)
    if found is None:
        start, end, _ = changed_lines(old, new)
        return end - start <= 1
    start, end = _differing(old, new)
    node = found[0] if edit.verb == "rename a task" else found[1]
    first, last = node.start_mark.index, node.end_mark.index
    if edit.verb == "rename a task":
        return first <= start and end <= last
    # An absent value has no place of its own: it comes behind its key.
    return first - (first == last) <= start <= end <= last or _lines_of(
        old, first, last, start, end
    )


def _lines_of(text: str, first: int, last: int, start: int, end: int) -> bool:
    return (
        text.rfind("\n", 0, first) < start
        and end <= max(last, text.find("\n", last) + 1)
        and text.count("\n", start, end) <= text.count("\n", first, last) + 1
    )


def _differing(old: str, new: str) -> tuple[int, int]:
    """Where the first and the last difference are in `old`."""
    size = min(len(old), len(new))
    start = next((at for at in range(size) if old[at] != new[at]), size)
    end = next((at for at in range(size - start) if old[-1 - at] != new[-1 - at]), size - start)
    return start, len(old) - end


def _added_only(edit: Edit, old: str, new: str, root: yaml.Node) -> bool:
    """Whether the old text is the new one without a piece, which is about as long as what was added."""
    start, end = _differing(old, new)
    longest = len(yaml.safe_dump({str(edit.path[-1]): edit.value})) * 2 + 200
    if start >= end or (start == len(old.rstrip("\r\n")) and len(new) - len(old) < longest):
        return len(new) - len(old) < longest
    return False


def _removed_only(edit: Edit, old: str, new: str, root: yaml.Node) -> bool:
    """Whether the new text is the old one without the lines of the entry, and comments directly above."""
    found = place(root, edit.path)
    if found is None:
        return False
    key, value, parent = found
    start, end, replaced = changed_lines(old, new)
    lines = old.splitlines()
    first = key.start_mark.line
    last = min(last_line(value, len(old)), len(lines) - 1)
    if parent.flow_style:
        return start >= first - 1 and end <= last + 2
    while last > first and (not lines[last].strip() or lines[last].lstrip().startswith("#")):
        last -= 1
    top = first
    while top > 0 and lines[top - 1].lstrip().startswith("#"):
        top -= 1
    if len(parent.value) == 1:
        # What is left is an empty collection behind its key.
        return replaced <= end - start and end <= len(lines) and replaced <= last - top + 3
    # A new last entry, or one beside a dash, takes over a line.
    gone = end - start - replaced
    return (
        replaced <= 1
        and start >= top - 1
        and gone >= last - first
        and gone <= _below(lines, last) - top
    )


def _below(lines: list[str], last: int) -> int:
    last += 1
    while last < len(lines) and lines[last].lstrip().startswith("#"):
        last += 1
    return last


def _moved_only(edit: Edit, old: str, new: str, root: yaml.Node) -> bool:
    """Whether all lines are still there, with the comments beside them; in brackets, all words."""
    found = place(root, edit.path)
    before, after = sorted(_bare(old)), sorted(_bare(new))
    if before == after:
        return True
    if found is None or edit.verb != "move items" or not _in_brackets(found[1]):
        return False
    start, end = _differing(old, new)
    first, last = found[1].start_mark.index, found[1].end_mark.index
    return first <= start and end <= last and Counter(old) == Counter(new)


def _in_brackets(node: Any) -> bool:
    return bool(node.flow_style)


def _bare(text: str) -> list[str]:
    """Lines without commas, and without the dash that the first entry of a nested list stands beside."""
    return [line.replace(",", "").lstrip(" -").rstrip() for line in text.splitlines()]


def place(root: yaml.Node, path: Path) -> tuple[yaml.Node, yaml.Node, Any] | None:
    """The nodes of key (of an item: itself), value and parent; None behind an alias or a merge."""
    node: Any = root
    key, parent = node, node
    for step in path:
        parent, inner = node, None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if _key_is(name, step):
                    key, inner = name, value
        elif isinstance(step, int) and step < len(node.value):
            key = inner = node.value[step]
        if inner is None:
            return None
        if not node.start_mark.index <= inner.start_mark.index <= node.end_mark.index:
            return None
        node = inner
    return key, node, parent


def _key_is(node: yaml.Node, step: Any) -> bool:
    if node.tag == "tag:yaml.org,2002:merge" or not isinstance(node, yaml.ScalarNode):
        return False
    return bool(yaml.load(yaml.serialize(node), Loader) == step)


def last_line(node: yaml.Node, length: int) -> int:
    """The last line of a node, perhaps with blank lines and comments behind it.

    PyYAML ends a block where the next token starts, which is on a later line.
    """
    block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    end = node.end_mark
    next_line = end.column == 0 or (block and end.index < length)
    return int(max(end.line - next_line, node.start_mark.line))
