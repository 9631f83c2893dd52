"""Task templates: YAML files with fields, and the task that comes of one.

`texts/` has a file for each template, `fields.yml` says what the fields are, `outputs.yml` what can be done with what a task takes.
In a text, `!field name` stands for a value (or a key), and a line whose field was left empty is left out.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext

from flexapi.mirror.document.write import Habit, write_flow, write_key, write_value

HERE = Path(__file__).parent
MAX_LENGTH = 2000
MAX_LINES = 500
# What stands for a field that has to be filled in still.
BLANK = "…"
# Whom a task gives what it takes.
OUTPUT = "output"

# Values stand on one line, except those of lists.
_HABIT = Habit(literals=False)
_MARK = re.compile(r"!field (\w+)")

Values = dict[str, Any]


class BadValues(Exception):
    """What was filled in can't be used; `errors` says why, by the fields' names."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. `kind`: a `line`, `lines`, a `number`, or a `choice` of `choices` (titles by value)."""

    name: str
    title: str
    help: str = ""
    kind: str = "line"
    format: str = ""
    default: Any = None
    example: Any = None
    required: bool = True
    secret: bool = False
    choices: dict[str, str] | None = None
    # Asked for where this is the output.
    output: str | None = None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of its value; `x-output` says for which output it counts."""
        shape: dict[str, Any]
        if self.kind == "number":
            shape = {"type": "integer", "minimum": 1, "maximum": 65535}
        elif self.kind == "lines":
            shape = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_LINES}
            shape |= {"minItems": 1} if self.required else {}
        else:
            shape = {"type": "string", "maxLength": MAX_LENGTH}
        said = {
            "title": self.title,
            "description": self.help,
            "default": self.default,
            "examples": [] if self.example is None else [self.example],
            "format": "password" if self.secret else self.format,
            "enum": list(self.choices or ()),
            "x-titles": list((self.choices or {}).values()),
            "x-output": self.output,
        }
        return {
            **shape,
            **{key: value for key, value in said.items() if value not in (None, "", [])},
        }

    def checked(self, value: Any) -> Any:
        """Return a value as it is written; None for one that is empty. Raises ValueError, whose text says why."""
        if self.kind == "lines":
            if not isinstance(value, list):
                raise ValueError(gettext("Expected a list."))
            if len(value) > MAX_LINES:
                raise ValueError(gettext("At most {limit} can be given.").format(limit=MAX_LINES))
            lines = [_line(item) for item in value]
            return [line for line in lines if line] or None
        if self.kind == "number":
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
                raise ValueError(gettext("Expected a whole number from 1 to 65535."))
            return value
        line = _line(value)
        if self.choices and line not in self.choices:
            raise ValueError(
                gettext("Expected one of: {choices}.").format(choices=", ".join(self.choices))
            )
        return line or None


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A kind of task that one may start from."""

    name: str
    title: str
    help: str
    fields: tuple[Field, ...]
    text: str

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what is filled in."""
        return {
            "type": "object",
            "properties": {field.name: field.schema() for field in self.fields},
            "required": [
                field.name
                for field in self.fields
                if field.required and field.output is None and field.default is None
            ],
            "additionalProperties": False,
        }

    def render(self, given: Any, *, partial: bool = False) -> tuple[str, list[str]]:
        """Return the YAML source of the task, and the fields that are missing still. Raises BadValues.

        Unless `partial`, a missing field raises.
        """
        values, missing = self._checked(given)
        if missing and not partial:
            raise BadValues(dict.fromkeys(missing, gettext("This has to be filled in.")))
        kinds = {field.name: field.kind for field in self.fields}
        blanks = {name: [BLANK] if kinds[name] == "lines" else BLANK for name in missing}
        return _filled(self._with_output(values), {**values, **blanks}), missing

    def _checked(self, given: Any) -> tuple[Values, list[str]]:
        if not isinstance(given, dict):
            raise BadValues(
                {"non_field_errors": gettext("Expected an object with a value for each field.")}
            )
        known = {field.name for field in self.fields}
        errors = {str(name): gettext("There is no such field.") for name in given.keys() - known}
        values: Values = {}
        missing = []
        for field in self.fields:
            value = given.get(field.name)
            value = field.default if value is None else value
            try:
                values[field.name] = None if value is None else field.checked(value)
            except ValueError as error:
                errors[field.name] = str(error)
                continue
            if field.required and values[field.name] is None:
                missing.append(field.name)
        if errors:
            raise BadValues(errors)
        chosen = values.get(OUTPUT)
        asked = {field.name for field in self.fields if field.output in (None, chosen)}
        return values, [name for name in missing if name in asked]

    def _with_output(self, values: Values) -> str:
        if OUTPUT not in values:
            return self.text
        chosen = _outputs()[values[OUTPUT]]["text"]
        return re.sub(
            r"^( *)!output\n",
            lambda mark: re.sub("^", mark[1], chosen.rstrip("\n"), flags=re.M) + "\n",
            self.text,
            flags=re.M,
        )


def all_templates() -> tuple[TaskTemplate, ...]:
    """Return the templates, those that most people need first."""
    return tuple(_templates().values())


def named(name: str) -> TaskTemplate | None:
    """Return a template by its name."""
    return _templates().get(name)


def _line(value: Any) -> str:
    """Return a value as one line. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(gettext("Expected a text."))
    line = value.strip()
    if not line.isprintable():
        raise ValueError(gettext("This is one line, without control characters."))
    if len(line) > MAX_LENGTH:
        raise ValueError(
            gettext("At most {limit} characters can be given.").format(limit=MAX_LENGTH)
        )
    return line


