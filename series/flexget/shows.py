"""Shows: listed, read, made, changed and forgotten."""

from typing import Any

from flexget.components.series import db
from flexget.components.series.utils import normalize_series_name
from sqlalchemy import func, select

from flexapi.engine import protocol
from flexapi.engine.host.errands import errand
from flexapi.engine.host.transactions import Method, Params, on_database
from flexapi.engine.protocol import RpcError

from .rows import refused, show_as_json, show_row, shows_as_json


@on_database
def shows(session: Any, params: Params) -> dict[str, Any]:
    """List shows. `params`: search (part of a name), in_config (configured, unconfigured, all), premieres,
    order_by (id, name, last_download_date), descending, limit, offset."""
    query = session.query(db.Series)
    if params["search"]:
        name = normalize_series_name(params["search"])
        query = query.filter(db.Series._name_normalized.contains(name, autoescape=True))
    if params["in_config"] != "all":
        named = db.Series.in_tasks.any()
        query = query.filter(named if params["in_config"] == "configured" else ~named)
    if params["premieres"]:
        query = query.filter(db.Series.id.in_(_premieres()))
    column = {
        "id": db.Series.id,
        "name": db.Series._name_normalized,
        "last_download_date": _last_download(),
    }[params["order_by"]]
    order = column.desc() if params["descending"] else column
    page = query.order_by(order, db.Series.id).limit(params["limit"]).offset(params["offset"])
    return {"count": query.count(), "items": shows_as_json(session, page)}


def _premieres() -> Any:
    """Ids of the shows of which no more than the first two episodes were downloaded, as FlexGet's API has it."""
    return (
        select(db.Episode.series_id)
        .where(db.Episode.releases.any(downloaded=True))
        .group_by(db.Episode.series_id)
        .having(func.max(db.Episode.season) <= 1, func.max(db.Episode.number) <= 2)
    )


def _last_download() -> Any:
    """When FlexGet first saw the newest of a show's episodes' releases that were downloaded."""
    return (
        select(func.max(db.EpisodeRelease.first_seen))
        .join(db.EpisodeRelease.episode)
        .where(db.Episode.series_id == db.Series.id, db.EpisodeRelease.downloaded)
        .correlate(db.Series)
        .scalar_subquery()
    )


@on_database
def show(session: Any, params: Params) -> dict[str, Any]:
    """Return one show, `params["id"]`."""
    return show_as_json(session, show_row(session, params["id"]).id)


@on_database
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


@on_database(of=show)
def change(session: Any, params: Params) -> dict[str, Any]:
    """Set the begin (null: none) or the alternate names of the show `params["id"]`, whichever is given."""
    return _change(session, show_row(session, params["id"]), params)


@errand
@on_database(of=show)
def forget(session: Any, params: Params) -> None:
    """Remove the show `params["id"]`; seen."""
    db.remove_series(show_row(session, params["id"]).name, forget=params["seen"])


def _change(session: Any, changed: Any, params: Params) -> dict[str, Any]:
    if params.get("begin"):
        with refused("begin"):
            db.set_series_begin(changed, params["begin"])
    elif "begin" in params:
        changed.begin = None
    if "alternate_names" in params:
        # FlexGet takes two spellings of a name for one.
        names = {normalize_series_name(name): name for name in params["alternate_names"]}
        with refused():
            db.set_alt_names(names.values(), changed, session)
    session.flush()
    return show_as_json(session, changed.id)


METHODS: dict[str, Method] = {
    "shows": shows,
    "show": show,
    "add": add,
    "change": change,
    "forget": forget,
}
