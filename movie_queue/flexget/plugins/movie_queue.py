"""FlexGet's plugins `movie_queue` and `emit_movie_queue`, on the queue that the server keeps.

FlexGet dropped its own in version 2.3. The old forms of config work:

    movie_queue: accept                                    # or add, remove, forget
    movie_queue: {action: add, quality: 720p+, queue_name: kids}
    discover:
      what: [emit_movie_queue: {year: yes, quality: no, queue_name: kids}]

and `movie_queue: yes` beside another input, which is the old way to write `accept`. It is a list too, `movie_queue: yes`
or `movie_queue: {queue_name: kids}`, for list_match, list_add, list_remove, list_clear and as the only input.
"""

from collections.abc import Iterator, MutableSet
from pathlib import Path
from typing import Any
from uuid import uuid4

from flexget import plugin
from flexget.entry import Entry
from flexget.event import event
from flexget.utils import qualities
from loguru import logger

from flexapi.engine.host import child
from movie_queue.flexget.entries import (
    fields_of,
    for_shell,
    from_entry,
    identity,
    to_entry,
    to_found_entry,
)
from movie_queue.flexget.queue import MovieQueue, WantedMovie
from movie_queue.identity import DEFAULT_QUEUE

logger = logger.bind(name="movie_queue")

NAME = "movie_queue"
ACTIONS = ["accept", "add", "remove", "forget"]
# Plugins in the input phase that bring no entries of their own.
NO_INPUTS = (NAME, "delay", "rerun")
NOTHING: dict[str, Any] = {"run": "", "movies": [], "grabbed": [], "applied": {}}

_queue: MovieQueue | None = None


@event("manager.execute.started")
def open_queue(manager: Any, options: Any) -> None:
    """Take up what the server sent with this run; FlexGet's lock is held."""
    global _queue
    run = child.current
    if run is None:
        return
    data = run.extras.get("movie_queue") or {**NOTHING, "run": uuid4().hex}
    _queue = MovieQueue(
        data, manager.config_base, run.reporter.report, dry=bool(manager.options.test)
    )


@event("manager.execute.completed")
def close_queue(manager: Any, options: Any) -> None:
    """Let go of the queue: the next run in this process brings its own."""
    global _queue
    if _queue is not None:
        _queue.close()
        _queue = None


def queue() -> MovieQueue:
    """Return the queue of this run; an empty one outside of any."""
    return _queue or MovieQueue(NOTHING, Path(), _report_nothing, dry=True)


def _report_nothing(kind: str, **params: Any) -> None:
    """There is no server to tell."""


def find(entry: Entry, queue_name: str) -> WantedMovie | None:
    """Return the queued movie that the entry is.

    Web services are asked for its ids (imdb_lookup, tmdb_lookup, where the task has them) only if
    what is known without them names no movie of the queue.
    """
    movies = queue()
    wanted = identity(entry)
    found = movies.find(wanted, queue_name)
    is_lazy = entry.is_lazy("imdb_id") or entry.is_lazy("tmdb_id")
    if found is None and is_lazy and movies.movies(queue_name):
        found = movies.find(identity(entry, lazily=True), queue_name)
    return found


def allows(movie: WantedMovie, entry: Entry) -> bool:
    """Whether the movie's quality requirement lets the entry through."""
    return bool(qualities.Requirements(movie.quality).allows(_quality(entry)))


def _quality(entry: Entry) -> qualities.Quality:
    quality = entry.get("quality") or qualities.Quality(entry["title"])
    return qualities.Quality(quality) if isinstance(quality, str) else quality


def wanted_by(entry: Entry, queue_name: str) -> WantedMovie | None:
    """Return the queued movie that the entry is, in a quality that it may have."""
    movie = find(entry, queue_name)
    if movie is None:
        return None
    if not allows(movie, entry):
        logger.log(
            "VERBOSE",
            "{} is queued, but in quality {}: {}",
            movie.title,
            movie.quality,
            entry["title"],
        )
        return None
    return movie


