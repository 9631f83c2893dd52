"""`/api/entry_list`, `/api/movie_list` and `/api/pending_list`: the lists that FlexGet manages, and what is in them."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import ask

from .. import filters, models, serializers
from .tables import ApprovalMixin, ClearMixin, TableViewSet, described


class ListViewSet(TableViewSet):
    """The lists of one kind."""

    serializer_class = serializers.ListSerializer
    filters_class = filters.ListFilters
    ordering_fields = ("name", "added", "id")

    def create(self, request: Request) -> Response:
        """Make a list. FlexGet makes those that its config names by itself."""
        return self.made(request)


class ItemViewSet(ClearMixin):
    """What is in a list. Who may change the list may add, change and delete there."""

    def create(self, request: Request, **place: str) -> Response:
        """Add one to the list."""
        return self.made(request)

    def update(self, request: Request, pk: str, **place: str) -> Response:
        """Replace one."""
        return self.changed(request, pk)


def _permissions(change: str, **others: str) -> dict[str, str]:
    """Return the permissions of the actions on what is in a list."""
    writing = ("create", "update", "partial_update", "destroy", "clear")
    return dict.fromkeys(writing, change) | others


@described
class EntryListViewSet(ListViewSet):
    """The lists of the plugin `entry_list`."""

    subject = ("an entry list", "entry lists")
    table = "entry_list"
    permission_model = models.EntryList


@described
class EntryListEntryViewSet(ItemViewSet):
    """The entries of a list of the plugin `entry_list`."""

    subject = ("an entry of an entry list", "entries of an entry list")
    table = "entry_list.entries"
    permission_model = models.EntryList
    serializer_class = serializers.EntrySerializer
    filters_class = filters.EntryFilters
    ordering_fields = ("title", "added", "original_url", "id")
    action_permissions = _permissions("flexget_state.change_entrylist")


@described
class MovieListViewSet(ListViewSet):
    """The lists of the plugin `movie_list`."""

    subject = ("a movie list", "movie lists")
    table = "movie_list"
    permission_model = models.MovieList

    @extend_schema(responses={200: {"type": "array", "items": {"type": "string"}}})
    @action(detail=False, pagination_class=None)
    def identifiers(self, request: Request) -> Response:
        """Answer the names of the identifiers that movies may have."""
        return Response({"object": ask(self.method("identifiers"))})


@described
class MovieListMovieViewSet(ItemViewSet):
    """The movies of a list of the plugin `movie_list`."""

    subject = ("a movie of a movie list", "movies of a movie list")
    table = "movie_list.movies"
    permission_model = models.MovieList
    serializer_class = serializers.MovieSerializer
    filters_class = filters.MovieFilters
    ordering_fields = ("title", "year", "added", "id")
    action_permissions = _permissions("flexget_state.change_movielist")

    def partial_update(self, request: Request, pk: str, **place: str) -> Response:
        """Change what is given of one; the identifiers as a whole."""
        return self.changed(request, pk, partial=True)


@described
class PendingListViewSet(ListViewSet):
    """The lists of the plugin `pending_list`."""

    subject = ("a pending list", "pending lists")
    table = "pending_list"
    permission_model = models.PendingList


@described
class PendingListEntryViewSet(ApprovalMixin, ItemViewSet):
    """The entries of a list of the plugin `pending_list`; a task that has it as its input gets the approved ones."""

    subject = ("an entry of a pending list", "entries of a pending list")
    table = "pending_list.entries"
    permission_model = models.PendingList
    serializer_class = serializers.ApprovableEntrySerializer
    filters_class = filters.ApprovableEntryFilters
    ordering_fields = ("title", "added", "original_url", "approved", "id")
    action_permissions = _permissions(
        "flexget_state.change_pendinglist",
        **dict.fromkeys(
            ("approve", "reject", "approve_all", "reject_all"),
            "flexget_state.approve_pendinglist",
        ),
    )
