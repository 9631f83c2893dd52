"""Registers the endpoints of the movie queue."""

from flexapi.api.router import router

from .views import GrabbedMovieViewSet, MovieQueueViewSet

router.register("movie_queue/grabbed", GrabbedMovieViewSet, basename="movie-grabbed")
router.register("movie_queue", MovieQueueViewSet, basename="movie-queue")