def grab(entry: Entry, movie: WantedMovie, task: str) -> None:
    """Take a grabbed movie off the queue."""
    told = {"title": entry["title"], "url": entry.get("url") or ""}
    queue().grab(movie, identity(entry), task, told)
    logger.info("{} is grabbed and leaves the queue {}.", movie.title, movie.queue_name)


class MovieQueueList(MutableSet):
    """The queue as FlexGet's list plugins see it: a set of entries."""

    # What these plugins ask before they write, and before they do so in a test run.
    immutable = False
    online = False

    def __init__(self, queue_name: str) -> None:
        self.queue_name = queue_name

    @classmethod
    def _from_iterable(cls, entries: Any) -> set[Entry]:
        return set(entries)

    def __contains__(self, entry: object) -> bool:
        return self.get(entry) is not None

    def __iter__(self) -> Iterator[Entry]:
        return iter([to_entry(movie) for movie in queue().movies(self.queue_name)])

    def __len__(self) -> int:
        return len(queue().movies(self.queue_name))

    def get(self, entry: Any) -> Entry | None:
        """Return the movie that the entry is, in a quality that it may have."""
        movie = wanted_by(entry, self.queue_name)
        # list_match copies the fields into what it accepts.
        return None if movie is None else to_found_entry(movie)

    def add(self, entry: Entry) -> None:
        """Queue the entry's movie, unless it is queued or was grabbed."""
        queue().add(from_entry(entry, self.queue_name), _task_name(entry))

    def discard(self, entry: Entry) -> None:
        """Take the entry's movie off the queue.

        In the learn phase list_match does so with what it accepted: that was grabbed, unless it
        has not got the quality and was accepted for something else.
        """
        learning = entry.task is not None and entry.task.current_phase == "learn"
        if learning and entry.accepted:
            movie = wanted_by(entry, self.queue_name)
            if movie is not None:
                grab(entry, movie, _task_name(entry))
            return
        movie = find(entry, self.queue_name)
        if movie is not None:
            queue().remove(movie, _task_name(entry))


def _task_name(entry: Entry) -> str:
    return entry.task.name if entry.task is not None else ""


def _is_input(info: Any) -> bool:
    """Whether a plugin of a task gives it entries, not just does something when others do."""
    phases = set(info.phase_handlers)
    return info.name not in NO_INPUTS and not info.builtin and phases <= {"input", "start"}


