"""Which executions may not run side by side: those that run the same task."""

import fnmatch
from collections.abc import Iterable


def overlap(tasks: Iterable[str], others: Iterable[str]) -> bool:
    """Whether two requests may run the same task; each is names and globs, none being all.

    Two globs that are not alike are taken not to overlap: whether they do depends on the config,
    and FlexGet's side asks again for each task where its database can tell.
    """
    mine, theirs = [_lower(tasks), _lower(others)]
    if not mine or not theirs:
        return True
    return any(
        a == b or fnmatch.fnmatchcase(a, b) or fnmatch.fnmatchcase(b, a)
        for a in mine
        for b in theirs
    )


def _lower(tasks: Iterable[str]) -> list[str]:
    # As FlexGet's manager matches them.
    return [task.lower() for task in tasks]
