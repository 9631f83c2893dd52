"""How many examples hypothesis makes: those of `make test`, and many times more in `make fuzz`."""

import os

FACTOR = int(os.environ.get("FLEXAPI_TEST_EXAMPLES", "1"))
# Always the same ones where a failure would be somebody else's: in everybody's test run.
DERANDOMIZED = FACTOR == 1


def examples(count: int) -> int:
    """Return `count`, times what FLEXAPI_TEST_EXAMPLES says."""
    return count * FACTOR
