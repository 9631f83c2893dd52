"""Movies that are wanted, those that were grabbed, and how far each run's changes are stored."""

from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from executions.locks import one_at_a_time
from flexapi.api.search import Hit
from flexapi.phrases import phrase
from history.models import HistoryEntry
from movie_queue.identity import ANY_QUALITY, DEFAULT_QUEUE, IMDB_ID, Identity, title_key

QUEUED = phrase("{movie} is in the queue {queue} already.")
GRABBED = phrase("{movie} was grabbed on {date}.")

LONGEST_TITLE = 300
# That two who queue a movie at once see each other's (see executions.locks).
QUEUE_LOCK = 0x6D6F7669
# Runs whose progress is remembered; a run that left changes behind is caught up with by the next.
RUNS_REMEMBERED = 200


class AlreadyQueued(Exception):
    """The movie is in the queue; `movie` is its row."""

    def __init__(self, movie: "QueuedMovie") -> None:
        super().__init__(QUEUED.format(movie=movie, queue=movie.queue_name))
        self.movie = movie


class AlreadyGrabbed(Exception):
    """The movie was in the queue and was grabbed; `grabbed` is the newest row of it."""

    def __init__(self, grabbed: "GrabbedMovie") -> None:
        super().__init__(GRABBED.format(movie=grabbed, date=f"{grabbed.grabbed:%Y-%m-%d}"))
        self.grabbed = grabbed


M = TypeVar("M", bound="Movie")


class MovieQuerySet(models.QuerySet[M]):
    """Movies, found as FlexGet finds them."""

    def same(self, movie: Identity, queue_name: str) -> M | None:
        """Return the movie of that queue which is this one, the newest; None if there is none."""
        names = Q(title_key=title_key(movie.title), year=movie.year)
        if movie.imdb_id:
            names |= Q(imdb_id=movie.imdb_id)
        if movie.tmdb_id:
            names |= Q(tmdb_id=movie.tmdb_id)
        # Rows that share a name only: whether ids contradict is for `is_same` to say.
        for row in self.filter(names, queue_name=queue_name).order_by("-pk"):
            if row.identity.is_same(movie):
                return row
        return None


