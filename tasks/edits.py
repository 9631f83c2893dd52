"""What can be done to a task in the config: each function is one write of the file.

A task is named by its key, which is what the file calls it: `_tv` is the disabled task `tv`.
All raise what `writing.write` raises, beside the errors of `flexapi.mirror.document` and what is
named below; PathNotFound where the task is gone.
"""

import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

from flexapi.mirror import handlers
from flexapi.mirror.document import Document, KeyTaken, PathNotFound, from_json, to_json
from flexapi.mirror.document.jsonview import key_names, scalar_view
from flexapi.mirror.document.parse import scalar_value
from flexapi.mirror.edits import writing
from flexapi.mirror.edits.editor import Editor
from flexapi.mirror.edits.names import BadName, check_name, key_node
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from flexapi.phrases import phrase

# What edits did, as revisions tell it.
ADDED = phrase("Added task {task}")
CHANGED = phrase("Changed task {task}")
RENAMED = phrase("Renamed task {task} to {new}")
DELETED, ALL_DELETED = phrase("Deleted task {task}"), phrase("Deleted {count} tasks")
ENABLED, ALL_ENABLED = phrase("Enabled task {task}"), phrase("Enabled {count} tasks")
DISABLED, ALL_DISABLED = phrase("Disabled task {task}"), phrase("Disabled {count} tasks")


class Scheduled(writing.WriteRefused):
    """The task can't be deleted because schedules name it; `names` are their labels."""

    def __init__(self, task: str, names: list[str]) -> None:
        said = gettext("{task} is still named by: {names}.")
        super().__init__(said.format(task=repr(task), names=", ".join(names)))
        self.names = names


class TaskEditor(Editor[str]):
    """Edits tasks; the guard gets their keys."""

    def create(self, name: str, config: Any, *, enabled: bool | None = None) -> str:
        """Add a task at the end of the section; return its key. Raises KeyTaken, BadName.

        Whether it is enabled shows in its name where that is not said.
        """
        key = key_of(name, not name.startswith("_") if enabled is None else enabled)

        def edit(base: Snapshot) -> Document:
            return added(base.document, key, config)

        self._write(edit, ADDED.format(task=name))
        return key

    def update(
        self,
        key: str,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        change: Callable[[Any], Any] | None = None,
    ) -> str:
        """Rename, enable or disable a task, and set its config, as far as is given; return its key.

        `change` gets the JSON view of the config and returns the new one. The schedules that name
        the task are changed with it. Raises KeyTaken, BadName.
        """
        new = new_key(key, name, enabled)

        def edit(base: Snapshot) -> Document:
            path = self._path(base.document, key)
            document = base.document
            if change is not None:
                present = document.get(path)
                wanted = from_json(change(to_json(present)), present)
                document = document.set(path, wanted)
            return renamed(document, key, new)

        self._write(edit, _changed(key, new))
        return new

    def replace_source(self, key: str, text: str) -> str:
        """Set the task's YAML source (`key: …`), comments included; return its key.

        A source with another key renames the task. Raises as `update` does.
        """
        new = source_key(text, key)

        def edit(base: Snapshot) -> Document:
            self._path(base.document, key)
            document = renamed(base.document, key, new)
            return document.replace_source(("tasks", names(document)[new]), text)

        self._write(edit, _changed(key, new))
        return new

    def create_source(self, text: str) -> str:
        """Add a task from its YAML source (`name: …`); return its key. Raises as `create` does."""
        key = source_key(text)

        def edit(base: Snapshot) -> Document:
            document = added(base.document, key, {})
            return document.replace_source(("tasks", key), text)

        self._write(edit, ADDED.format(task=key))
        return key

    def delete(self, keys: list[str], *, force: bool = False) -> None:
        """Delete tasks in one write. Raises Scheduled, or with `force` takes them out of the schedules."""

        def edit(base: Snapshot) -> Document:
            document = base.document
            found = names(document)
            for key in keys:
                self._check(found, key)
            for key in keys:
                document = unscheduled(document, key, force=force)
            return document.delete_all(("tasks",), [found[key] for key in keys])

        self._write(edit, _of(keys, DELETED, ALL_DELETED))

    def enable(self, keys: list[str], enabled: bool) -> None:
        """Enable or disable tasks in one write. Raises KeyTaken."""

        def edit(base: Snapshot) -> Document:
            document = base.document
            found = names(document)
            for key in keys:
                self._check(found, key)
            return all_renamed(document, {key: new_key(key, None, enabled) for key in keys})

        one, several = (ENABLED, ALL_ENABLED) if enabled else (DISABLED, ALL_DISABLED)
        self._write(edit, _of(keys, one, several))

    def _path(self, document: Document, key: str) -> tuple[str, Any]:
        """Where the task is, once the guard has nothing against it."""
        found = names(document)
        self._check(found, key)
        return "tasks", found[key]

    def _check(self, found: dict[str, Any], key: str) -> None:
        self._ask_guard(key)
        if key not in found:
            raise PathNotFound(gettext("There is no task {key!r}").format(key=key))


