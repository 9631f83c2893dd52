"""Real configs checked: just what FlexGet complains about, each at a line that has the key in question."""

from collections import Counter

import pytest

from flexapi.engine import instance
from flexapi.engine.complaints import refused_keys
from flexapi.mirror import mirror
from flexapi.mirror.checking.check import check_config
from flexapi.mirror.document import ParseError
from flexapi.testing.config_file import CORPUS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real configs is not here"),
]
# Every so many; all of them (108 that parse, with 551 complaints) were looked at in the same way.
STEP = 12
# What only preparing a task finds.
BEYOND = ("FlexGet can't run this", "There is no template")


def broken_line(text: str) -> int | None:
    """Where a text doesn't parse."""
    try:
        mirror.parse(text.encode())
    except ParseError as error:
        return error.line
    return None


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.yml"))[::STEP], ids=lambda path: path.stem)
def test_it_finds_what_flexget_finds(config, flexget, monkeypatch, path):
    monkeypatch.setattr(instance, "engine", lambda: flexget)
    text = path.read_bytes().decode("utf-8", "replace")
    found = check_config(text, masked=False)
    if (line := broken_line(text)) is not None:
        assert found.problem is not None
        assert found.problem[1].line == line
        return
    lines = text.splitlines()

    said = Counter(
        (fault.path, fault.message)
        for fault, _ in found.complaints
        if not fault.message.startswith(BEYOND)
    )
    whole = flexget.call("validate", {"text": text}, timeout=60)
    assert said == Counter((tuple(each["path"]), each["message"]) for each in whole)
    for fault, place in found.complaints:
        assert place.line is not None
        last = fault.path[-1] if fault.path and isinstance(fault.path[-1], str) else None
        keys = refused_keys(fault.message) or ([last] if last else [])
        assert not keys or any(key in lines[place.line - 1] for key in keys)
