"""What `make release` looks at. Each check returns what is wrong, a line each with what to do; it changes nothing."""

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime

from packaging.version import Version

from flexapi.version import VERSION

from . import OPENAPI, ROOT, document, licences, repository
from .changelog import Changelog, WrongForm
from .contract import broken

# The tree of files that the whole of `make test` passed with, as git names it.
TESTED = ROOT / ".venv" / ".tested"
FIGURES = ROOT / "bench" / "results" / "latest.json"


def tree() -> list[str]:
    """Nothing is uncommitted, and the version has no tag yet."""
    faults = [f"{path} is not committed" for path in repository.changed()]
    last = repository.last_release()
    if last is not None and last >= Version(VERSION):
        faults.append(
            f"v{last} is released already: raise VERSION in flexapi/version.py above {last}"
        )
    return faults


def versions() -> list[str]:
    """All that names the version names the same one."""
    faults = []
    said = document.parsed(document.committed()).get("info", {}).get("version")
    if said != VERSION:
        faults.append(f"docs/openapi.yaml says {said}: `{document.REWRITE}`")
    for file in sorted((ROOT / "contrib").glob("*/pyproject.toml")):
        version = tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"]
        if version != VERSION:
            faults.append(f"{file.relative_to(ROOT)} says {version}: write {VERSION}")
    return [*faults, *_plugins()]


def _plugins() -> list[str]:
    from flexapi import plugins

    document.set_up()
    return [
        f"the plugin {plugin.name} doesn't come in: {plugin.problem}"
        for plugin in plugins.installed
        if plugin.problem
    ]


def changelog() -> list[str]:
    """The version has a section with a date and lines, and nothing waits under Unreleased."""
    try:
        read = Changelog.read()
    except WrongForm as error:
        return [f"CHANGELOG.md: {error}"]
    section = read.of(VERSION)
    today = datetime.now(UTC).date()
    if section is None:
        return [f"CHANGELOG.md: put ## [{VERSION}] - {today} below an empty ## [Unreleased]"]
    faults = []
    if not section.entries:
        faults.append(f"CHANGELOG.md: {VERSION} has no line: say what users gain")
    if section.day and section.day > today:
        faults.append(f"CHANGELOG.md: {VERSION} is of {section.day}, which is to come")
    if read.unreleased.entries:
        faults.append(
            f"CHANGELOG.md: {len(read.unreleased.entries)} lines under Unreleased belong to {VERSION}, or to the next version"
        )
    return faults


def schema() -> list[str]:
    """docs/openapi.yaml is what is served, and a minor version breaks nothing of the last one."""
    document.set_up()
    if document.served() != document.committed():
        return [
            f"docs/openapi.yaml isn't what the server serves: `{document.REWRITE}`, and look at the difference"
        ]
    last = repository.last_release()
    if last is None or last.major < Version(VERSION).major:
        return []
    before = repository.file_at(f"v{last}", str(OPENAPI.relative_to(ROOT)))
    if before is None:
        return [f"v{last} has no docs/openapi.yaml to compare with"]
    gone = broken(document.parsed(before), document.parsed(document.committed()))
    return [f"{line}, and {last} promised it (docs/stability.md)" for line in gone]


def dependencies() -> list[str]:
    """Each package's licence goes with FlexAPI's, and docs/licences.md has it."""
    found = licences.packages()
    if wrong := licences.faults([*found, *licences.bundled()]):
        return wrong
    missing = sorted({package.name for package in found} - licences.listed())
    return [f"docs/licences.md lacks {', '.join(missing)}: `make licences`"] if missing else []


def screenshots() -> list[str]:
    """The pictures were made of the pages as they are."""
    from flexapi.testing.screenshots import MADE_OF, sources

    if not MADE_OF.exists() or MADE_OF.read_text(encoding="utf-8").strip() != sources():
        return [
            "pages changed after the pictures were made: `make screenshots`, and look at docs/images/"
        ]
    return []


def tests() -> list[str]:
    """All tests passed with just these files."""
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    if not TESTED.exists() or TESTED.read_text(encoding="utf-8").strip() != tree:
        return [
            "`make lint && FLEXAPI_TEST_REQUIRE=browser,postgres,redis,client,node make test` has not passed with these files"
        ]
    return []


def figures() -> list[str]:
    """The benchmarks were run with this version."""
    path = FIGURES.relative_to(ROOT)
    if not FIGURES.exists():
        return [f"{path} is missing: `make bench`, on a machine that does nothing else"]
    measured = json.loads(FIGURES.read_text(encoding="utf-8"))["machine"]["versions"]
    if measured.get("flexapi") != VERSION:
        return [
            f"{path} is of FlexAPI {measured.get('flexapi', 'before 1.0')}: `make bench`, on a machine that does nothing else"
        ]
    return []


CHECKS: dict[str, Callable[[], list[str]]] = {
    "clean tree": tree,
    "versions agree": versions,
    "changelog": changelog,
    "OpenAPI document": schema,
    "licences": dependencies,
    "screenshots": screenshots,
    "tests": tests,
    "bench figures": figures,
}


def passed() -> str:
    """Note that all tests passed with the files as they are; return what was noted.

    Only where they are committed: else nobody could say later what was tested.
    """
    if repository.changed():
        return "Not noted for `make release`: there are changes that are not committed."
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    TESTED.write_text(f"{tree}\n", encoding="utf-8")
    return f"Noted for `make release`: all tests passed with the tree {tree[:12]}."
