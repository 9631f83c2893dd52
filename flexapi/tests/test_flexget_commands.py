"""Every command of `flexget` has its line in docs/flexget.md: what does the same here, or why nothing does.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_flexget_commands.py` writes the table of that page.
"""

from pathlib import Path

from .flexget_commands import ON_PAGE, known, of_flexget, table, verbs
from .flexget_counterparts import own_verbs

# Commands of FlexGet's on one system only.
OF_WINDOWS = {"service"}


def test_the_table_has_each_command_of_flexget(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("tasks: {}\n")
    assert of_flexget(config) - OF_WINDOWS == set(known())
    for command, row in known().items():
        assert row.keys() in ({"here"}, {"left_out"}), command


def test_each_verb_of_the_api_that_it_names_exists() -> None:
    named = verbs(known())
    assert len(named) > 30
    assert named - own_verbs() == set()


def test_the_page_has_the_table() -> None:
    ON_PAGE.check(table(known()))
