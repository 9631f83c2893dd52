"""Random documents and random edits: the data must follow, and no line elsewhere may change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flexapi.mirror.document import (
    Document,
    DocumentError,
    EditRefused,
    ParseError,
    Path,
    same,
    to_json,
)
from flexapi.mirror.document.values import same_content
from flexapi.mirror.document.write import Habit, write_block, write_flow
from flexapi.testing.examples import DERANDOMIZED, examples

from .random_yaml import NAMES, VALUES, texts

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
quick = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=DERANDOMIZED,
)


def paths(data: Any, path: Path = ()) -> list[Path]:
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            found += paths(value, (*path, index))
    return found


def edited(data: Any, path: Path, change: Callable[[Any, Any], Any]) -> Any:
    """A copy of ``data`` in which ``change(container, step)`` made the container of ``path``."""
    if len(path) == 1:
        return change(data, path[0])
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = edited(data[path[0]], path[1:], change)  # type: ignore[call-overload]
    return copy


def put(container: Any, step: Any, value: Any) -> Any:
    copy = dict(container) if isinstance(container, dict) else list(container)
    if isinstance(copy, list) and step == len(copy):
        copy.append(value)
    else:
        copy[step] = value
    return copy


def removed(container: Any, step: Any) -> Any:
    if isinstance(container, dict):
        return {key: value for key, value in container.items() if key != step}
    return [item for index, item in enumerate(container) if index != step]


def renamed(container: Any, step: Any, key: Any) -> Any:
    return {key if old == step else old: value for old, value in container.items()}


def moved(container: Any, step: Any, position: int) -> Any:
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    keys.remove(step)
    keys.insert(position, step)
    if isinstance(container, dict):
        return {key: container[key] for key in keys}
    return [container[key] for key in keys]


def load(text: str) -> Any:
    return yaml.load(text.removeprefix("\ufeff"), Loader)


def document_of(text: str) -> Document:
    try:
        document = Document(text)
        document.data  # noqa: B018
    except ParseError:
        assume(False)
    return document


def random_edit(data: Any, document: Document) -> tuple[str, Path, Document, Any]:
    """One edit: its name, its path, the document after it, and the data that it should have."""
    everywhere = paths(document.data)
    assume(everywhere)
    path = data.draw(st.sampled_from(everywhere), "path")
    container = document.get(path[:-1])
    verb = data.draw(st.sampled_from(["set", "set", "add", "delete", "rename", "move"]), "verb")
    if verb == "set":
        value = data.draw(VALUES, "value")
        new = document.set(path, value)
        return verb, path, new, edited(document.data, path, lambda c, s: put(c, s, value))
    if verb == "add":
        key = len(container) if isinstance(container, list) else data.draw(NAMES, "key")
        assume(isinstance(container, list) or key not in container)
        value = data.draw(VALUES, "value")
        path = (*path[:-1], key)
        new = document.add(path, value)
        return verb, path, new, edited(document.data, path, lambda c, s: put(c, s, value))
    if verb == "rename":
        assume(isinstance(container, dict))
        key = data.draw(NAMES, "key")
        assume(key not in container)
        new = document.rename(path, key)
        return verb, path, new, edited(document.data, path, lambda c, s: renamed(c, s, key))
    if verb == "move":
        position = data.draw(st.integers(0, len(container) - 1), "position")
        new = document.move(path, position)
        return verb, path, new, edited(document.data, path, lambda c, s: moved(c, s, position))
    return verb, path, document.delete(path), edited(document.data, path, removed)


def lines_of(document: Document, path: Path) -> tuple[int, int]:
    """The lines (from 0, the last excluded) of the top-level entry that a path leads into."""
    steps = sorted(
        document.mark((step,))[0][0] - 1
        for step in (
            document.data if isinstance(document.data, dict) else range(len(document.data))
        )
    )
    first = document.mark(path[:1])[0][0] - 1
    later = [line for line in steps if line > first]
    total = len(document.text.splitlines())
    return first, later[0] if later else total


@quick
@given(texts(), st.data())
def test_random_edits_give_exactly_the_data_expected(text: str, data: Any) -> None:
    document = document_of(text)
    for _ in range(3):
        if not isinstance(document.data, dict | list) or not document.data:
            break
        try:
            _, _, new, expected = random_edit(data, document)
        except EditRefused:
            continue
        assert same_content(load(new.text), expected)
        assert same(load(new.text), new.data)
        assert Document(new.text).text == new.text
        document = new


@quick
@given(texts(), st.data())
def test_entries_beside_the_edited_one_keep_their_lines(text: str, data: Any) -> None:
    document = document_of(text)
    assume(isinstance(document.data, dict | list))
    try:
        verb, path, new, _ = random_edit(data, document)
    except EditRefused:
        assume(False)
    assume(len(path) > 1)  # the edit is inside one of the top-level entries
    first, end = lines_of(document, path)
    old_lines, new_lines = document.text.splitlines(), new.text.splitlines()
    assert new_lines[:first] == old_lines[:first], verb
    after = old_lines[end:]
    assert new_lines[len(new_lines) - len(after) :] == after, verb


@quick
@given(texts())
def test_what_was_read_can_be_written_back_without_a_change(text: str) -> None:
    document = document_of(text)
    assert document.to_bytes() == text.encode()
    assert Document.from_bytes(text.encode()).to_bytes() == text.encode()
    for path in [(), *paths(document.data)]:
        value = document.get(path)
        assert document.set(path, value) is document or document.set(path, value).text == text
        assert document.set_json(path, to_json(value)).text == text
        assert document.replace_source(path, document.source(path)).text == text


@quick
@given(texts(), st.data())
def test_source_of_an_entry_means_the_same_alone(text: str, data: Any) -> None:
    document = document_of(text)
    everywhere = paths(document.data)
    assume(everywhere)
    path = data.draw(st.sampled_from(everywhere))
    source = document.source(path)
    try:
        alone = load(source)
    except yaml.YAMLError:
        assert "*" in source or isinstance(document.get(path[:-1]), list)
        return
    entry = document.get(path)
    assert same(alone[path[-1]] if isinstance(alone, dict) else alone[0], entry)


@quick
@given(VALUES, st.booleans())
def test_written_values_are_read_back_the_same_by_both_loaders(value: Any, indented: bool) -> None:
    habit = Habit(sequence=2 if indented else 0)
    try:
        written = ["- " + write_flow(value, habit, block=True), "k: " + write_flow([value], habit)]
        written.append("\n".join([*write_block({"k": value}, 0, habit), ""]))
    except DocumentError:
        assert any(0xD800 <= ord(char) < 0xE000 for char in repr_of(value))
        return
    for loader in {Loader, yaml.SafeLoader}:
        assert same(yaml.load(written[0], loader)[0], value), written[0]
        assert same(yaml.load(written[1], loader)["k"][0], value), written[1]
        assert same(yaml.load(written[2], loader)["k"], value), written[2]


def repr_of(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(repr_of(key) + repr_of(below) for key, below in value.items())
    if isinstance(value, list | set):
        return "".join(map(repr_of, value))
    return str(value)


@quick
@given(st.text(max_size=40) | st.text(alphabet="ab:-?[]{}&*!|>'\"%@#, \n\t0.", max_size=40))
def test_any_text_is_read_or_refused_cleanly(text: str) -> None:
    try:
        document = Document(text)
        view = to_json(document.data)
    except ParseError:
        return
    assert same(document.data, load(text))
    assert document.set_json((), view).text == text
