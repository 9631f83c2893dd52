"""docs/openapi.yaml is what the server serves, and the changelog tells of what changed in it."""

import os
from typing import Any

import pytest

from flexapi.version import VERSION
from releasing import OPENAPI, ROOT, document
from releasing.contract import bare
from releasing.repository import NoRepository, changed, file_at, git

PATH = str(OPENAPI.relative_to(ROOT))


def contract(text: str | None) -> Any:
    return bare(document.parsed(text)) if text else None


def test_the_committed_document_is_the_served_one(api: Any, db: None) -> None:
    if os.environ.get("FLEXAPI_TEST_WRITE"):
        document.write()
    answered = api().get("/api/schema?format=yaml").content.decode()
    assert answered == document.served()
    assert answered == document.committed(), (
        f"The server's OpenAPI document isn't the one in {PATH}. If the change is wanted, write the file again with"
        f" `{document.REWRITE}`, and tell users of it in CHANGELOG.md under Unreleased."
    )


def test_it_names_the_version() -> None:
    assert document.parsed(document.committed())["info"]["version"] == VERSION


def test_what_changed_for_programs_stands_in_the_changelog() -> None:
    try:
        uncommitted = changed()
        commits = git("log", "-1", "--format=%H", "--", PATH).split()
    except NoRepository as error:
        pytest.skip(str(error))
    told = "CHANGELOG.md" in uncommitted
    if PATH in uncommitted or not commits:
        before = file_at("HEAD", PATH)
    else:
        before = file_at(f"{commits[0]}^", PATH)
        if before is not None:
            told |= bool(git("log", "--format=%H", f"{commits[0]}^..", "--", "CHANGELOG.md"))
    if before is not None and contract(before) != contract(document.committed()):
        assert told, (
            f"The contract in {PATH} changed, and CHANGELOG.md did not: say under Unreleased what users gain or must do."
        )
