"""The lists of FlexGet's plugin `movie_list`. A movie is `{"id", "title", "year", "added", "identifiers": {name: value}}`."""

from dataclasses import dataclass
from typing import Any

from flexget.components.managed_lists.lists.movie_list import db
from sqlalchemy import and_, func, or_

from flexapi.engine import protocol
from flexapi.engine.host.transactions import Method, Params, local_time, on_database
from flexapi.engine.protocol import RpcError

from .lists import table_of_lists
from .tables import Json, Table, equal_to, one_of, part_of, shown_part_of


@dataclass(frozen=True, kw_only=True)
class MovieTable(Table):
    """Movies in lists."""

    def methods(self, name: str) -> dict[str, Method]:
        """Return those of every table, `name.add` and `name.change`."""
        methods = super().methods(name)
        change = on_database(of=methods[f"{name}.one"])(self.change)
        return methods | {f"{name}.add": on_database(self.add), f"{name}.change": change}

    def add(self, session: Any, params: Params) -> Json:
        """Add the movie `params["data"]` (title, year, identifiers) to the list `params["list"]`."""
        movie = db.MovieListMovie()
        movie.list_id = self.list_of(session, params).id
        return self._set(session, movie, params["data"])

    def change(self, session: Any, params: Params) -> Json:
        """Set of the movie `params["id"]` what is in `params["data"]`; its identifiers as a whole."""
        return self._set(session, self.get(session, params), params["data"])

    def _set(self, session: Any, movie: Any, data: Json) -> Json:
        with session.no_autoflush:
            movie.title = data.get("title", movie.title)
            movie.year = data.get("year", movie.year)
            identifiers = data.get("identifiers", movie.identifiers)
            _check_names(identifiers)
            _check_unique(session, movie, identifiers)
        if identifiers != movie.identifiers:
            # FlexGet's get_db_movie_identifiers would store each of them twice.
            movie.ids = [
                db.MovieListID(id_name=name, id_value=value) for name, value in identifiers.items()
            ]
        session.add(movie)
        session.flush()
        return self.row_as_json(session, movie)


def _known_names() -> list[str]:
    return sorted(db.MovieListBase().supported_ids)


def _check_names(identifiers: dict[str, str]) -> None:
    known = _known_names()
    unknown = ", ".join(name for name in identifiers if name not in known)
    if unknown:
        message = f"FlexGet knows no identifier {unknown}; known are: {', '.join(known)}."
        raise RpcError(protocol.INVALID_PARAMS, message, "identifiers")


def _check_unique(session: Any, movie: Any, identifiers: dict[str, str]) -> None:
    """Raise RpcError where FlexGet's plugin would take another movie of the list for this one."""
    model, identifier = db.MovieListMovie, db.MovieListID
    same = [
        and_(func.lower(model.title) == movie.title.lower(), model.year == movie.year),
        *(
            model.ids.any(and_(identifier.id_name == name, identifier.id_value == value))
            for name, value in identifiers.items()
        ),
    ]
    query = session.query(model).filter(model.list_id == movie.list_id, or_(*same))
    other = query.filter(model.id != (movie.id or 0)).order_by(model.id).first()
    if other is not None:
        message = f"The movie {other.title} of this list has this title and year, or an identifier."
        raise RpcError(protocol.CONFLICT, message, other.id)


def _as_json(row: Any) -> Json:
    return {
        "id": row.id,
        "title": row.title,
        "year": row.year,
        "added": local_time(row.added),
        "identifiers": row.identifiers,
    }


MOVIES = MovieTable(
    model=db.MovieListMovie,
    noun="movie of this list",
    as_json=_as_json,
    list_model=db.MovieListList,
    ordering={name: getattr(db.MovieListMovie, name) for name in ("title", "year", "added", "id")},
    filters={
        "search": part_of(db.MovieListMovie.title),
        "search_titles": shown_part_of(db.MovieListMovie.title),
        "title": equal_to(db.MovieListMovie.title),
        "year": equal_to(db.MovieListMovie.year),
        "ids": one_of(db.MovieListMovie.id),
    },
    shown_with="ids",
    parts=db.MovieListID.movie_id,
)


METHODS = {
    **table_of_lists(db.MovieListList, db.MovieListMovie).methods("movie_list"),
    **MOVIES.methods("movie_list.movies"),
    "movie_list.identifiers": lambda manager, params: _known_names(),
}
