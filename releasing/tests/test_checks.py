"""`make release`: each check says what is wrong and what to do, and none changes a file."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flexapi.version import VERSION
from releasing import __main__, changelog, checks, document, repository


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of git's with one commit."""
    commands = (
        ["init", "--quiet"],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--allow-empty", "-m", "x"],
    )
    for command in commands:
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    return tmp_path


@pytest.fixture
def in_checkout(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checks look at that checkout."""
    real = repository.git
    monkeypatch.setattr(
        repository, "git", lambda *arguments, root=checkout: real(*arguments, root=checkout)
    )
    monkeypatch.setattr(checks, "TESTED", checkout / ".git" / "tested")
    return checkout


def write_changelog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "CHANGELOG.md"
    file.write_text(text)
    monkeypatch.setattr(changelog, "CHANGELOG", file)


def test_what_is_not_committed_is_named(in_checkout: Path) -> None:
    assert checks.tree() == []
    (in_checkout / "new.py").touch()
    assert checks.tree() == ["new.py is not committed"]


def test_a_version_is_released_once(in_checkout: Path) -> None:
    subprocess.run(["git", "-C", str(in_checkout), "tag", f"v{VERSION}"], check=True)
    assert checks.tree() == [
        f"v{VERSION} is released already: raise VERSION in flexapi/version.py above {VERSION}"
    ]


def test_tests_count_for_the_files_that_they_passed_with(in_checkout: Path) -> None:
    assert "has not passed with these files" in checks.tests()[0]
    assert "all tests passed" in checks.passed()
    assert checks.tests() == []
    (in_checkout / "new.py").write_text("1 / 0\n")
    assert "not committed" in checks.passed()
    commands = (
        ["add", "new.py"],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"],
    )
    for command in commands:
        subprocess.run(["git", "-C", str(in_checkout), *command], check=True)
    assert checks.tests()


def test_tests_that_passed_without_git_have_passed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without(*_: str, **__: object) -> str:
        raise repository.NoRepository("git is not installed.")

    monkeypatch.setattr(repository, "git", without)
    for arguments, code in ((["passed"], 0), ([], 2)):
        monkeypatch.setattr("sys.argv", ["releasing", *arguments])
        assert __main__.main() == code
        assert "git is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"## [Unreleased]\n\n## [{VERSION}] - 2026-01-01\n\n### Added\n\n- It.\n", []),
        ("## [Unreleased]\n\n### Added\n\n- It.\n", ["put ## ["]),
        (f"## [Unreleased]\n\n## [{VERSION}] - 2026-01-01\n", ["has no line"]),
        (
            f"## [Unreleased]\n\n## [{VERSION}] - 9999-01-01\n\n### Added\n\n- It.\n",
            ["which is to come"],
        ),
        (
            f"## [Unreleased]\n\n### Fixed\n\n- That.\n\n## [{VERSION}] - 2026-01-01\n\n### Added\n\n- It.\n",
            ["1 lines under Unreleased"],
        ),
        ("no section", ["The first section is"]),
    ],
)
def test_the_changelog_has_the_version(
    text: str, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_changelog(tmp_path, monkeypatch, text)
    faults = checks.changelog()
    assert len(faults) == len(said)
    assert all(part in fault for part, fault in zip(said, faults, strict=True))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"flexapi": VERSION}, []),
        ({"flexapi": "0.9.0"}, ["is of FlexAPI 0.9.0: `make bench`"]),
        ({}, ["is of FlexAPI before 1.0: `make bench`"]),
    ],
)
def test_figures_are_of_the_version(
    content: dict[str, str], said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    monkeypatch.setattr(checks, "FIGURES", tmp_path / "latest.json")
    assert "is missing: `make bench`" in checks.figures()[0]
    checks.FIGURES.write_text(json.dumps({"machine": {"versions": content}}))
    faults = checks.figures()
    assert len(faults) == len(said)
    assert all(part in fault for part, fault in zip(said, faults, strict=True))


def test_the_versions_agree() -> None:
    assert checks.versions() == []


def test_another_version_of_what_comes_with_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "contrib" / "one" / "pyproject.toml"
    project.parent.mkdir(parents=True)
    project.write_text('[project]\nversion = "0.1"\n')
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    assert checks.versions() == [f"contrib/one/pyproject.toml says 0.1: write {VERSION}"]


def test_a_minor_version_keeps_what_the_last_one_promised(
    in_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = in_checkout / "docs"
    docs.mkdir()
    text = document.committed().replace("\n  /api/auth/login:\n", "\n  /api/auth/logins:\n", 1)
    (docs / "openapi.yaml").write_text(text)
    commands: tuple[list[str], ...] = (
        ["add", "docs"],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"],
        ["tag", "v1.0.0"],
    )
    for command in commands:
        subprocess.run(["git", "-C", str(in_checkout), *command], check=True)
    monkeypatch.setattr(document, "served", document.committed)
    assert checks.schema() == [
        "POST /api/auth/logins is gone, and 1.0.0 promised it (docs/stability.md)"
    ]
    monkeypatch.setattr(checks, "VERSION", "2.0.0")
    assert checks.schema() == []


def test_the_checks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a check writes")

    named: list[Callable[[], list[str]]] = list(checks.CHECKS.values())
    monkeypatch.setattr(Path, "write_text", refuse)
    for check in named:
        check()
