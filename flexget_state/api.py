"""Registers the endpoints of what FlexGet remembers and of its lists."""

from flexapi.api.router import router

from .views import lists, remembered
from .views.database import DatabaseViewSet
from .views.trakt import TraktViewSet
from .views.variables import VariablesViewSet

LIST_ID = "(?P<list_id>[0-9]{1,18})"

router.register("seen", remembered.SeenViewSet, basename="seen")
router.register("failed", remembered.FailedViewSet, basename="failed")
router.register("rejected", remembered.RejectedViewSet, basename="rejected")
router.register("pending", remembered.PendingViewSet, basename="pending")
router.register("entry_list", lists.EntryListViewSet, basename="entry-list")
router.register("movie_list", lists.MovieListViewSet, basename="movie-list")
router.register("pending_list", lists.PendingListViewSet, basename="pending-list")
router.register(
    f"entry_list/{LIST_ID}/entries", lists.EntryListEntryViewSet, basename="entry-list-entry"
)
router.register(
    f"movie_list/{LIST_ID}/movies", lists.MovieListMovieViewSet, basename="movie-list-movie"
)
router.register(
    f"pending_list/{LIST_ID}/entries", lists.PendingListEntryViewSet, basename="pending-list-entry"
)
router.register("trakt", TraktViewSet, basename="trakt-account")
router.register("database", DatabaseViewSet, basename="database")
router.register_view(
    "variables",
    VariablesViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"}),
    name="variables",
)
