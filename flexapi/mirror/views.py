"""`/api/config` and `/api/config_revisions`."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.free_names import FreeNameMixin, reverse_name
from flexapi.api.schema import example
from flexapi.api.viewsets import ApiViewSet, ListMixin, one
from flexapi.mirror import answers, credentials, mirror, mirrored
from flexapi.mirror.document import Document, to_json
from flexapi.mirror.edits import sections, writing
from flexapi.mirror.edits.sections import WHOLE
from flexapi.mirror.models import ConfigRevision, ConfigSection, ConfigState
from flexapi.mirror.representation import MirrorMixin, Source, YAMLRenderer, body_of
from flexapi.mirror.serializers import (
    RevisionDetailSerializer,
    RevisionSerializer,
    SectionConfigSerializer,
    SectionSerializer,
)
from flexapi.mirror.store import revisions


class ConfigViewSet(MirrorMixin, FreeNameMixin, ApiViewSet):
    """The root sections of FlexGet's config; what it has beyond them, as YAML."""

    queryset = ConfigSection.objects.all()
    serializer_class = SectionSerializer
    lookup_field = "name"
    filter_backends = ()
    yaml_actions = ("list", "update_text", "retrieve", "update")
    etag_actions = ("list", "retrieve")
    guarded_actions = ("create", "update_text", "update", "destroy")

    def etag_state(self, instance: str | tuple[()]) -> Any:
        """The source of the section of this name, or of the whole config."""
        document = mirror.current().document
        return self._source(document, instance)

    @extend_schema(
        responses={
            (200, "application/json"): SectionSerializer(many=True),
            (200, "application/yaml"): OpenApiTypes.ANY,
        }
    )
    def list(self, request: Request) -> Response:
        """Read every root section; as YAML, the whole file as it is."""
        document = mirror.current().document
        if self.wants_yaml:
            return self.with_etag(Response(self._source(document, WHOLE)), WHOLE)
        page = self.paginate_queryset(tuple(sections.names(document))) or ()
        items = [self._section(document, name) for name in page]
        return self.with_etag(self.get_paginated_response(items), WHOLE)

    @extend_schema(responses={201: SectionSerializer})
    def create(self, request: Request) -> Response:
        """Add a root section at the end of the config."""
        new = self.valid(SectionSerializer)
        name = new["name"]
        with answers.translated((name,)):
            self._editor().add_section(name, new["config"])
        location = reverse_name("config-detail", "name", name, request)
        return self._answer(name, 201, {"Location": location})

    @extend_schema(
        request={"application/yaml": OpenApiTypes.ANY},
        examples=[
            example(
                "tasks:\n  # Only once a day.\n  tv:\n    rss: https://feeds.example/tv\n    accept_all: yes\n",
                "application/yaml",
            )
        ],
        responses={(200, "application/yaml"): OpenApiTypes.ANY},
    )
    def update_text(self, request: Request) -> Response:
        """Set the text of the whole file."""
        if not isinstance(body_of(request), Source):
            raise UnsupportedMediaType(
                request.content_type or "",
                gettext("The whole config is written as application/yaml."),
            )
        with answers.translated(()):
            self._editor().set_text(str(body_of(request)))
        request.accepted_renderer = YAMLRenderer()
        return self.with_etag(Response(self._source(mirror.current().document, WHOLE)), WHOLE)

    @extend_schema(
        responses={
            (200, "application/json"): SectionSerializer,
            (200, "application/yaml"): OpenApiTypes.ANY,
        }
    )
    def retrieve(self, request: Request, name: str) -> Response:
        """Read a section; as YAML, its exact source."""
        return self._answer(name)

    @extend_schema(
        request={
            "application/json": SectionConfigSerializer,
            "application/yaml": OpenApiTypes.ANY,
        },
        examples=[
            example({"config": {"hd": {"quality": "1080p"}}}),
            example("templates:\n  hd:\n    quality: 1080p\n", "application/yaml"),
        ],
        responses={
            (200, "application/json"): SectionSerializer,
            (200, "application/yaml"): OpenApiTypes.ANY,
        },
    )
    def update(self, request: Request, name: str) -> Response:
        """Set a section's value, or its YAML source; nothing else in the file changes."""
        with answers.translated((name,)):
            if isinstance(body_of(request), Source):
                self._editor().set_section_source(name, str(body_of(request)))
            else:
                config = self.valid(SectionConfigSerializer)["config"]
                self._editor().set_section(name, config)
        return self._answer(name)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, name: str) -> Response:
        """Delete a section, and the comments that belong to it."""
        with answers.translated((name,)):
            self._editor().delete_sections([name])
        return Response(status=204)

    def _editor(self) -> sections.ConfigEditor:
        return sections.ConfigEditor(
            author=self.request.user,
            guard=self.check_preconditions,
            message=self.message,
            notes=self.notes,
        )

    def _answer(
        self, name: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        document = mirror.current().document
        if name not in sections.names(document):
            raise NotFound(gettext("There is no section {name}.").format(name=repr(name)))
        if self.wants_yaml:
            response = Response(self._source(document, name), status, headers=headers)
        else:
            response = one(self._section(document, name), status, headers)
        return self.with_etag(response, name)

    def _section(self, document: Document, name: str) -> dict[str, Any]:
        config = to_json(document.get((sections.key_of(document, name),)))
        if self.hide is not None:
            variables = credentials.secret_variables(mirror.mapping(document))
            config = credentials.mask_value(config, (name,), variables, self.hide)
        return {"name": name, "config": config}

    def _source(self, document: Document, name: str | tuple[()]) -> str:
        if isinstance(name, tuple):
            hide = self.hide
            return document.text if hide is None else credentials.mask_document(document, hide)
        path = (sections.names(document).get(name, name),)
        if path[0] not in mirror.mapping(document):
            return ""
        return mirrored.source_of(document, path, masked=self.masked)


class RevisionViewSet(MirrorMixin, ListMixin, ApiViewSet):
    """The states that the config file had, the newest first."""

    serializer_class = RevisionSerializer
    yaml_actions = ()
    action_permissions = {"restore": "mirror.change_configsection"}
    ordering_fields = ("id", "created")
    search_fields = ("summary",)
    filterset_fields = ("origin",)
    lookup_value_regex = "[0-9]{1,18}"
    queryset = ConfigRevision.objects.all()

    def get_queryset(self) -> QuerySet[ConfigRevision]:
        """Revisions without their contents, which a list doesn't show."""
        current = ConfigState.objects.filter(current_id=OuterRef("pk"))
        return (
            ConfigRevision.objects.select_related("author")
            .defer("content")
            .annotate(current=Exists(current))
        )

    def etag_state(self, instance: ConfigRevision) -> Any:
        """A revision never changes; whether it is current may."""
        return [instance.pk, instance.current, self.masked]  # type: ignore[attr-defined]

    @extend_schema(responses=RevisionDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Read a revision's text and what it changed."""
        return self._answer(self.get_object())

    @extend_schema(request=None, responses=RevisionDetailSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Make the text of a revision the config again, as a new revision; also mends a broken or missing file."""
        with answers.translated(()):
            taken = writing.restore(self.get_object(), author=request.user, message=self.message)
        return self._answer(self.get_queryset().get(pk=taken.revision))

    def _answer(self, revision: ConfigRevision) -> Response:
        data = {
            **self.get_serializer(revision).data,
            "text": revisions.text_of(revision, masked=self.masked),
            "diff": revisions.diff(revision, masked=self.masked),
        }
        return self.with_etag(one(data), revision)
