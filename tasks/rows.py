"""Rows of the config's section `tasks`."""

from typing import Any

from django.db import models

from flexapi.mirror.document.jsonview import key_names, to_json
from flexapi.mirror.document.values import same
from flexapi.mirror.store.rows import mapping
from tasks.models import Task
from tasks.signals import renamed

FIELDS = ("key", "name", "position", "enabled")
Row = tuple[Any, ...]  # pk and FIELDS
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


def update_tasks(old: Any, new: Any) -> None:
    """Make the rows show the section `new`; rows of tasks that are as in `old` keep their config."""
    rows: models.QuerySet[Task] = models.QuerySet(Task)
    before, after = mapping(old), mapping(new)
    keys = {name: key for key, name in key_names(after).items()}
    names = display_names(list(keys))
    # Plain tuples: of two thousand tasks an edit changes one.
    known = {row[1]: row for row in rows.values_list("pk", *FIELDS)}
    gone = {key: row for key, row in known.items() if key not in keys}
    added, moved, changed = [], [], []
    for position, (text, key) in enumerate(keys.items()):
        shown = (text, names[text], position, not text.startswith("_"))
        row = known.get(text) or _renamed(gone, before, after[key], position)
        if row is not None and row[2] != names[text]:
            renamed.send(sender=Task, old=row[2], new=names[text])
        fields = dict(zip(FIELDS, shown, strict=True))
        if row is None:
            added.append(Task(config=to_json(after[key]), **fields))
        elif row[1] not in before or not same(before[row[1]], after[key]):
            changed.append(Task(pk=row[0], config=to_json(after[key]), **fields))
        elif row[1:] != shown:
            moved.append(Task(pk=row[0], **fields))
    rows.filter(pk__in=[row[0] for row in gone.values()]).delete()
    rows.bulk_update(moved, FIELDS, batch_size=BATCH)
    rows.bulk_update(changed, [*FIELDS, "config"], batch_size=BATCH)
    rows.bulk_create(added, batch_size=BATCH)


def _renamed(
    gone: dict[str, Row], before: dict[Any, Any], config: Any, position: int
) -> Row | None:
    """Take the row out of `gone` that stood in this place with this config: it has a new name."""
    for key, row in gone.items():
        if row[3] == position and key in before and same(before[key], config):
            return gone.pop(key)
    return None
