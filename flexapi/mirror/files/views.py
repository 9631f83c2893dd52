"""`/api/config_files`."""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.errors import Conflict
from flexapi.api.schema import example
from flexapi.api.viewsets import ApiViewSet, one
from flexapi.mirror import answers, credentials
from flexapi.mirror.checking.check import check_file
from flexapi.mirror.checking.serializers import CheckedSerializer, as_json
from flexapi.mirror.document import Document, ParseError
from flexapi.mirror.files import edits, named
from flexapi.mirror.files.named import NamedFile
from flexapi.mirror.files.serializers import (
    FileDetailSerializer,
    FileSerializer,
    FileTextSerializer,
    shown,
)
from flexapi.mirror.models import ConfigFile, ConfigRevision
from flexapi.mirror.representation import MirrorMixin, Source, body_of
from flexapi.mirror.serializers import RevisionDetailSerializer, RevisionSerializer
from flexapi.mirror.store import revisions

JSON_OR_YAML = {
    (200, "application/json"): FileDetailSerializer,
    (200, "application/yaml"): OpenApiTypes.ANY,
}
REVISION = r"revisions/(?P<revision>[0-9]{1,18})"


class FileViewSet(MirrorMixin, ApiViewSet):
    """The files that the config names: `include`, `secrets`, `variables`.

    Files of secrets and variables are shown to editors only.
    """

    queryset = ConfigFile.objects.all()
    serializer_class = FileSerializer
    filter_backends = ()
    lookup_value_regex = "[0-9]{1,18}"
    yaml_bodies = ("check",)
    action_permissions = {
        "check": "mirror.change_configfile",
        "restore": "mirror.change_configfile",
    }

    def etag_state(self, instance: NamedFile) -> Any:
        """The text as it is shown."""
        return self._text(instance, instance.look()[0].document)

    @extend_schema(responses=FileSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List the files, in the order in which the config names them."""
        page = self.paginate_queryset(named.all_named()) or ()
        return self.get_paginated_response([shown(file, masked=self.masked)[0] for file in page])

    @extend_schema(responses=JSON_OR_YAML)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Read a file; as YAML, its text as it is."""
        return self._answer(self._file(pk))

    @extend_schema(
        request={"application/json": FileTextSerializer, "application/yaml": OpenApiTypes.ANY},
        examples=[
            example({"text": "quality: 720p+\naccept_all: yes\n"}),
            example("quality: 720p+\naccept_all: yes\n", "application/yaml"),
        ],
        responses=JSON_OR_YAML,
    )
    def update(self, request: Request, pk: str) -> Response:
        """Set a file's text; FlexGet checks it wherever the file is used."""
        file = self._file(pk)
        given = body_of(request)
        text = str(given) if isinstance(given, Source) else self.valid(FileTextSerializer)["text"]
        with _translated():
            edits.write(
                file,
                text,
                author=request.user,
                guard=lambda: self.check_preconditions(file),
                message=self.message,
            )
        return self._answer(file)

    @extend_schema(
        request={"application/json": FileTextSerializer, "application/yaml": OpenApiTypes.ANY},
        examples=[
            example({"text": "quality: 720p+\nacept_all: yes\n"}),
            example("quality: 720p+\nacept_all: yes\n", "application/yaml"),
        ],
        responses=CheckedSerializer,
    )
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Check a text as if it were the file's; nothing is stored.

        What is included is checked as the plugins of a task, variables together with the config; of secrets, whether they are YAML.
        """
        file = self._file(pk)
        given = body_of(request)
        text = str(given) if isinstance(given, Source) else self.valid(FileTextSerializer)["text"]
        roles = [naming.role for naming in file.namings if naming.read]
        with answers.translated():
            return one(as_json(check_file(text, roles, masked=self.masked)))

    @extend_schema(responses=RevisionSerializer(many=True))
    @action(detail=True, url_path="revisions")
    def revisions(self, request: Request, pk: str) -> Response:
        """List the states that a file had, the newest first."""
        page = self.paginate_queryset(self._revisions(self._file(pk))) or ()
        return self.get_paginated_response(self._shown(page, many=True))

    @extend_schema(responses=RevisionDetailSerializer)
    @action(detail=True, url_path=REVISION)
    def revision(self, request: Request, pk: str, revision: str) -> Response:
        """Read a state that a file had, and what it changed."""
        return self._one_revision(self._file(pk), int(revision))

    @extend_schema(request=None, responses=RevisionDetailSerializer)
    @action(detail=True, methods=["post"], url_path=f"{REVISION}/restore")
    def restore(self, request: Request, pk: str, revision: str) -> Response:
        """Make the text of a revision the file's again, as a new revision; also mends a broken or missing file."""
        file = self._file(pk)
        wanted = get_object_or_404(self._revisions(file), pk=int(revision))
        with _translated():
            taken = edits.restore(file, wanted, author=request.user, message=self.message)
        return self._one_revision(file, taken.revision)

    def _file(self, pk: str) -> NamedFile:
        file = named.find(int(pk))
        if file is None:
            raise NotFound(gettext("The config names no such file."))
        if self.masked and file.is_secret:
            raise PermissionDenied(gettext("Files of secrets and variables are for editors only."))
        return file

    def _text(self, file: NamedFile, document: Document) -> str:
        hide = self.hide
        return document.text if hide is None else credentials.mask_document(document, hide)

    def _answer(self, file: NamedFile) -> Response:
        data, document = shown(file, masked=self.masked)
        text = self._text(file, document)
        response = Response(text) if self.wants_yaml else one({**data, "text": text})
        return self.with_etag(response, file, state=text)

    def _revisions(self, file: NamedFile) -> QuerySet[ConfigRevision]:
        current = ConfigFile.objects.filter(current_id=OuterRef("pk"))
        return (
            ConfigRevision.every.filter(file=file.row)
            .select_related("author")
            .defer("content")
            .annotate(current=Exists(current))
        )

    def _shown(self, revisions: Any, *, many: bool = False) -> Any:
        return RevisionSerializer(revisions, many=many, context=self.get_serializer_context()).data

    def _one_revision(self, file: NamedFile, key: int) -> Response:
        revision = get_object_or_404(self._revisions(file), pk=key)
        data = {
            **self._shown(revision),
            "text": revisions.text_of(revision, masked=self.masked),
            "diff": revisions.diff(revision, masked=self.masked),
        }
        return self.with_etag(one(data), file, state=[data["id"], data["current"], self.masked])


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn what an edit of a file raises into answers."""
    try:
        with answers.translated():
            yield
    except ValidationError as error:
        # Of a text that can't be parsed.
        cause = error.__cause__
        if isinstance(cause, ParseError):
            raise ValidationError({"text": [ErrorDetail(str(cause), "invalid_yaml")]}) from cause
        raise
    except edits.FaultsAdded as error:
        details = [ErrorDetail(sentence, "invalid_config") for sentence in error.sentences]
        raise ValidationError({"text": details}) from error
    except edits.FileRefused as error:
        raise Conflict(str(error), code="edit_refused") from error
