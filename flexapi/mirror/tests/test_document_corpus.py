"""The document over real configs: the figures of ``corpus_report`` as tests."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path as FilePath

import pytest
import yaml

from flexapi.mirror.document import Document, ParseError
from flexapi.testing.corpus_edits import CORPUS, VERBS, corpus, documents
from flexapi.testing.examples import examples

from .corpus_report import READ, UNCHANGED, Figure, figures, measured

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the corpus of real configs is not at ../shared/{CORPUS.name}"
)
# Edits of each kind in each file.
SAMPLE = examples(1)


@functools.cache
def found() -> dict[str, Figure]:
    """What editing the corpus gives, verb by verb."""
    total = figures()
    for name, document in documents().items():
        for verb, figure in measured(name, document, SAMPLE).items():
            total[verb].add(figure)
    return total


@needs_corpus
def test_every_file_parses_or_fails_as_it_does_for_flexget() -> None:
    unplaced: list[str] = []
    for name, raw in corpus().items():
        try:
            document = Document.from_bytes(raw)
            loaded = document.data
        except ParseError as error:
            unplaced += [] if error.line else [name]
            with pytest.raises(yaml.YAMLError):
                yaml.safe_load(raw)
            continue
        assert document.to_bytes() == raw
        assert yaml.safe_load(raw) == loaded, name
        document.check()
    assert not unplaced


# Each of thousands of edits reaches the same lines.
@pytest.mark.no_cover
@needs_corpus
def test_put_of_what_get_gave_changes_nothing() -> None:
    assert found()[UNCHANGED].exact > 1000
    assert found()[UNCHANGED].tried == found()[UNCHANGED].exact


@pytest.mark.no_cover
@needs_corpus
@pytest.mark.parametrize("verb", [READ, *VERBS])
def test_nothing_is_wrong_and_little_is_coarse(verb: str) -> None:
    figure = found()[verb]
    assert figure.exact > 50
    assert not figure.wrong
    assert len(figure.coarse) <= figure.tried / 20
    assert all("shared as &" in reason or "line" in reason for reason in figure.refused)


def run(folder: FilePath) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flexapi.mirror.tests.corpus_report", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_report_runs_over_any_folder(tmp_path: FilePath) -> None:
    (tmp_path / "one.yml").write_text("tasks:\n  # c\n  a: {rss: b}\n  d:\n    rss: e\n")
    (tmp_path / "two.yaml").write_text("tasks:\n\ta: b\n")
    answer = run(tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("one.yml: ")
    assert "0 wrong" in lines[0]
    assert "no config, to FlexGet either" in lines[1]
    assert any(line.split() == ["add", "a", "task", "1", "1", "0", "0", "0"] for line in lines)


def test_the_report_wants_configs(tmp_path: FilePath) -> None:
    answer = run(tmp_path)
    assert answer.returncode == 2
    assert "there is no .yml" in answer.stderr
