"""A text checked as if it were the config, or one task of it; nothing is stored, and nobody waits for it."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from flexapi.engine.client import EngineError
from flexapi.engine.complaints import refused_keys
from flexapi.mirror import credentials, handlers, mirror
from flexapi.mirror.checking.warnings import Warned, of_data, of_plugins, of_sections, of_twins
from flexapi.mirror.document import Document, DocumentError
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.document.origins import written_at
from flexapi.mirror.document.parse import compose, scalar_value
from flexapi.mirror.document.twins import Twins, twins
from flexapi.mirror.document.values import Path
from flexapi.mirror.edits import limits, validation
from flexapi.mirror.edits.names import BadName, key_node
from flexapi.mirror.edits.validation import Fault
from flexapi.mirror.files import naming
from flexapi.mirror.store.rows import mapping

# Seconds that FlexGet is asked for; a text of thousands of tasks that it doesn't know yet takes several checks.
SECONDS = 10.0
MOST = 500

_QUOTED = re.compile(r"`[^`]*`|'[^']*'")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the text that was sent, from 1."""

    line: int | None = None
    column: int | None = None


@dataclass(slots=True)
class Checked:
    """What there is to say of a text.

    `problem` is why it can't be read or used at all; then nothing else was looked at. `complete` is whether the
    complaints are all.
    """

    problem: tuple[str, Place] | None = None
    complaints: list[tuple[Fault, Place]] = field(default_factory=list)
    warnings: list[tuple[Warned, Place]] = field(default_factory=list)
    complete: bool = True


def check_config(text: str, *, masked: bool) -> Checked:
    """Check a whole config. Raises EngineUnavailable.

    With `masked`, credentials that the text has masks for are put back, and nothing that is said shows one.
    """
    current = mirror.current()
    try:
        document = mirror.parse(text.encode("utf-8"))
        limits.refuse_oversized(document, current.document)
        real, found = _unmasked(document, current.document)
    except DocumentError as error:
        return _refused(error, masked)
    data = mirror.mapping(real)
    checked = Checked()
    faults, checked.complete = validation.faults_so_far(data, SECONDS)
    if checked.complete:
        faults = _joined(faults, _other_faults({}, data))
    faults += found
    warned = [
        *of_twins(document.twins),
        *of_data(data),
        *of_sections(data),
        *of_plugins(data),
        *_missing_files(data),
    ]
    return _placed(checked, _Config(document), faults, warned, data, masked=masked)


def check_task(text: str, name: str, *, masked: bool) -> Checked:
    """Check the source of a task (`name: …`) as if it stood in the current config in place of the task `name`.

    There need not be one of that name. Otherwise as `check_config`.
    """
    current = mirror.current()
    try:
        key = _key_of(text)
        document = _with_task(current.document, name, key, text)
        limits.refuse_oversized(document, current.document)
        mirror.refuse_unstorable(document)
        document, found = _unmasked(document, current.document)
        place = _Task(text)
    except BadName as error:
        return Checked(problem=(str(error), Place(1, 1)))
    except DocumentError as error:
        return _refused(error, masked)
    data = mirror.mapping(document)
    tasks = data["tasks"]
    shared = {name: data[name] for name in ("variables", "templates") if name in data}
    part = {**shared, "tasks": {key: tasks[key]}}
    checked = Checked()
    faults, checked.complete = validation.faults_so_far(part, SECONDS)
    before = {**data, "tasks": {other: tasks[other] for other in tasks if other != key}}
    faults = [*_joined(faults, _other_faults(before, data)), *found]
    here = ("tasks", key)
    faults = [fault for fault in faults if fault.path[:2] == here or not fault.path]
    warned = [
        *of_twins(place.twins),
        *of_data(part),
        *of_sections(part),
        *of_plugins(part),
        *_missing_files(part),
    ]
    warned = [warning for warning in warned if warning.path[:2] == here]
    return _placed(checked, place, faults, warned, data, masked=masked)


def check_file(text: str, roles: list[str], *, masked: bool) -> Checked:
    """Check the text of a file that the config names as these roles. Raises EngineUnavailable.

    What is included is checked as the plugins of a task. Of variables, the complaints are those that the config would have with
    them and has not now: their paths are the config's, and they have no place in this text.
    """
    config = mirror.current()
    try:
        document = mirror.parse(text.encode("utf-8"))
    except DocumentError as error:
        return _refused(error, masked)
    data = mirror.mapping(document)
    faults = validation.faults_of_included(data) if naming.INCLUDE in roles else []
    warned = of_twins(document.twins)
    checked = _placed(Checked(), _Config(document), faults, [*warned], data, masked=masked)
    if naming.VARIABLES in roles:
        with_them = {**config.data, "variables": data}
        try:
            validation.check(config.data, with_them)
        except validation.Invalid as invalid:
            told = [
                Fault(one.path, credentials.mask_message(one.message, one.path, with_them))
                if masked
                else one
                for one in invalid.faults[:MOST]
            ]
            checked.complaints += [(fault, Place()) for fault in told]
    return checked


