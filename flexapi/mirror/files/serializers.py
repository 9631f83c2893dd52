"""Files that the config names, as JSON."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from flexapi import phrases
from flexapi.mirror import mirror
from flexapi.mirror.document import Document
from flexapi.mirror.edits import validation
from flexapi.mirror.files.named import NamedFile
from flexapi.mirror.files.naming import Naming


class FileProblemSerializer(serializers.Serializer[Any]):
    """What keeps a file from being used."""

    detail = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    column = serializers.IntegerField(allow_null=True)


class NamingSerializer(serializers.Serializer[Any]):
    """A place at which a file is named."""

    file = serializers.CharField(help_text="The file that names it, as `path` has it.")
    path = serializers.CharField(help_text="Where it does, such as `tasks.tv.include.0`.")
    line = serializers.IntegerField(allow_null=True)
    read = serializers.BooleanField(
        help_text="Whether FlexGet reads it for that. It reads no `include` or `secrets` at the root, nor "
        "what an included file includes."
    )


class FileSerializer(serializers.Serializer[Any]):
    """A file that the config names."""

    id = serializers.IntegerField()
    path = serializers.CharField(
        help_text="Relative to the config's folder, where the file is in it."
    )
    location = serializers.CharField(help_text="Where FlexGet looks for it on this server.")
    link = serializers.CharField(
        allow_null=True, help_text="Where it leads to, if it is a symbolic link."
    )
    roles = serializers.ListField(
        child=serializers.ChoiceField(("include", "secrets", "variables"))
    )
    named_by = NamingSerializer(many=True)
    state = serializers.CharField(
        help_text="`ok`, `broken`, `missing`, `unknown`, `unreadable` or `unwritable`."
    )
    problem = FileProblemSerializer(allow_null=True)
    editable = serializers.BooleanField()
    refusal = serializers.CharField(help_text="Why it may not be edited here; empty where it may.")
    revision = serializers.IntegerField(allow_null=True)


class FileDetailSerializer(FileSerializer):
    """A file with its text."""

    text = serializers.CharField(
        help_text="The last state that could be read, where the file is broken or gone."
    )


class FileTextSerializer(serializers.Serializer[Any]):
    """What a file is to hold."""

    text = serializers.CharField(trim_whitespace=False, allow_blank=True)


def shown(file: NamedFile, *, masked: bool) -> tuple[dict[str, Any], Document]:
    """Return a file as `FileSerializer` has it, and what it holds. Raises LockBusy."""
    snapshot, problem = file.look()
    hidden = masked and file.is_secret
    detail = (
        gettext("You may not see what is wrong.")
        if hidden
        else problem and phrases.translated(problem.detail, gettext)
    )
    place = {"line": problem.line, "column": problem.column} if problem else {}
    if hidden:
        place = {"line": None, "column": None}
    return {
        "id": file.row.pk,
        "path": file.row.path,
        "location": str(file.location),
        "link": file.link,
        "roles": file.roles,
        "named_by": [_naming(naming) for naming in file.namings],
        "state": problem.code if problem else "ok",
        "problem": {"detail": detail, **place} if problem else None,
        "editable": not file.refusal,
        "refusal": file.refusal,
        "revision": snapshot.revision or None,
    }, snapshot.document


def _naming(naming: Naming) -> dict[str, Any]:
    line = None
    if not naming.by:
        place = mirror.current().document.written_at(naming.place)
        line = place[0] if place else None
    return {
        "file": naming.by or mirror.config_path().name,
        "path": validation.dotted(naming.place),
        "line": line,
        "read": naming.read,
    }
