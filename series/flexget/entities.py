"""Seasons and episodes: listed, read and forgotten."""

from typing import Any

from flexget.components.series import db
from flexget.event import fire_event
from sqlalchemy.orm import selectinload

from flexapi.engine.host.errands import errand
from flexapi.engine.host.transactions import Method, Params, on_database

from .rows import (
    ENTITIES,
    OWNERS,
    RELEASES,
    entities_as_json,
    entity_row,
    release_as_json,
    show_row,
)


@on_database
def entities(session: Any, params: Params) -> dict[str, Any]:
    """List the seasons or episodes of a show in their order: kind, show, descending, limit, offset."""
    found = show_row(session, params["show"])
    lister = {"seasons": db.show_seasons, "episodes": db.show_episodes}[params["kind"]]
    page = lister(
        found,
        start=params["offset"],
        stop=params["offset"] + params["limit"],
        descending=params["descending"],
        session=session,
    )
    count = lister(found, count=True, session=session)
    return {"count": count, "items": entities_as_json(session, params["kind"], page)}


@on_database
def entity(session: Any, params: Params) -> dict[str, Any]:
    """Return one season or episode with its releases: kind, show, id."""
    found = entity_row(session, params)
    release, owner = RELEASES[params["kind"]], OWNERS[params["kind"]]
    releases = session.query(release).filter(owner == found.id).order_by(release.id)
    (described,) = entities_as_json(session, params["kind"], [found])
    return described | {"releases": [release_as_json(row) for row in releases]}


@on_database(of=entity)
def forget_entity(session: Any, params: Params) -> None:
    """Remove one season or episode: kind, show, id, seen."""
    found = entity_row(session, params)
    _remove(session, found.series, [found], params["seen"])


@errand
@on_database
def forget_entities(session: Any, params: Params) -> dict[str, int]:
    """Remove all seasons or all episodes of a show: kind, show, seen. Return `{"count"}`."""
    found = show_row(session, params["show"])
    entity = ENTITIES[params["kind"]]
    query = session.query(entity).filter(entity.series_id == found.id)
    rows = query.options(selectinload(entity.releases)).order_by(entity.id).all()
    _remove(session, found, rows, params["seen"])
    return {"count": len(rows)}


def _remove(session: Any, show: Any, rows: list[Any], seen: bool) -> None:
    """Do what FlexGet's `remove_series_entity` does to one that it finds by parsing name and identifier.

    It finds the wrong one or none where these can't be parsed, and is slow for many.
    """
    titles = [release.title for row in rows for release in row.downloaded_releases]
    begin = show.begin
    for row in rows:
        if begin is None:
            # FlexGet works it out again from what it finds next.
            show.identified_by = ""
        session.delete(row)
        if row is begin:
            begin = None
    session.flush()
    if seen:
        for title in titles:
            fire_event("forget", title)


METHODS: dict[str, Method] = {
    "entities": entities,
    "entity": entity,
    "forget_entity": forget_entity,
    "forget_entities": forget_entities,
}
