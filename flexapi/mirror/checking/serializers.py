"""What was found in a text, as JSON."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from flexapi import phrases
from flexapi.mirror.checking.check import Checked, Place
from flexapi.mirror.document import to_json
from flexapi.mirror.document.values import Path


class TextSerializer(serializers.Serializer[Any]):
    """A text to check: a whole config or, with `?task=`, one task (`name: …`)."""

    text = serializers.CharField(trim_whitespace=False, allow_blank=True)


class _PlaceSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(
        allow_null=True, help_text="In the text, from 1; null where it is about something else."
    )
    column = serializers.IntegerField(allow_null=True, help_text="From 1.")


class ProblemSerializer(_PlaceSerializer):
    """Why a text can't be read."""

    message = serializers.CharField()


class ComplaintSerializer(ProblemSerializer):
    """What FlexGet complains about."""

    path: Any = serializers.ListField(
        child=serializers.JSONField(),
        help_text="Keys, and positions in lists, from the config's root.",
    )


class WarningSerializer(ComplaintSerializer):
    """What FlexGet takes, and does in another way than it looks."""

    code = serializers.ChoiceField(["twice", "exec_unescaped", "not_run", "file_missing"])
    lines: Any = serializers.ListField(
        child=serializers.IntegerField(), help_text="All places of a key that stands twice."
    )


class CheckedSerializer(serializers.Serializer[Any]):
    """What there is to say of a text, in its order."""

    problem = ProblemSerializer(
        allow_null=True,
        help_text="Why it can't be read or would be refused unread; then nothing else is looked at.",
    )
    complaints = ComplaintSerializer(many=True)
    warnings = WarningSerializer(many=True)
    complete = serializers.BooleanField(
        help_text="Whether these are all complaints; FlexGet needs several checks for thousands of tasks."
    )


def as_json(checked: Checked) -> dict[str, Any]:
    """Return what was found in the shape of `CheckedSerializer`."""
    problem = None
    if checked.problem is not None:
        message, place = checked.problem
        problem = {"message": phrases.translated(message, gettext), **_at(place)}
    return {
        "problem": problem,
        "complaints": [
            {
                "path": _path(fault.path),
                "message": phrases.translated(fault.message, gettext),
                **_at(place),
            }
            for fault, place in checked.complaints
        ],
        "warnings": [
            {
                "code": warned.code,
                "path": _path(warned.path),
                "message": phrases.translated(warned.detail, gettext),
                "lines": list(warned.lines),
                **_at(place),
            }
            for warned, place in checked.warnings
        ],
        "complete": checked.complete,
    }


def _at(place: Place) -> dict[str, int | None]:
    return {"line": place.line, "column": place.column}


def _path(path: Path) -> list[Any]:
    return [key if isinstance(key, str | int) else str(to_json(key)) for key in path]
