"""Methods of FlexGet's host: the series that FlexGet knows. It runs where FlexGet does and imports no Django.

A show is `{"id", "name", "identified_by", "begin": identifier or null, "alternate_names": […], "tasks": […],
"seasons": count, "episodes": count}`; a season or an episode `{"id", "identifier", "season", "number",
"releases": count}` (one that is asked for by its id has the releases themselves there); a release `{"id", "title", "quality", "downloaded", "proper_count", "first_seen"}`. Times are local,
as FlexGet stores them, with their offset. Lists answer `{"count", "items"}` for `limit` and `offset`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any

from flexget import db_schema
from flexget.components.series import db
from flexget.components.series.utils import normalize_series_name
from flexget.event import fire_event
from flexget.manager import Session
from flexget.plugin import PluginError
from sqlalchemy import func, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import selectinload

from flexapi.engine import protocol
from flexapi.engine.flexget_manager import WarmManager
from flexapi.engine.protocol import RpcError

Params = dict[str, Any]
# Milliseconds to wait for a run that writes; meanwhile the host answers nobody else.
BUSY_TIMEOUT = 2000
ENTITIES = {"seasons": db.Season, "episodes": db.Episode}
RELEASES = {
    "seasons": (db.SeasonRelease, db.SeasonRelease.season_id, db.delete_season_release_by_id),
    "episodes": (db.EpisodeRelease, db.EpisodeRelease.episode_id, db.delete_episode_release_by_id),
}

METHODS: dict[str, Callable[[WarmManager, Params], Any]] = {}


def method(function: Callable[[Any, Params], Any]) -> Callable[[WarmManager, Params], Any]:
    """Make a function of a session a method: what fails in the database is said to be so."""

    @wraps(function)
    def call(manager: WarmManager, params: Params) -> Any:
        try:
            if not manager.initialized and db_schema.upgrade_required():
                raise RpcError(
                    protocol.DATABASE_UNAVAILABLE,
                    "FlexGet's database is of an older FlexGet; the next run upgrades it.",
                )
            with Session() as session:
                if manager.engine.dialect.name == "sqlite":
                    session.execute(text(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}"))
                return function(session, params)
        except DBAPIError as error:
            raise RpcError(
                protocol.DATABASE_UNAVAILABLE, f"FlexGet's database can't be used: {error.orig}"
            ) from error

    METHODS[function.__name__] = call
    return call


@method
def shows(session: Any, params: Params) -> dict[str, Any]:
    """List shows. `params`: search (part of a name), order_by (id or name), descending, limit, offset."""
    query = session.query(db.Series)
    if params["search"]:
        query = query.filter(
            db.Series._name_normalized.contains(
                normalize_series_name(params["search"]), autoescape=True
            )
        )
    column = {"id": db.Series.id, "name": db.Series._name_normalized}[params["order_by"]]
    order = column.desc() if params["descending"] else column
    page = query.order_by(order, db.Series.id).limit(params["limit"]).offset(params["offset"])
    return {"count": query.count(), "items": _shows_as_json(session, page)}


@method
def show(session: Any, params: Params) -> dict[str, Any]:
    """Return one show, `params["id"]`."""
    return _one_show(session, _show(session, params["id"]))


@method
def add(session: Any, params: Params) -> dict[str, Any]:
    """Make a show. `params`: name, begin (or null), alternate_names."""
    name = params["name"]
    if db.shows_by_exact_name(normalize_series_name(name), session=session):
        raise RpcError(protocol.CONFLICT, f"FlexGet knows the show {name} already.")
    added = db.Series()
    added.name = name
    session.add(added)
    session.flush()
    return _change(session, added, params)


@method
def change(session: Any, params: Params) -> dict[str, Any]:
    """Set the begin or the alternate names of the show `params["id"]`, whichever is given."""
    return _change(session, _show(session, params["id"]), params)


@method
def forget(session: Any, params: Params) -> None:
    """Remove the show `params["id"]`; with `seen`, its releases may be downloaded again."""
    name = _show(session, params["id"]).name
    session.rollback()
    db.remove_series(name, forget=params["seen"])


@method
def entities(session: Any, params: Params) -> dict[str, Any]:
    """List the seasons or episodes (`params["kind"]`) of the show `params["show"]`, in their order."""
    found = _show(session, params["show"])
    lister = {"seasons": db.show_seasons, "episodes": db.show_episodes}[params["kind"]]
    end = params["offset"] + params["limit"]
    page = lister(
        found,
        start=params["offset"],
        stop=end,
        descending=params["descending"],
        session=session,
    )
    count = lister(found, count=True, session=session)
    counts = _counts(session, RELEASES[params["kind"]][1], [entity.id for entity in page])
    return {"count": count, "items": [_entity_as_json(row, counts) for row in page]}


@method
def entity(session: Any, params: Params) -> dict[str, Any]:
    """Return one season or episode with its releases: kind, show, id."""
    found = _entity(session, params)
    release, owner, _ = RELEASES[params["kind"]]
    releases = session.query(release).filter(owner == found.id).order_by(release.id).all()
    counts = {found.id: len(releases)}
    return _entity_as_json(found, counts) | {
        "releases": [_release_as_json(release) for release in releases]
    }


@method
def forget_entity(session: Any, params: Params) -> None:
    """Remove one season or episode: kind, show, id, seen."""
    found = _entity(session, params)
    name, identifier = found.series.name, found.identifier
    session.rollback()
    with _refused():
        db.remove_series_entity(name, identifier, forget=params["seen"])


@method
def forget_release(session: Any, params: Params) -> None:
    """Remove one release: kind, show, id (of its season or episode), release, seen."""
    found = _release(session, params)
    title, was_downloaded = found.title, found.downloaded
    session.rollback()
    with _refused():
        RELEASES[params["kind"]][2](params["release"])
    if params["seen"] and was_downloaded:
        fire_event("forget", title)


@method
def reset_release(session: Any, params: Params) -> dict[str, Any]:
    """Take a release for not downloaded: kind, show, id (of its season or episode), release."""
    found = _release(session, params)
    found.downloaded = False
    session.commit()
    return _release_as_json(found)


def _show(session: Any, key: int) -> Any:
    return _found(session.get(db.Series, key), f"FlexGet knows no show {key}.")


def _entity(session: Any, params: Params) -> Any:
    found = session.get(ENTITIES[params["kind"]], params["id"])
    if found is not None and found.series_id != params["show"]:
        found = None
    name = params["kind"].removesuffix("s")
    return _found(found, f"The show {params['show']} has no {name} {params['id']}.")


def _release(session: Any, params: Params) -> Any:
    owner = _entity(session, params)
    model, column, _ = RELEASES[params["kind"]]
    query = session.query(model).filter(model.id == params["release"], column == owner.id)
    return _found(query.first(), f"{owner.identifier} has no release {params['release']}.")


def _found(row: Any, otherwise: str) -> Any:
    if row is None:
        raise RpcError(protocol.NOT_FOUND, otherwise)
    return row


@contextmanager
def _refused(attribute: str | None = None) -> Iterator[None]:
    """Pass on what FlexGet's functions refuse."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise RpcError(protocol.INVALID_PARAMS, str(error), attribute) from error
    except PluginError as error:
        raise RpcError(protocol.CONFLICT, str(error.value)) from error


