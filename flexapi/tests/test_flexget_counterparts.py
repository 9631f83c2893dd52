"""Every verb of FlexGet's own API has its counterpart here, or a reason why not; docs/api.md says which.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_flexget_counterparts.py` writes the tables of that page.
"""

import pytest

from . import flexget_counterparts
from .flexget_counterparts import ON_PAGE, RESOURCES, counterparts, own_verbs, table


@pytest.fixture(scope="module")
def verbs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """FlexGet's verbs by resource."""
    config = tmp_path_factory.mktemp("flexget") / "config.yml"
    config.write_text("tasks: {}\n")
    return flexget_counterparts.flexget_verbs(config)


def test_each_verb_of_flexget_has_a_counterpart_or_a_reason(verbs: dict[str, list[str]]) -> None:
    known = counterparts()
    assert set(known) == set(RESOURCES)
    for resource in RESOURCES:
        assert set(known[resource]) == set(verbs[resource])
    for verb, counterpart in {v: c for part in known.values() for v, c in part.items()}.items():
        assert bool(counterpart.get("here")) != bool(counterpart.get("left_out")), verb
        assert counterpart.keys() <= {"here", "note", "left_out"}, verb


def test_each_counterpart_exists() -> None:
    named = {
        counterpart["here"]
        for resource in counterparts().values()
        for counterpart in resource.values()
        if "here" in counterpart
    }
    assert named - own_verbs() == set()


def test_the_page_has_the_table(verbs: dict[str, list[str]]) -> None:
    ON_PAGE.check(table(verbs, counterparts()))
