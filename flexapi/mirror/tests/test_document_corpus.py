"""The document over real configs: the figures of ``corpus_report`` as tests."""

from __future__ import annotations

import pytest
import yaml

from flexapi.mirror.document import Document, ParseError

from .corpus_report import (
    CORPUS,
    SAMPLE,
    Figure,
    change_leaves,
    corpus,
    documents,
    edit_tasks,
    no_op,
)

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the corpus of real configs is not at ../shared/{CORPUS.name}"
)
pytestmark = needs_corpus


@pytest.fixture(scope="module")
def configs() -> dict[str, Document]:
    return documents()


def test_every_file_parses_or_fails_as_it_does_for_pyyaml() -> None:
    unplaced = []
    for name, raw in corpus().items():
        try:
            document = Document.from_bytes(raw)
            loaded = document.data
        except ParseError as error:
            with pytest.raises(yaml.YAMLError):
                yaml.safe_load(raw)
            unplaced += [] if error.line else [name]
            continue
        assert document.to_bytes() == raw
        try:
            assert yaml.safe_load(raw) == loaded, name
        except yaml.YAMLError:
            # PyYAML's Python parser is stricter than its C parser in a corner.
            with pytest.raises(ParseError):
                document.check()
    assert not unplaced


def test_put_of_what_get_gave_changes_nothing(configs: dict[str, Document]) -> None:
    figure = Figure("no-op")
    for name, document in configs.items():
        no_op(name, document, figure)
    assert figure.tried > 1000
    assert not figure.wrong


def test_changing_one_scalar_touches_only_its_lines(configs: dict[str, Document]) -> None:
    figure = Figure("scalars")
    for name, document in configs.items():
        change_leaves(name, document, figure, SAMPLE)
    assert figure.tried - figure.refused > 1000
    assert not figure.wrong


def test_adding_deleting_renaming_and_moving_tasks(configs: dict[str, Document]) -> None:
    figures = {verb: Figure(verb) for verb in ("add", "delete", "rename", "reorder")}
    for name, document in configs.items():
        edit_tasks(name, document, figures)
    assert all(figure.tried >= 90 for figure in figures.values())
    assert not [wrong for figure in figures.values() for wrong in figure.wrong]