class _Config:
    """A text that is the whole config, or a file that it names."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def of(self, path: Path) -> Place:
        """Where the value at a path of the config is written."""
        # FlexGet has nothing more to say of variables that it can't load.
        found = self._document.written_at(path)
        return Place(*found) if found else Place(1, 1)


class _Task:
    """A text that is one entry of the config's tasks."""

    def __init__(self, text: str) -> None:
        self._tree = compose(text, foreign=True)

    def of(self, path: Path) -> Place:
        """Where the value at a path of the config is written; nowhere, if it isn't in this text."""
        found = written_at(self._tree, path[1:]) if len(path) > 1 else None
        return Place(*found) if found else Place()

    @property
    def twins(self) -> list[Twins]:
        """The keys that stand twice in it, with their paths in the config."""
        return [Twins(("tasks", *found.path), found.lines) for found in twins(self._tree)]


def _key_of(text: str) -> Hashable:
    """Return the key of the one entry that a text is. Raises ParseError, BadName."""
    key = key_node(text)
    if key.kind != "scalar":
        raise BadName(gettext("The name of a task is a text."))
    return scalar_value(key)


def _with_task(document: Document, name: str, key: Hashable, text: str) -> Document:
    """Return the config with the source of a task in place of the one of this name. Raises DocumentError."""
    document.require(("tasks",), dict)
    tasks = mapping(mapping(document.data).get("tasks"))
    keys = {shown: real for real, shown in key_names(tasks).items()}
    old = next((keys[known] for known in (name, f"_{name}") if known in keys), None)
    if old is None and "tasks" in mapping(document.data) and tasks:
        document = document.add(("tasks", key), {})
    elif old is None:
        document = document.set(("tasks",), {key: {}})
    elif old != key:
        document = document.rename(("tasks", old), key)
    return document.replace_source(("tasks", key), text)


def _unmasked(document: Document, before: Document) -> tuple[Document, list[Fault]]:
    """Return the document with the credentials that it has masks for, and what is to be said where that can't be."""
    if credentials.MASK not in document.text:
        return document, []
    try:
        return credentials.unmask(document, before, credentials.in_config().hide), []
    except credentials.StillMasked as error:
        return document, [Fault(error.path, str(error))]


def _refused(error: DocumentError, masked: bool) -> Checked:
    detail = credentials.without_quotes(error.problem) if masked else error.problem
    return Checked(problem=(detail, Place(error.line, error.column)))


def _other_faults(old: dict[Any, Any], new: dict[Any, Any]) -> list[Fault]:
    """What apps know of a config that FlexGet's own check does not find."""
    found: list[Fault] = []
    for check_more in handlers.config_checks.values():
        try:
            found += [Fault(path, message) for path, message in check_more(old, new)]
        except EngineError as error:
            # FlexGet itself stumbles over something, and would so in a run.
            found.append(
                Fault(
                    (), gettext("FlexGet fails to prepare the tasks: {error}").format(error=error)
                )
            )
    return found


def _joined(faults: list[Fault], others: list[Fault]) -> list[Fault]:
    """Return all of them; of a template that isn't there both tell, and the first knows where it is named."""
    told = {fault.path[:2] for fault in faults if fault.path[2:3] == ("template",)}
    return faults + [
        fault for fault in others if fault.path not in told or "find template" not in fault.message
    ]


def _missing_files(data: dict[Any, Any]) -> Iterator[Warned]:
    folder = mirror.config_path().parent
    for named in naming.by_config(data):
        # That of variables FlexGet complains about itself.
        if named.read and named.role == naming.INCLUDE and not named.location(folder).exists():
            detail = gettext(
                "There is no file {name!r}. FlexGet can't run the task without it."
            ).format(name=named.name)
            yield Warned("file_missing", named.place, detail)


def _placed(
    checked: Checked,
    text: _Config | _Task,
    faults: list[Fault],
    warned: list[Warned],
    data: dict[Any, Any],
    *,
    masked: bool,
) -> Checked:
    """Add what was found, with its places in the text and in their order."""
    checked.complete &= len(faults) <= MOST
    for fault in faults[:MOST]:
        message = _shown(fault, data) if masked else fault.message
        shown = Fault(fault.path, message)
        checked.complaints.append((shown, text.of(_meant(fault, data))))
    for warning in warned[: 2 * MOST]:
        place = text.of(warning.path)
        checked.warnings.append((warning, place))
    checked.complaints.sort(key=lambda one: _order(one[1]))
    checked.warnings.sort(key=lambda one: _order(one[1]))
    return checked


def _order(place: Place) -> tuple[int, int]:
    return place.line or 0, place.column or 0


def _meant(fault: Fault, data: dict[Any, Any]) -> Path:
    """Return what a complaint is about: the key that is not valid, not the mapping that has it."""
    names = refused_keys(fault.message)
    if not names:
        return fault.path
    holder = _at(data, fault.path)
    found = next((key for key in mapping(holder) if str(key) in names), None)
    return fault.path if found is None else (*fault.path, found)


def _shown(fault: Fault, data: dict[Any, Any]) -> str:
    """Return a complaint for somebody who sees no credentials: it may quote what it is about."""
    message = credentials.mask_message(fault.message, fault.path, data)
    if "{?" in str(_at(data, fault.path)):
        # What a variable stands for may be one, whatever the key is called.
        message = _QUOTED.sub("`…`", message)
    return credentials.known().hide(message)


def _at(value: Any, path: Path) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value
