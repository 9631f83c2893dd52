"""The movie queue inside of a run: a copy that came with it, and the changes that go back.

What comes (`extras["movie_queue"]` of the execution):
`{"run": hex digits, "movies": [{"id", "title", "year", "imdb_id", "tmdb_id", "quality",
"queue_name"}, …], "grabbed": [the same without id and quality], "applied": {run: n}}`.

What goes back, as reports of the kind `movie_queue`:
`{"run", "n", "operation": "add|remove|grab|forget", "movie": {as above; the id of one that was added
in this run is null}, "task", "entry": {"title", "url"}}`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from movie_queue.flexget.journal import Journal
from movie_queue.identity import ANY_QUALITY, DEFAULT_QUEUE, Identity, title_key

KIND = "movie_queue"
Report = Callable[..., None]


@dataclass(frozen=True, slots=True)
class WantedMovie(Identity):
    """One movie of the queue."""

    quality: str = ANY_QUALITY
    queue_name: str = DEFAULT_QUEUE
    id: int | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "WantedMovie":
        """Return the movie that was sent; members that are not known here are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


class _Index:
    """Movies, found by any of their names without looking at all of them."""

    def __init__(self, movies: Iterable[WantedMovie]) -> None:
        self._movies: dict[int, WantedMovie] = {}
        self._by_name: dict[tuple[str, Any], list[int]] = {}
        self._next = 0
        for movie in movies:
            self.add(movie)

    def __iter__(self) -> Iterator[WantedMovie]:
        return iter(list(self._movies.values()))

    def add(self, movie: WantedMovie) -> None:
        self._next += 1
        self._movies[self._next] = movie
        for name in _names(movie):
            self._by_name.setdefault(name, []).append(self._next)

    def remove(self, movie: WantedMovie) -> None:
        for key, present in list(self._movies.items()):
            if present is movie:
                del self._movies[key]

    def candidates(self, wanted: Identity, queue_name: str) -> Iterator[WantedMovie]:
        """Yield the movies of a queue that share a name with `wanted`, each once."""
        keys = {key: None for name in _names(wanted) for key in self._by_name.get(name, [])}
        for key in keys:
            movie = self._movies.get(key)
            if movie is not None and movie.queue_name == queue_name:
                yield movie


def _names(movie: Identity) -> list[tuple[str, Any]]:
    names: list[tuple[str, Any]] = [("title", title_key(movie.title))]
    if movie.imdb_id:
        names.append(("imdb", movie.imdb_id))
    if movie.tmdb_id:
        names.append(("tmdb", movie.tmdb_id))
    return names


class MovieQueue:
    """The queue as one run sees it. Its changes hold at once, here and in the server's database."""

    def __init__(self, data: dict[str, Any], folder: Path, report: Report, dry: bool) -> None:
        """`dry`: a run that only tries things out reports nothing."""
        self._queued = _Index(WantedMovie.from_json(movie) for movie in data["movies"])
        self._grabbed = _Index(WantedMovie.from_json(movie) for movie in data["grabbed"])
        self._journal = Journal(folder, "movie-queue", data["run"])
        self._report = report
        self._dry = dry
        if not dry:
            self._catch_up(data["applied"])

    def close(self) -> None:
        """Change nothing more: the run has ended."""
        self._journal.close()

    def movies(self, queue_name: str) -> list[WantedMovie]:
        """Return the movies of a queue, the one that was added first first."""
        return [movie for movie in self._queued if movie.queue_name == queue_name]

    def find(self, wanted: Identity, queue_name: str) -> WantedMovie | None:
        """Return the queued movie that `wanted` is, one that agrees in more than the title first."""
        found = [
            movie for movie in self._queued.candidates(wanted, queue_name) if movie.covers(wanted)
        ]
        return min(found, key=lambda movie: not movie.is_same(wanted), default=None)

    def was_grabbed(self, wanted: Identity, queue_name: str) -> bool:
        """Whether a movie that this queue had was grabbed before."""
        candidates = self._grabbed.candidates(wanted, queue_name)
        return any(movie.is_same(wanted) for movie in candidates)

    def add(self, movie: WantedMovie, task: str) -> bool:
        """Queue a movie; False where it is queued already, or was grabbed before."""
        found = self.find(movie, movie.queue_name)
        if found is not None and found.is_same(movie):
            return False
        if self.was_grabbed(movie, movie.queue_name):
            return False
        self._change("add", movie, task)
        return True

    def remove(self, movie: WantedMovie, task: str) -> None:
        """Take a movie of the queue off it."""
        self._change("remove", movie, task)

    def grab(self, movie: WantedMovie, known: Identity, task: str, entry: dict[str, str]) -> None:
        """Take a movie off the queue because an entry of it was accepted and did not fail.

        `known` is what the entry (`{"title", "url"}`) says of the movie: it may know more ids.
        """
        self._queued.remove(movie)
        named = replace(
            movie,
            year=movie.year or known.year,
            imdb_id=movie.imdb_id or known.imdb_id,
            tmdb_id=movie.tmdb_id or known.tmdb_id,
        )
        self._change("grab", named, task, entry)

    def forget(self, movie: WantedMovie, task: str) -> bool:
        """Queue again what was grabbed before; False where it was not."""
        if not self.was_grabbed(movie, movie.queue_name):
            return False
        self._change("forget", movie, task)
        return True

    def _change(
        self, operation: str, movie: WantedMovie, task: str, entry: dict[str, str] | None = None
    ) -> None:
        change = {
            "operation": operation,
            "movie": asdict(movie),
            "task": task,
            "entry": entry or {"title": "", "url": ""},
        }
        if not self._dry:
            self._report(KIND, **self._journal.add(change))
        self._apply(operation, movie)

    def _apply(self, operation: str, movie: WantedMovie) -> None:
        if operation in ("remove", "grab"):
            self._queued.remove(movie)
        else:
            self._queued.add(movie)
        if operation == "grab":
            self._grabbed.add(movie)
        elif operation == "forget":
            for grabbed in self._grabbed.candidates(movie, movie.queue_name):
                if grabbed.is_same(movie):
                    self._grabbed.remove(grabbed)

    def _catch_up(self, applied: dict[str, int]) -> None:
        """Report what the server missed of earlier runs, and see it in this copy."""
        for change in self._journal.left_behind(applied):
            self._report(KIND, **change)
            movie = WantedMovie.from_json(change["movie"])
            queued = self.find(movie, movie.queue_name)
            if change["operation"] in ("remove", "grab"):
                self._apply(change["operation"], queued or movie)
            elif queued is None:
                self._apply(change["operation"], replace(movie, id=None))
