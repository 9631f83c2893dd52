"""Which tasks can't run, since when and why: what FlexGet's process says of the file that it has loaded, kept in rows.

FlexGet decides when it loads the file, so it is asked; `look` brings the rows in step, and `InvalidTasks` calls it now and then.
"""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers

from flexapi import events
from flexapi.background import Loop
from flexapi.engine.client import EngineError, EngineUnavailable
from flexapi.engine.complaints import Complaint
from flexapi.engine.instance import engine
from flexapi.events import Event
from flexapi.mirror import credentials, mirror
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.edits import validation
from flexapi.mirror.invalid_since import affected
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from flexapi.mirror.store.tables import ConfigRevision, InvalidTask
from flexapi.phrases import phrase
from flexapi.text import storable_all

REFUSED = phrase("FlexGet refuses to run task {task}")

logger = logging.getLogger("flexapi.mirror")

# Seconds between two looks; while the file stays as it is, one costs FlexGet some hundred microseconds.
INTERVAL = 2.0
# Seconds that FlexGet may take to load a file of thousands of tasks.
PATIENCE = 60.0
# Tasks that one line of the server's log names.
NAMED = 5

# Characters of a key, and complaints about a task, that are kept.
LONGEST = 1000
MOST = 20

Told = dict[str, list[dict[str, str]]]


class TaskComplaintSerializer(serializers.Serializer[Any]):
    """What FlexGet says against a place of the config."""

    attr = serializers.CharField(help_text="The place, as in `tasks.tv.rss.url`.")
    detail = serializers.CharField()


class InvalidTaskSerializer(serializers.Serializer[Any]):
    """Why a task can't run."""

    since = serializers.DateTimeField(help_text="When that was noticed first.")
    complaints = TaskComplaintSerializer(many=True)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What this process heard last, so that of several servers only the one that hears something else writes.

    `refused` is whether that was of the config as a whole.
    """

    hash: str = ""
    data: dict[Any, Any] = field(default_factory=dict)
    told: Told | None = None
    refused: bool = False


class _LastSeen:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.now = _Seen()


_last = _LastSeen()
forget = _last.forget


def invalid_tasks(
    current_hash: str | None = None, patience: float = 0.3
) -> dict[str, dict[str, Any]]:
    """Return what is wrong with each task that can't run, by its key: see `InvalidTaskSerializer`.

    Of a config that just changed, FlexGet is asked about the tasks that did; where more changed, it is waited for until it has
    loaded the file, `patience` seconds at most. `current_hash` is that of the current revision, where the caller knows it.
    """
    if not knows(current_hash or mirror.current_hash()) and not _look_at_change(patience):
        look(patience)
    return {
        row["key"]: {"since": row["since"], "complaints": row["complaints"]}
        for row in InvalidTask.objects.values("key", "since", "complaints")
    }


def knows(config_hash: str) -> bool:
    """Whether it is known which tasks of a revision can't run, as far as FlexGet can be asked."""
    return config_hash == _last.now.hash or engine().state.name != "ready"


def look(patience: float) -> None:
    """Bring the rows in step with what FlexGet says of the file, where it is loaded and says so within some seconds."""
    if engine().state.name != "ready":
        return
    before, snapshot = _last.now, mirror.current()
    try:
        answer = engine().call("invalid_tasks", timeout=patience, in_passing=True)
    except (EngineError, EngineUnavailable):
        return  # The next look tells; runs say for themselves what is wrong.
    if answer["digest"] != snapshot.hash and _quotes(answer):
        # The file is ahead of the mirror: what of it is a credential is not known yet.
        return
    told = _told(answer, snapshot)
    _note(before, snapshot, told, refused=bool(answer["refused"]))


def _quotes(answer: dict[str, Any]) -> bool:
    """Whether there is a complaint about a place in the config, whose value it may quote."""
    complaints = [
        *answer["refused"],
        *(each for one in answer["tasks"] for each in one["complaints"]),
    ]
    return any(each["path"] for each in complaints)


def _look_at_change(patience: float) -> bool:
    """As `look`, of what differs from the config that was looked at before; False where that does not tell."""
    before, snapshot = _last.now, mirror.current()
    if before.told is None or before.refused or _has_to_do_with_variables(before.told):
        return False
    changed = affected(before.data, snapshot.data)
    if changed is None:
        return False
    told: Told = {}
    if changed.tasks:
        try:
            asked = {"text": validation.as_yaml(changed.part)}
            answer = engine().call("invalid_tasks_of", asked, timeout=patience, in_passing=True)
        except (EngineError, EngineUnavailable):
            return False
        told = _told(answer, snapshot)
        if answer["refused"] or _has_to_do_with_variables(told):
            return False
    old, new = _names(before.data), _names(snapshot.data)
    others = {old[key] for key in changed.gone} | {new[key] for key in changed.tasks}
    told = {
        **{key: said for key, said in before.told.items() if key not in others},
        **{key: said for key, said in told.items() if key in others},
    }
    _note(before, snapshot, told)
    return True