def _filled(text: str, values: Values) -> str:
    """Return a text with values in place of its marks, each written so that YAML reads that value."""
    lines: list[str] = []
    for line in text.splitlines():
        mark = _MARK.search(line)
        if mark is None:
            lines.append(line)
            continue
        value = values[mark[1]]
        if value is None:
            continue
        before, behind = line[: mark.start()], line[mark.end() :]
        if behind.startswith(":"):
            lines.append(before + write_key(value, _HABIT) + behind)
        elif isinstance(value, list):
            column = len(before) - len(before.lstrip())
            lines.append((before + behind).rstrip())
            lines += write_value(value, column, _HABIT).lines
        else:
            lines.append(before + write_flow(value, _HABIT, block=True) + behind)
    return "\n".join(lines) + "\n"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def _outputs() -> dict[str, Any]:
    """The outputs by their names; the fields in their texts have the names that they have in a template."""
    found = _read(HERE / "outputs.yml")
    for name, output in found.items():
        output["text"] = _MARK.sub(rf"!field {name}_\1", output["text"])
    return dict(found)


@cache
def _templates() -> dict[str, TaskTemplate]:
    paths = sorted((HERE / "texts").glob("*.yml"))
    return {template.name: template for template in map(_template, paths)}


def _template(path: Path) -> TaskTemplate:
    known = _read(HERE / "fields.yml")
    found = _read(path)

    def fields(named: dict[str, Any]) -> list[Field]:
        return [Field(name, **{**known[name], **own}) for name, own in named.items()]

    own = fields(found["fields"])
    if "!output" in found["text"]:
        outputs = _outputs()
        titles = {name: output["title"] for name, output in outputs.items()}
        first = next(iter(outputs))
        own.append(
            Field(OUTPUT, "What to do with it", kind="choice", choices=titles, default=first)
        )
        for name, output in outputs.items():
            own += [
                replace(field, name=f"{name}_{field.name}", output=name)
                for field in fields(output["fields"])
            ]
    name = path.stem.split("_", 1)[1]
    return TaskTemplate(name, found["title"], found["help"], tuple(own), found["text"])