def _change(session: Any, changed: Any, params: Params) -> dict[str, Any]:
    if params.get("begin"):
        with _refused("begin"):
            db.set_series_begin(changed, params["begin"])
    if params.get("alternate_names") is not None:
        with _refused():
            db.set_alt_names(params["alternate_names"], changed, session)
    session.commit()
    return _one_show(session, changed)


def _one_show(session: Any, row: Any) -> dict[str, Any]:
    query = session.query(db.Series).filter(db.Series.id == row.id)
    return _shows_as_json(session, query)[0]


def _shows_as_json(session: Any, query: Any) -> list[dict[str, Any]]:
    """Return shows; the number of queries does not grow with theirs."""
    related = (db.Series.begin, db.Series.alternate_names, db.Series.in_tasks)
    rows = query.options(*(selectinload(attribute) for attribute in related)).all()
    keys = [row.id for row in rows]
    seasons = _counts(session, db.Season.series_id, keys)
    episodes = _counts(session, db.Episode.series_id, keys)
    return [
        {
            "id": row.id,
            "name": row.name,
            "identified_by": row.identified_by or "auto",
            "begin": row.begin.identifier if row.begin else None,
            "alternate_names": [name.alt_name for name in row.alternate_names],
            "tasks": [task.name for task in row.in_tasks],
            "seasons": seasons.get(row.id, 0),
            "episodes": episodes.get(row.id, 0),
        }
        for row in rows
    ]


def _counts(session: Any, column: Any, keys: list[int]) -> dict[int, int]:
    query = session.query(column, func.count()).filter(column.in_(keys)).group_by(column)
    return dict(query.all())


def _entity_as_json(row: Any, counts: dict[int, int]) -> dict[str, Any]:
    return {
        "id": row.id,
        "identifier": row.identifier,
        "season": row.season,
        "number": getattr(row, "number", None),
        "releases": counts.get(row.id, 0),
    }


def _release_as_json(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "quality": row.quality.name,
        "downloaded": bool(row.downloaded),
        "proper_count": row.proper_count or 0,
        "first_seen": _time(row.first_seen),
    }


def _time(value: datetime | None) -> str | None:
    return value.astimezone().isoformat() if value else None