class Movie(models.Model):
    """What names a movie, in one of the queues."""

    title = models.CharField(max_length=LONGEST_TITLE)
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1870), MaxValueValidator(2200)]
    )
    # NULL, not "": ids are unique.
    imdb_id = models.CharField(  # noqa: DJ001
        max_length=12,
        null=True,
        blank=True,
        verbose_name="IMDb id",
        help_text="`tt` and seven digits or more.",
        validators=[
            RegexValidator(
                f"^{IMDB_ID.pattern}\\Z", phrase("An IMDb id is `tt` and 7 to 10 digits.")
            )
        ],
    )
    tmdb_id = models.PositiveIntegerField(
        null=True,
        blank=True,
        verbose_name="TMDB id",
        validators=[MinValueValidator(1), MaxValueValidator(2**31 - 1)],
    )
    queue_name = models.CharField(max_length=100, default=DEFAULT_QUEUE)
    title_key = models.CharField(max_length=LONGEST_TITLE * 4, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it with the key that its title is found by."""
        self.title_key = title_key(self.title)[: LONGEST_TITLE * 4]
        self.imdb_id = self.imdb_id or None  # The admin's forms say "", which is no id.
        super().save(*args, **kwargs)

    @property
    def identity(self) -> Identity:
        """What it is compared by."""
        return Identity(self.title, self.year, self.imdb_id, self.tmdb_id)


class QueuedMovieQuerySet(MovieQuerySet["QueuedMovie"]):
    """The queue."""

    def find(self, text: str, limit: int) -> list[Hit]:
        """Some that have a text in their titles, or this id, for the search of everything."""
        found = self.filter(Q(title__icontains=text) | Q(imdb_id=text)).order_by("-pk")[:limit]
        return [Hit(str(movie.pk), str(movie), movie.queue_name, movie.added) for movie in found]

    def enqueue(
        self,
        requested_by: Any = None,
        force: bool = False,
        **values: Any,
    ) -> "QueuedMovie":
        """Queue a movie. Raises AlreadyQueued and, unless `force`, AlreadyGrabbed."""
        movie = QueuedMovie(requested_by=requested_by, **values)
        with one_at_a_time(QUEUE_LOCK):
            movie.refuse_duplicate()
            grabbed = GrabbedMovie.objects.same(movie.identity, movie.queue_name)
            if grabbed is not None and not force:
                raise AlreadyGrabbed(grabbed)
            movie.save()
        return movie


class QueuedMovie(Movie):
    """A movie that is wanted."""

    quality = models.CharField(
        max_length=200,
        default=ANY_QUALITY,
        help_text="What FlexGet's quality plugin takes, such as `720p-1080p bluray|webdl`.",
    )
    added = models.DateTimeField(default=timezone.now, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )

    objects = QueuedMovieQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["queue_name", "imdb_id"], name="queued_imdb_id"),
            models.UniqueConstraint(fields=["queue_name", "tmdb_id"], name="queued_tmdb_id"),
        )
        indexes = (
            models.Index(fields=["queue_name", "title_key", "year"], name="queued_title"),
            models.Index(fields=["added"], name="queued_added"),
        )

    def clean(self) -> None:
        """Refuse a duplicate in a form of the admin."""
        try:
            self.refuse_duplicate()
        except AlreadyQueued as error:
            raise ValidationError(str(error)) from error

    def refuse_duplicate(self) -> None:
        """Raise AlreadyQueued where another row is the same movie."""
        others = QueuedMovie.objects.exclude(pk=self.pk)
        present = others.same(self.identity, self.queue_name)
        if present is not None:
            raise AlreadyQueued(present)

    def as_sent(self) -> dict[str, Any]:
        """Return it as FlexGet's plugins get it (see movie_queue.flexget.queue)."""
        names = ("id", "title", "year", "imdb_id", "tmdb_id", "quality", "queue_name")
        return {name: getattr(self, name) for name in names}


class GrabbedMovieQuerySet(MovieQuerySet["GrabbedMovie"]):
    """What was grabbed."""

    def with_history(self) -> models.QuerySet[Any]:
        """Add `history`: the id of the history's entry of it, None where that was deleted."""
        entries = HistoryEntry.objects.filter(
            execution=OuterRef("execution"), task=OuterRef("task"), title=OuterRef("entry_title")
        )
        return self.annotate(history=Subquery(entries.order_by("pk").values("pk")[:1]))


class GrabbedMovie(Movie):
    """A movie that was in the queue until a run took it: an entry was accepted and did not fail."""

    grabbed = models.DateTimeField(default=timezone.now)
    execution = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The id of the execution, which is pruned one day; this stays.",
    )
    task = models.TextField(blank=True)
    entry_title = models.TextField(blank=True, help_text="The release that was grabbed.")
    entry_url = models.TextField(blank=True)

    objects = GrabbedMovieQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["queue_name", "title_key", "year"], name="grabbed_title"),
            models.Index(fields=["imdb_id"], name="grabbed_imdb_id"),
            models.Index(fields=["tmdb_id"], name="grabbed_tmdb_id"),
        )


class RunProgressQuerySet(models.QuerySet["RunProgress"]):
    """How far each run's changes are stored."""

    def advance(self, run: str, n: int) -> bool:
        """Note change `n` of a run; False where it, or a later one, was noted before."""
        progress, is_new = self.get_or_create(run=run, defaults={"applied": n})
        if is_new:
            outdated = self.order_by("-pk").values_list("pk", flat=True)[RUNS_REMEMBERED:]
            self.filter(pk__in=list(outdated)).delete()
            return True
        return bool(self.filter(pk=progress.pk, applied__lt=n).update(applied=n))


class RunProgress(models.Model):
    """How many of a run's changes of the queue are stored: what comes again is not made again."""

    run = models.CharField(max_length=32, unique=True)
    applied = models.PositiveIntegerField()

    objects = RunProgressQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.run}: {self.applied}"

    @classmethod
    def by_run(cls) -> dict[str, int]:
        """Return the number of the last change stored, by run."""
        return dict(cls.objects.values_list("run", "applied"))
