"""Parts of the documentation that a test makes, between two marks: read, and written again with FLEXAPI_TEST_WRITE=1."""

import os
from dataclasses import dataclass
from pathlib import Path

END = "<!-- The end of what is generated. -->\n"


@dataclass(frozen=True)
class Part:
    """What stands on a page behind a mark that names its source."""

    page: Path
    source: str

    @property
    def _begin(self) -> str:
        return f"<!-- From {self.source}; `make test` says how to write it again. -->\n"

    def check(self, made: str) -> None:
        """Raise AssertionError where the page says something else than `made`; first write it, if that is asked for."""
        if os.environ.get("FLEXAPI_TEST_WRITE"):
            before, _, rest = self.page.read_text().partition(self._begin)
            self.page.write_text(before + self._begin + made + END + rest.partition(END)[2])
        written = self.page.read_text().partition(self._begin)[2].partition(END)[0]
        assert written == made, (
            f"{self.page.name} is out of date. To write it again: FLEXAPI_TEST_WRITE=1 make test ARGS={_running()}"
        )


def _running() -> str:
    """Return the file of the test that runs now."""
    return os.environ["PYTEST_CURRENT_TEST"].partition("::")[0]
