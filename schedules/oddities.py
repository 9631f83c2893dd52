"""What is odd about the tasks that a schedule names; FlexGet takes it all the same."""

import fnmatch
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from flexapi.phrases import phrase

REFUSED = phrase("FlexGet has refused to run {task} since {time} UTC.")
DISABLED = phrase("{task} is disabled.")
NO_MATCH = phrase("{pattern} matches no task.")
NO_TASK = phrase("{pattern} isn't a task.")


def warnings_for(
    patterns: Iterable[str], config: Snapshot, invalid: Mapping[str, dict[str, Any]]
) -> list[str]:
    """Return a sentence for each name or wildcard that matches no task that can run, and each task that is `invalid`."""
    patterns, names = list(patterns), _names(config)
    found = [_warning(pattern, names) for pattern in patterns]
    refused = [
        REFUSED.format(task=repr(key), time=f"{why['since']:%Y-%m-%d %H:%M}")
        for key, why in invalid.items()
        if any(fnmatch.fnmatchcase(key.lower(), pattern.lower()) for pattern in patterns)
    ]
    return [warning for warning in [*found, *refused] if warning]


@lru_cache(maxsize=2)
def _names(config: Snapshot) -> tuple[str, ...]:
    tasks = mapping(config.data.get("tasks"))
    return tuple(name.lower() for name in key_names(tasks).values())


@lru_cache(maxsize=2000)
def _warning(pattern: str, names: tuple[str, ...]) -> str:
    # As FlexGet compares: without regard to case, disabled tasks (`_name`) under their own names.
    matches = re.compile(fnmatch.translate(pattern.lower())).match
    found = [name for name in names if matches(name)]
    if any(not name.startswith("_") for name in found):
        return ""
    if found or (f"_{pattern.lower()}" in names):
        return DISABLED.format(task=repr(pattern))
    text = NO_MATCH if re.search(r"[*?[]", pattern) else NO_TASK
    return text.format(pattern=repr(pattern))