def names(document: Document) -> dict[str, Any]:
    """Return the tasks' keys in YAML by the texts that stand for them: `2012` is a number there."""
    tasks = mapping(mapping(document.data).get("tasks"))
    return {name: key for key, name in key_names(tasks).items()}


def _changed(key: str, new: str) -> str:
    return CHANGED.format(task=key) if new == key else RENAMED.format(task=key, new=new)


def _of(keys: list[str], one: str, several: str) -> str:
    return one.format(task=keys[0]) if len(keys) == 1 else several.format(count=len(keys))


def key_of(name: str, enabled: bool) -> str:
    """Return what a task of this name is called in the file. Raises BadName."""
    if not name.strip("_") or name != name.strip():
        raise BadName(gettext("A name has letters, and no white space around them."))
    check_name(name)
    if enabled and name.startswith("_"):
        raise BadName(gettext("FlexGet disables tasks whose name begins with an underscore."))
    return name if enabled or name.startswith("_") else f"_{name}"


def new_key(key: str, name: str | None, enabled: bool | None) -> str:
    """Return what a task will be called in the file; None leaves things as they are."""
    was_enabled = not key.startswith("_")
    if name is None and enabled in (None, was_enabled):
        return key
    if name is None:
        return key_of(key if was_enabled else key[1:], bool(enabled))
    if enabled is None:
        enabled = was_enabled and not name.startswith("_")
    return key_of(name, enabled)


def source_key(text: str, present: str | None = None) -> str:
    """Return the key that a task's YAML source begins with. Raises ParseError, BadName.

    `present` is the key that the task has, which need not follow the rules for new names.
    """
    key = key_node(text)
    if key.kind in ("mapping", "sequence"):
        raise BadName(gettext("The name of a task is a text, not a list or a mapping."))
    name = scalar_view(scalar_value(key)) if key.kind == "scalar" else None
    text_of_key = name if isinstance(name, str) else json.dumps(name)
    if text_of_key == present:
        return text_of_key
    return key_of(text_of_key, not text_of_key.startswith("_"))


def added(document: Document, key: str, config: Any) -> Document:
    """Return the document with one more task, at the end of the section. Raises KeyTaken, EditRefused."""
    if key in names(document):
        raise KeyTaken(gettext("There is a task {key} already").format(key=repr(key)))
    document.require(("tasks",), dict)
    if not isinstance(mapping(document.data).get("tasks"), dict):
        return document.set(("tasks",), {key: config})
    return document.add(("tasks", key), config)


def renamed(document: Document, key: str, new: str) -> Document:
    """Return the document with a task under a new key, in schedules as well. Raises KeyTaken."""
    return all_renamed(document, {key: new})


def all_renamed(document: Document, keys: dict[str, str]) -> Document:
    """Return the document with tasks under new keys, in schedules as well. Raises KeyTaken."""
    known = names(document)
    changed = {key: new for key, new in keys.items() if new != key}
    for key, new in changed.items():
        if new in known:
            raise KeyTaken(gettext("There is a task {new} already").format(new=repr(new)))
        for references in handlers.references.values():
            document = references.rename(document, key, new)
    return document.rename_all(("tasks",), {known[key]: new for key, new in changed.items()})


def unscheduled(document: Document, key: str, *, force: bool) -> Document:
    """Return the document with no schedule that names a task. Raises Scheduled, but for `force`."""
    for references in handlers.references.values():
        naming = references.naming(document, key)
        if naming and not force:
            raise Scheduled(key, naming)
        document = references.remove(document, key)
    return document


def merge_patch(present: Any, patch: Any) -> Any:
    """Return `present` changed by a JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(present) if isinstance(present, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