def _has_to_do_with_variables(told: Told) -> bool:
    """Whether variables can't be used, of which one task may be the cause for all."""
    return any(
        each["attr"].partition(".")[0] == "variables" for said in told.values() for each in said
    )


def _note(before: _Seen, snapshot: Snapshot, told: Told, refused: bool = False) -> None:
    """Store what was heard, unless another state was heard of since `before`, which may be a later one. Raises DatabaseError."""
    with _last.lock:
        if _last.now.hash != before.hash:
            return
        if told != _last.now.told:
            is_new = before.hash != snapshot.hash
            _store(told, _changed_at(snapshot) if is_new else timezone.now())
        _last.now = _Seen(snapshot.hash, snapshot.data, told, refused)


def _told(answer: dict[str, Any], snapshot: Snapshot) -> Told:
    """Return the complaints by the tasks' keys, as everybody may read them."""
    keys = {str(key): name for key, name in _names(snapshot.data).items()}
    if answer["refused"]:
        found = dict.fromkeys(keys, answer["refused"])
    else:
        found = {one["task"]: one["complaints"] for one in answer["tasks"]}
    eyes = credentials.Eyes(reveal=False)
    told = {
        str(keys.get(task, task))[:LONGEST]: _shown(complaints, snapshot, eyes)
        for task, complaints in found.items()
        # A task that is disabled runs in no case.
        if not task.startswith("_")
    }
    return dict(storable_all(told))


def _names(config: dict[Any, Any]) -> dict[Any, str]:
    """Return the names of tasks, as rows have them, by their keys."""
    return {key: name[:LONGEST] for key, name in key_names(mapping(config.get("tasks"))).items()}


def _shown(
    complaints: list[Complaint], snapshot: Snapshot, eyes: credentials.Eyes
) -> list[dict[str, str]]:
    shown = []
    for each in complaints[:MOST]:
        path = tuple(each["path"])
        said = credentials.mask_message(each["message"], path, snapshot.data)
        shown.append({"attr": validation.dotted(path), "detail": eyes.shown(said)})
    return shown


def _changed_at(snapshot: Snapshot) -> datetime:
    found = ConfigRevision.objects.filter(pk=snapshot.revision)
    return found.values_list("created", flat=True).first() or timezone.now()


def _store(told: Told, since: datetime) -> None:
    with transaction.atomic():
        rows = {row.key: row for row in InvalidTask.objects.select_for_update()}
        InvalidTask.objects.filter(key__in=rows.keys() - told.keys()).delete()
        changed = [row for key, row in rows.items() if key in told and row.complaints != told[key]]
        for row in changed:
            row.complaints = told[row.key]
        InvalidTask.objects.bulk_update(changed, ["complaints"], batch_size=500)
        added = [key for key in told if key not in rows]
        InvalidTask.objects.bulk_create(
            [InvalidTask(key=key, complaints=told[key], since=since) for key in added],
            batch_size=500,
            # Another server may have been quicker.
            ignore_conflicts=True,
        )
        events.wrong(*(_event(key, told[key]) for key in added))
        if gone := rows.keys() - told.keys():
            events.well("invalid", gone)
    if added:
        named = [f"{key} ({told[key][0]['detail']})" for key in added[:NAMED]]
        more = f" and {len(added) - NAMED} more" if len(added) > NAMED else ""
        logger.warning("FlexGet refuses to run %s%s.", ", ".join(named), more)


def _event(key: str, complaints: list[dict[str, str]]) -> Event:
    said = "\n".join(complaint["detail"] for complaint in complaints)
    title = REFUSED.format(task=key)
    return Event(kind="invalid", title=title, detail=said, subject=key, tasks=(key,))


class InvalidTasks(Loop):
    """Notices tasks that become invalid, or valid, when nobody asks."""

    def __init__(self) -> None:
        super().__init__("invalid-tasks", self.look, period=INTERVAL, at_once=False)

    def look(self) -> None:
        """Look once. Raises DatabaseError."""
        look(PATIENCE)
