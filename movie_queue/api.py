"""Registers the endpoints of the movie queue."""

from flexapi.api import search
from flexapi.api.router import router

from .models import QueuedMovie
from .views import GrabbedMovieViewSet, MovieQueueViewSet

router.register("movie_queue/grabbed", GrabbedMovieViewSet, basename="movie-grabbed")
router.register("movie_queue", MovieQueueViewSet, basename="movie-queue")
search.register("movie", QueuedMovie.objects.find, "movie_queue.view_queuedmovie")
