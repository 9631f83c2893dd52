"""The list of all tasks as it is shown, made once for each state of the config."""

from django.db.models import F, Subquery

from flexapi.api.http.renderers import KeptItem
from flexapi.mirror import credentials, mirror
from flexapi.mirror.store.tables import ConfigState
from tasks.models import Task
from tasks.serializers import shown

Items = list[KeptItem]

# By whether credentials are masked: the hash of a config and what is shown of it.
_kept: dict[bool, tuple[str, Items]] = {}


def all_tasks(*, masked: bool) -> Items:
    """Return every task as `TaskSerializer` shows it; shared, not to be modified.

    Rows are made from the text of the config and from nothing else, so they are the same as long
    as its hash is.
    """
    kept = _kept.get(masked)
    if kept is not None and kept[0] == mirror.current_hash():
        return kept[1]
    # The hash comes with the rows, by one statement: another write may come before a second one.
    state = ConfigState.objects.filter(pk=1).annotate(hash=F("current__hash")).values("hash")
    tasks = list(Task.objects.annotate(made_from=Subquery(state)))
    hide = credentials.in_config().hide if masked else None
    items = [KeptItem(shown(task, hide)) for task in tasks]
    made_from: str | None = getattr(tasks[0], "made_from", None) if tasks else None
    if made_from is not None:
        _kept[masked] = made_from, items
    return items