class PluginMovieQueue:
    """Accept what is queued, or change the queue by what is accepted; or the queue as a list."""

    schema = {
        "oneOf": [
            {"type": "string", "enum": ACTIONS},
            {"type": "boolean", "enum": [True]},
            {
                "type": "object",
                "properties": {
                    "action": {"type": "string", "enum": ACTIONS},
                    "quality": {"type": "string", "format": "quality_requirements"},
                    "queue_name": {"type": "string", "minLength": 1, "maxLength": 100},
                },
                "additionalProperties": False,
            },
        ]
    }

    @staticmethod
    def prepare(config: Any) -> dict[str, Any]:
        """Return the config in its long form; `action` is None where it is a list."""
        if not isinstance(config, dict):
            config = {"action": None if config is True else config}
        return {"action": None, "quality": None, "queue_name": DEFAULT_QUEUE, **config}

    @classmethod
    def _prepared(cls, task: Any, config: Any) -> dict[str, Any]:
        """As `prepare`, for the plugin in its place in a task, where `yes` is what it was to FlexGet 1.2."""
        accepts = config is True and any(_is_input(info) for info in task.plugins("input"))
        return cls.prepare("accept" if accepts else config)

    @classmethod
    def get_list(cls, config: Any) -> MovieQueueList:
        """Return the list that FlexGet's list plugins work with."""
        return MovieQueueList(cls.prepare(config)["queue_name"])

    def on_task_input(self, task: Any, config: Any) -> list[Entry]:
        """Give the queued movies as entries, where no action is asked for."""
        # Inside of `inputs` or `discover` another plugin is at work, and it is a list.
        is_own = task.current_plugin == NAME
        prepared = self._prepared(task, config) if is_own else self.prepare(config)
        if prepared["action"] is not None:
            return []
        queue_name = prepared["queue_name"]
        return [to_found_entry(movie) for movie in queue().movies(queue_name)]

    @plugin.priority(127)
    def on_task_filter(self, task: Any, config: Any) -> None:
        """Accept, for each queued movie, the entry of the best quality that it may have."""
        prepared = self._prepared(task, config)
        if prepared["action"] != "accept":
            return
        best: dict[WantedMovie, Entry] = {}
        for entry in task.entries:
            movie = wanted_by(entry, prepared["queue_name"])
            if movie is None:
                continue
            rival = best.get(movie)
            if rival is None or _quality(entry) > _quality(rival):
                best[movie] = entry
        for movie, entry in best.items():
            for name, value in fields_of(for_shell(movie)).items():
                if not entry.get(name, eval_lazy=False):
                    entry[name] = value
            entry.accept(f"queued in {movie.queue_name}")

    def on_task_output(self, task: Any, config: Any) -> None:
        """Add, remove or forget the movies of what was accepted."""
        prepared = self._prepared(task, config)
        action, queue_name = prepared["action"], prepared["queue_name"]
        if action not in ("add", "remove", "forget"):
            return
        for entry in task.accepted:
            if action == "remove":
                movie = find(entry, queue_name)
                if movie is not None:
                    queue().remove(movie, task.name)
                continue
            movie = from_entry(entry, queue_name, prepared["quality"])
            if action == "forget":
                queue().forget(movie, task.name)
            elif queue().add(movie, task.name):
                logger.info("{} is queued.", movie.title)
            else:
                logger.log("VERBOSE", "{} is queued already, or was grabbed.", movie.title)

    def on_task_learn(self, task: Any, config: Any) -> None:
        """Take off the queue what was accepted and did not fail."""
        prepared = self._prepared(task, config)
        if prepared["action"] != "accept":
            return
        for entry in task.accepted:
            movie = wanted_by(entry, prepared["queue_name"])
            if movie is not None:
                grab(entry, movie, task.name)


class PluginEmitMovieQueue:
    """The queued movies as entries to search for."""

    schema = {
        "oneOf": [
            {"type": "boolean"},
            {
                "type": "object",
                "properties": {
                    "year": {"type": "boolean", "default": True},
                    "quality": {"type": "boolean", "default": False},
                    "queue_name": {"type": "string", "minLength": 1, "default": DEFAULT_QUEUE},
                },
                "additionalProperties": False,
            },
        ]
    }

    def on_task_input(self, task: Any, config: Any) -> list[Entry]:
        """Return an entry for each queued movie; year and quality in its title as configured."""
        if config is False:
            return []
        options = {"year": True, "quality": False, "queue_name": DEFAULT_QUEUE}
        if isinstance(config, dict):
            options |= config
        entries = []
        for movie in queue().movies(str(options["queue_name"])):
            entry = to_found_entry(movie)
            title = [str(entry["movie_name"])]
            if options["year"] and movie.year and str(movie.year) not in title[0]:
                title.append(str(movie.year))
            if options["quality"] and "quality_req" in entry:
                title.append(str(entry["quality_req"]))
            entry["title"] = " ".join(title)
            entries.append(entry)
        return entries


# After everybody else's: whoever brought a plugin of this name back by themselves keeps theirs.
@event("plugin.register", priority=1)
def register_plugin() -> None:
    if "movie_queue" not in plugin.plugins:
        plugin.register(PluginMovieQueue, "movie_queue", interfaces=["task", "list"], api_ver=2)
    if "emit_movie_queue" not in plugin.plugins:
        plugin.register(PluginEmitMovieQueue, "emit_movie_queue", api_ver=2)
