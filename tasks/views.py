"""`/api/tasks`."""

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from executions.results import TaskResult
from executions.serializers import ExecutionSerializer, TaskResultSerializer
from flexapi.api.errors import Conflict
from flexapi.api.free_names import FreeNameMixin, reverse_name
from flexapi.api.parameters import flag
from flexapi.api.schema import example
from flexapi.api.viewsets import ApiViewSet, ListMixin, one
from flexapi.mirror import answers, mirror
from flexapi.mirror.representation import MirrorMixin, Source, body_of
from tasks import edits, listing, merged, trying
from tasks.models import Task
from tasks.serializers import (
    ChangedTaskSerializer,
    MergedTaskSerializer,
    NewTaskSerializer,
    ReplacedTaskSerializer,
    TaskDetailSerializer,
    TaskSerializer,
    TriedTaskSerializer,
)
from tasks.trial_views import PARAMETERS, from_url, queued

PAGE_PARAMETERS = {"limit", "offset", "format"}
JSON_OR_YAML = {
    (200, "application/json"): TaskDetailSerializer,
    (200, "application/yaml"): OpenApiTypes.ANY,
}


class TaskViewSet(MirrorMixin, FreeNameMixin, ListMixin, ApiViewSet):
    """The tasks of FlexGet's config.

    FlexGet calls a task disabled whose name in the file begins with an underscore. Here `_tv` is
    the task `tv` with `enabled` false, so that its URL stays the same; where `tv` and `_tv` both exist,
    the disabled one keeps the name `_tv`. Its key in the file works in the URL as well.
    """

    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    lookup_field = "name"
    ordering_fields = ("position", "name", "enabled")
    search_fields = ("name",)
    filterset_fields = ("enabled", "queue")
    yaml_bodies = ("create", "try_task")
    action_permissions: ClassVar[dict[str, str]] = {
        "try_task": "tasks.change_task",
        "results": "executions.view_execution",
    }

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the tasks, in the order of the config."""
        if not PAGE_PARAMETERS.issuperset(request.query_params):
            return super().list(request, *args, **kwargs)
        # Nothing is filtered, searched or ordered.
        page = self.paginate_queryset(listing.all_tasks(masked=self.masked))
        return self.get_paginated_response(page)

    def get_object(self) -> Task:
        """The task of the URL, by its name or by its key in the file (`_name` where disabled)."""
        name = self.kwargs["name"]
        found = Task.objects.named(name)
        if found is None:
            if self.request.method not in SAFE_METHODS:
                with answers.translated():
                    mirror.current().document.refuse_ignored(("tasks", name))
            raise NotFound(gettext("There is no task {name}.").format(name=repr(name)))
        return found

    def etag_state(self, instance: Task) -> Any:
        """The task's source: a changed comment is a change as well."""
        return [instance.key, instance.source(masked=self.masked), instance.queue]

    @extend_schema(responses=JSON_OR_YAML)
    def retrieve(self, request: Request, name: str) -> Response:
        """Read a task; as YAML, its exact source."""
        return self._answer(self.get_object())

    @extend_schema(
        # A text, not anything: generators of clients tell the two bodies apart by their types.
        request={"application/json": NewTaskSerializer, "application/yaml": OpenApiTypes.STR},
        examples=[
            example({"name": "shows", "config": {"rss": "https://feeds.example/tv"}}),
            example(
                "news:   # each morning\n  rss: https://feeds.example/news\n", "application/yaml"
            ),
        ],
        responses={201: TaskDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Add a task at the end of the config's tasks; YAML source keeps its comments."""
        if isinstance(body_of(request), Source):
            text = str(body_of(request))
            with answers.translated():
                key = edits.source_key(text)
            with self._translated(key):
                task = self._stored(self._editor().create_source(text), {})
            return self._answer(task, 201, {"Location": self._location(task)})
        new = self.valid(NewTaskSerializer)
        key = new["name"]
        with self._translated(key, f"_{key}"):
            key = self._editor().create(key, new["config"], enabled=new.get("enabled"))
        task = self._stored(key, new)
        return self._answer(task, 201, {"Location": self._location(task)})

    @extend_schema(
        request={
            "application/json": ReplacedTaskSerializer,
            "application/yaml": OpenApiTypes.ANY,
        },
        examples=[
            example({"config": {"rss": "https://feeds.example/tv", "accept_all": True}}),
            example(
                "shows:\n  rss: https://feeds.example/tv\n  accept_all: yes\n", "application/yaml"
            ),
        ],
        responses=JSON_OR_YAML,
    )
    def update(self, request: Request, name: str) -> Response:
        """Set a task's config, or its YAML source; nothing else in the file changes."""
        task = self.get_object()
        if isinstance(body_of(request), Source):
            with self._translated(task.key):
                key = self._editor().replace_source(task.key, str(body_of(request)))
            return self._changed(key)
        wanted = self.valid(ReplacedTaskSerializer)
        config = wanted["config"]
        return self._update(task, wanted, lambda present: config)

    @extend_schema(request=ChangedTaskSerializer, responses=TaskDetailSerializer)
    def partial_update(self, request: Request, name: str) -> Response:
        """Change parts of a task: name, config, whether it is enabled, which workers run it."""
        wanted = self.valid(ChangedTaskSerializer)
        if wanted.keys() == {"queue"}:
            return self._set_queue(self.get_object(), wanted["queue"])
        if "config" not in wanted:
            return self._update(self.get_object(), wanted, None)
        patch = wanted["config"]
        return self._update(
            self.get_object(), wanted, lambda present: edits.merge_patch(present, patch)
        )

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "force",
                bool,
                description="Take the task out of the schedules that name it, rather than answer 409.",
            )
        ],
        responses={204: None},
    )
    def destroy(self, request: Request, name: str) -> Response:
        """Delete a task, and the comments that belong to it."""
        task = self.get_object()
        with self._translated(task.key):
            self._editor().delete([task.key], force=flag(request, "force"))
        return Response(status=204)

    @extend_schema(responses=MergedTaskSerializer)
    @action(detail=True, filter_backends=[])
    def merged(self, request: Request, name: str) -> Response:
        """Read what FlexGet runs; variables, templates and included files applied, and where each value is from."""
        found = merged.of_task(self.get_object().key, masked=self.masked)
        return self.with_etag(one(found), found, state=found)

    @extend_schema(responses=TaskResultSerializer(many=True))
    @action(
        detail=True,
        filter_backends=[],
        queryset=TaskResult.objects.all(),
        serializer_class=TaskResultSerializer,
    )
    def results(self, request: Request, name: str) -> Response:
        """List how the task ended in its runs, the latest first; trials and tests don't count."""
        return self.page_of(self.get_object().results())

    @extend_schema(
        parameters=PARAMETERS,
        request={"application/json": TriedTaskSerializer, "application/yaml": OpenApiTypes.ANY},
        examples=[
            example({"config": {"mock": [{"title": "Sintel", "url": "http://localhost/sintel"}]}}),
            example(
                "films:\n  mock: [{title: Sintel, url: http://localhost/sintel}]\n",
                "application/yaml",
            ),
        ],
        responses={201: ExecutionSerializer},
    )
    @action(detail=True, methods=["post"], url_path="try", filter_backends=[])
    def try_task(self, request: Request, name: str) -> Response:
        """Run a task as it would be, without saving it; answer the execution.

        It is FlexGet's test run with the rest of the config as it is: what was not saved stays unsaved, FlexGet's database is a copy,
        and nothing is downloaded, sent or written. There need not be a task of this name.
        """
        given = body_of(request)
        if isinstance(given, Source):
            wanted = {"source": str(given), **from_url(request)}
        else:
            wanted = self.valid(TriedTaskSerializer)
        task = Task.objects.named(name)
        key = task.key if task else name
        with self._translated(key):
            tried = trying.with_task(key, task is not None, wanted)
        return queued(request, tried, wanted)

    def _update(self, task: Task, wanted: dict[str, Any], change: Any) -> Response:
        name = wanted.get("name")
        if name == task.name:
            name = None
        names = [task.key] if name is None else [task.key, name, f"_{name}"]
        with self._translated(*names, task.key.removeprefix("_"), f"_{task.key}"):
            key = self._editor().update(
                task.key, name=name, enabled=wanted.get("enabled"), change=change
            )
        return self._changed(key, wanted)

    def _set_queue(self, task: Task, queue: str) -> Response:
        self.check_preconditions(task)
        task.set_queue(queue)
        return self._answer(task)

    def _changed(self, key: str, wanted: dict[str, Any] | None = None) -> Response:
        task = self._stored(key, wanted or {})
        return self._answer(task, headers={"Content-Location": self._location(task)})

    def _stored(self, key: str, wanted: dict[str, Any]) -> Task:
        """Return the task as it is now, once it has what isn't in the config."""
        task = Task.objects.get(key=key)
        if "queue" in wanted:
            task.set_queue(wanted["queue"])
        return task

    def _editor(self) -> edits.TaskEditor:
        return edits.TaskEditor(
            author=self.request.user, guard=self._check_key, message=self.message, notes=self.notes
        )

    def _check_key(self, key: str) -> None:
        """Check `If-Match` against the task as it is now."""
        self.check_preconditions(Task.objects.filter(key=key).first())

    def _answer(
        self, task: Task, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        if self.wants_yaml:
            response = Response(task.source(masked=self.masked), status, headers=headers)
        else:
            context = self.get_serializer_context()
            data = {"object": TaskDetailSerializer(task, context=context).data}
            response = Response(data, status, headers=headers)
        return self.with_etag(response, task)

    def _location(self, task: Task) -> str:
        return reverse_name("task-detail", "name", task.name, self.request)

    @contextlib.contextmanager
    def _translated(self, *keys: str) -> Iterator[None]:
        """Turn what an edit of the task with one of these keys raises into answers."""
        try:
            with answers.translated(*(("tasks", key) for key in keys)):
                yield
        except edits.Scheduled as error:
            raise Conflict(str(error), code="scheduled") from error
