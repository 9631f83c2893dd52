"""Movies of the queue as FlexGet's entries, and entries as movies of the queue."""

from dataclasses import replace
from typing import Any

from flexget import plugin
from flexget.entry import Entry

from flexapi.engine import shell
from flexapi.engine.host import child
from movie_queue.flexget.queue import WantedMovie
from movie_queue.identity import ANY_QUALITY, IMDB_ID, Identity


def identity(entry: Entry, lazily: bool = False) -> Identity:
    """Return what the entry says of its movie, without asking the web unless `lazily`."""
    imdb_id = entry.get("imdb_id", eval_lazy=lazily)
    tmdb_id = entry.get("tmdb_id", eval_lazy=lazily)
    title = entry.get("movie_name", eval_lazy=False)
    year = entry.get("movie_year", eval_lazy=False)
    if not title:
        parsed = plugin.get("parsing", "movie_queue").parse_movie(data=entry["title"])
        title, year = parsed.name or entry["title"], year or parsed.year
    return Identity(
        str(title),
        int(year) if year else None,
        imdb_id if isinstance(imdb_id, str) and IMDB_ID.fullmatch(imdb_id) else None,
        int(tmdb_id) if str(tmdb_id or "").isdecimal() else None,
    )


def for_shell(movie: WantedMovie) -> WantedMovie:
    """Return the movie as the task that runs may know it; another one where its `exec` could run parts of this one.

    Whoever may queue movies may not run commands.
    """
    if shell.is_plain(movie.title) and shell.is_plain(movie.quality):
        return movie
    task = None if child.current is None else child.current.task
    # What a movie says is never looked up, so `auto_escape` reaches it.
    if task is None or not any(risk.fields or risk.quoted for risk in shell.risks(task.config)):
        return movie
    title = shell.made_plain(movie.title, f"movie {movie.id or ''}".strip())
    quality = movie.quality if shell.is_plain(movie.quality) else ANY_QUALITY
    return replace(movie, title=title, quality=quality)


def to_found_entry(movie: WantedMovie) -> Entry:
    """Return the movie as an entry that a task takes in; rejected where it is dangerous there.

    Commands may be for rejected entries as well, so it has only what is left of its title.
    """
    plain = for_shell(movie)
    entry = to_entry(plain)
    if plain is not movie:
        entry.reject(
            "Its title or quality in the movie queue holds characters that mean something to a shell, and an `exec` of this"
            " task doesn't escape them. Set `auto_escape: yes` there, or change the movie in the queue."
        )
    return entry


def to_entry(movie: WantedMovie) -> Entry:
    """Return the movie as an entry."""
    title = f"{movie.title} ({movie.year})" if movie.year else movie.title
    url = f"mock://localhost/movie_queue/{movie.id or title}"
    if movie.imdb_id:
        url = f"https://www.imdb.com/title/{movie.imdb_id}/"
    return Entry(title, url, **fields_of(movie))


def fields_of(movie: WantedMovie) -> dict[str, Any]:
    """Return what an entry says of its movie."""
    known = {
        "movie_name": movie.title,
        "movie_year": movie.year,
        "imdb_id": movie.imdb_id,
        "tmdb_id": movie.tmdb_id,
    }
    fields = {name: value for name, value in known.items() if value}
    if movie.quality != ANY_QUALITY:
        fields["quality_req"] = movie.quality
    return fields


def from_entry(entry: Entry, queue_name: str, quality: str | None = None) -> WantedMovie:
    """Return the movie to queue for an entry; `quality` is for an entry that asks for none."""
    known = identity(entry)
    if not known.imdb_id and not known.tmdb_id:
        known = identity(entry, lazily=True)
    required = str(entry.get("quality_req", eval_lazy=False) or quality or ANY_QUALITY)
    return WantedMovie(known.title, known.year, known.imdb_id, known.tmdb_id, required, queue_name)
