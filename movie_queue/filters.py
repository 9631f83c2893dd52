"""The filters of the queue and of what was grabbed from it."""

import django_filters

from .models import GrabbedMovie, QueuedMovie

NAMES = ("title", "year", "imdb_id", "tmdb_id", "queue_name")


class MovieFilter(django_filters.FilterSet):
    """`?title=` takes the whole title in any case; `?year_min=` and `?year_max=` a range."""

    title = django_filters.CharFilter(lookup_expr="iexact")
    year_min = django_filters.NumberFilter(field_name="year", lookup_expr="gte")
    year_max = django_filters.NumberFilter(field_name="year", lookup_expr="lte")


class QueuedMovieFilter(MovieFilter):
    """Also `?requested_by=` a user name, and by when it was added."""

    requested_by = django_filters.CharFilter(field_name="requested_by__username")
    added_after = django_filters.IsoDateTimeFilter(field_name="added", lookup_expr="gte")
    added_before = django_filters.IsoDateTimeFilter(field_name="added", lookup_expr="lt")

    class Meta:
        model = QueuedMovie
        fields = (*NAMES, "quality")


class GrabbedMovieFilter(MovieFilter):
    """Also `?execution=` and `?task=`."""

    class Meta:
        model = GrabbedMovie
        fields = (*NAMES, "execution", "task")
