"""`/api/movie_queue`."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from flexapi.api.errors import Conflict
from flexapi.api.schema import ErrorSerializer, example
from flexapi.api.viewsets import DestroyMixin, ModelViewSet, ReadOnlyViewSet, one

from .filters import GrabbedMovieFilter, QueuedMovieFilter
from .lookup import look_up
from .models import AlreadyGrabbed, AlreadyQueued, GrabbedMovie, QueuedMovie
from .serializers import (
    FoundMovieSerializer,
    GrabbedMovieSerializer,
    LookupSerializer,
    QueuedMovieSerializer,
)

ORDERING = ("id", "title", "year", "queue_name")
DUPLICATE = {409: ErrorSerializer}


@extend_schema_view(
    list=extend_schema(summary="The movies that are wanted"),
    retrieve=extend_schema(summary="One movie of the queue"),
    create=extend_schema(
        summary="Queue a movie",
        description="A movie that is queued already, or was grabbed before and is not forced, answers "
        "409; its Location header names what is in the way.",
        responses={201: QueuedMovieSerializer, **DUPLICATE},
    ),
    update=extend_schema(
        summary="Replace a movie", responses={200: QueuedMovieSerializer, **DUPLICATE}
    ),
    partial_update=extend_schema(
        summary="Change a movie", responses={200: QueuedMovieSerializer, **DUPLICATE}
    ),
    destroy=extend_schema(summary="Take a movie off the queue"),
)
class MovieQueueViewSet(ModelViewSet):
    """Movies that are wanted; FlexGet's plugin `movie_queue` accepts them."""

    queryset = QueuedMovie.objects.select_related("requested_by")
    serializer_class = QueuedMovieSerializer
    filterset_class = QueuedMovieFilter
    search_fields = ("title", "imdb_id")
    ordering_fields = (*ORDERING, "added")
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"lookup": "movie_queue.add_queuedmovie"}

    @extend_schema(
        summary="What a movie is called, by its id at IMDb or TMDb",
        description="FlexGet asks them, for at most eight seconds; nothing is queued. 404 where they don't know it, "
        "503 where they can't be asked.",
        request=LookupSerializer,
        responses=FoundMovieSerializer,
        examples=[example({"imdb_id": "tt2285752"})],
    )
    @action(detail=False, methods=["post"])
    def lookup(self, request: Request) -> Response:
        """Answer title, year and ids."""
        asked = self.valid(LookupSerializer)
        found = look_up(asked.get("imdb_id"), asked.get("tmdb_id"))
        return one(FoundMovieSerializer(found).data)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Queue it for who asks."""
        serializer.save(requested_by=self.request.user)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a duplicate with 409, and where the other one is."""
        if isinstance(exc, AlreadyQueued):
            return self._conflict(exc, "duplicate", "movie-queue-detail", exc.movie.pk)
        if isinstance(exc, AlreadyGrabbed):
            grabbed = GrabbedMovie.objects.with_history().filter(pk=exc.grabbed.pk)
            history = grabbed.values_list("history", flat=True).first()
            if history is not None:
                return self._conflict(exc, "grabbed", "history-detail", history)
            return self._conflict(exc, "grabbed", "movie-grabbed-detail", exc.grabbed.pk)
        return super().handle_exception(exc)

    def _conflict(self, error: Exception, code: str, name: str, pk: int) -> Response:
        url = reverse(name, kwargs={"pk": pk}, request=self.request)
        said = gettext("{problem} See {url}.").format(problem=error, url=url)
        if code == "grabbed":
            said += " " + gettext('Send "force": true to queue it again.')
        response = super().handle_exception(Conflict(said, code=code))
        response["Location"] = url
        return response


@extend_schema_view(
    list=extend_schema(summary="The movies that left the queue because a run grabbed them"),
    retrieve=extend_schema(summary="One grabbed movie"),
    destroy=extend_schema(summary="Forget that a movie was grabbed"),
)
class GrabbedMovieViewSet(DestroyMixin, ReadOnlyViewSet):
    """Movies that were wanted and were grabbed."""

    queryset = GrabbedMovie.objects.with_history()
    serializer_class = GrabbedMovieSerializer
    filterset_class = GrabbedMovieFilter
    search_fields = ("title", "imdb_id", "entry_title")
    quoting_fields = ("entry_title",)
    ordering_fields = (*ORDERING, "grabbed")
    lookup_value_regex = "[0-9]{1,18}"
    # Whoever may take a movie off the queue may also forget one.
    action_permissions = {"destroy": "movie_queue.delete_queuedmovie"}
