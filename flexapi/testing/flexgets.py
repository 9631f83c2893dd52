"""Which FlexGet the tests run with: the newest, or an older one of `make test-matrix`."""

import importlib.metadata

import pytest

from releasing.matrix import FLEXGETS

# For a test that asks whether all that a table of ours names is there.
newest_flexget = pytest.mark.skipif(
    not importlib.metadata.version("flexget").startswith(f"{FLEXGETS[0]}."),
    reason=f"the table tells of FlexGet {FLEXGETS[0]}, which has more than an older one",
)
