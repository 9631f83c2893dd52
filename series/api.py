"""Registers the endpoints of series."""

from flexapi.api.router import router

from .views import EpisodeViewSet, ReleaseViewSet, SeasonViewSet, SeriesViewSet

SHOW = "series/(?P<show>[0-9]{1,18})"
RELEASE = (
    f"{SHOW}/(?P<kind>seasons|episodes)/(?P<entity>[0-9]{{1,18}})/releases/(?P<pk>[0-9]{{1,18}})"
)

router.register("series", SeriesViewSet, basename="series")
router.register(f"{SHOW}/seasons", SeasonViewSet, basename="series-season")
router.register(f"{SHOW}/episodes", EpisodeViewSet, basename="series-episode")
router.register_view(RELEASE, ReleaseViewSet.as_view({"delete": "destroy"}), name="series-release")
router.register_view(
    f"{RELEASE}/reset", ReleaseViewSet.as_view({"post": "reset"}), name="series-release-reset"
)
