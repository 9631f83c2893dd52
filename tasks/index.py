"""Rows of the config's section `tasks`."""

from typing import Any

from django.db import models

from flexapi.mirror.document.jsonview import key_names, to_json
from flexapi.mirror.document.values import same
from flexapi.mirror.index import mapping
from tasks.models import Task

FIELDS = ("name", "key", "position", "enabled")
BATCH = 500


def display_names(keys: list[str]) -> dict[str, str]:
    """Return the name of each task by its key in the file.

    A disabled task (`_tv`) is shown as `tv`, unless `tv` or nothing else would be left.
    """
    taken = set(keys)
    return {
        key: key[1:] if key.startswith("_") and key[1:] and key[1:] not in taken else key
        for key in keys
    }


def index_tasks(old: Any, new: Any) -> None:
    """Make the rows show the section `new`; rows of tasks that are as in `old` keep their config."""
    rows: models.QuerySet[Task] = models.QuerySet(Task)
    before, after = mapping(old), mapping(new)
    keys = {name: key for key, name in key_names(after).items()}
    names = display_names(list(keys))
    known = {row.key: row for row in rows.only("pk", "name", "key", "position", "enabled")}
    gone = {key: row for key, row in known.items() if key not in keys}
    added, moved, changed = [], [], []
    for position, (text, key) in enumerate(keys.items()):
        shown = (text, names[text], position, not text.startswith("_"))
        row = known.get(text) or _renamed(gone, before, after[key], position)
        if row is None:
            row = Task(config=to_json(after[key]))
            added.append(row)
        elif row.key not in before or not same(before[row.key], after[key]):
            row.config = to_json(after[key])
            changed.append(row)
        elif (row.key, row.name, row.position, row.enabled) != shown:
            moved.append(row)
        row.key, row.name, row.position, row.enabled = shown
    rows.filter(pk__in=[row.pk for row in gone.values()]).delete()
    rows.bulk_update(moved, FIELDS, batch_size=BATCH)
    rows.bulk_update(changed, [*FIELDS, "config"], batch_size=BATCH)
    rows.bulk_create(added, batch_size=BATCH)


def _renamed(
    gone: dict[str, Task], before: dict[Any, Any], config: Any, position: int
) -> Task | None:
    """Take the row out of `gone` that stood in this place with this config: it has a new name."""
    for key, row in gone.items():
        if row.position == position and key in before and same(before[key], config):
            return gone.pop(key)
    return None
