"""Registers the endpoints of series."""

from flexapi.api import search
from flexapi.api.router import router

from .finding import find
from .views import (
    EpisodeReleaseViewSet,
    EpisodeViewSet,
    SeasonReleaseViewSet,
    SeasonViewSet,
    SeriesViewSet,
)

SHOW = "series/(?P<show>[0-9]{1,18})"
SEASON = f"{SHOW}/seasons/(?P<entity>[0-9]{{1,18}})"
EPISODE = f"{SHOW}/episodes/(?P<entity>[0-9]{{1,18}})"

router.register("series", SeriesViewSet, basename="series")
router.register(f"{SHOW}/seasons", SeasonViewSet, basename="series-season")
router.register(f"{SHOW}/episodes", EpisodeViewSet, basename="series-episode")
router.register(f"{SEASON}/releases", SeasonReleaseViewSet, basename="series-season-release")
router.register(f"{EPISODE}/releases", EpisodeReleaseViewSet, basename="series-episode-release")
search.register("show", find, "series.view_show")
