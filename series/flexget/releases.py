"""Releases of a season or an episode: listed, read, forgotten, taken for not downloaded.

As in FlexGet's own API, one that is forgotten with `seen` need not count as downloaded.
"""

from typing import Any

from flexget.event import fire_event
from sqlalchemy import func

from flexapi.engine.host.transactions import Method, Params, on_database

from .rows import OWNERS, RELEASES, entity_row, release_as_json, release_row


@on_database
def releases(session: Any, params: Params) -> dict[str, Any]:
    """List releases: kind, show, id, downloaded (or null), order_by (a column), descending, limit, offset."""
    query = _releases(session, params)
    model = RELEASES[params["kind"]]
    column = getattr(model, params["order_by"])
    order = column.desc() if params["descending"] else column
    page = query.order_by(order, model.id).limit(params["limit"]).offset(params["offset"])
    return {"count": query.count(), "items": [release_as_json(row) for row in page]}


@on_database
def release(session: Any, params: Params) -> dict[str, Any]:
    """Return one release: kind, show, id, release."""
    return release_as_json(release_row(session, params))


@on_database(of=release)
def forget_release(session: Any, params: Params) -> None:
    """Remove one release: kind, show, id, release, seen."""
    _remove(session, [release_row(session, params)], params["seen"])


@on_database
def forget_releases(session: Any, params: Params) -> dict[str, int]:
    """Remove releases: kind, show, id, downloaded (or null), seen. Return `{"count"}`."""
    rows = _releases(session, params).all()
    _remove(session, rows, params["seen"])
    return {"count": len(rows)}


@on_database
def reset_release(session: Any, params: Params) -> dict[str, Any]:
    """Take a release for not downloaded: kind, show, id, release."""
    found = release_row(session, params)
    found.downloaded = False
    return release_as_json(found)


@on_database
def reset_releases(session: Any, params: Params) -> dict[str, int]:
    """Take all releases for not downloaded: kind, show, id. Return `{"count"}` of those that were."""
    rows = _releases(session, params | {"downloaded": True}).all()
    for found in rows:
        found.downloaded = False
    return {"count": len(rows)}


def _releases(session: Any, params: Params) -> Any:
    owner = entity_row(session, params)
    model = RELEASES[params["kind"]]
    query = session.query(model).filter(OWNERS[params["kind"]] == owner.id)
    if params["downloaded"] is not None:
        downloaded = func.coalesce(model.downloaded, False)
        query = query.filter(downloaded if params["downloaded"] else ~downloaded)
    return query


def _remove(session: Any, rows: list[Any], seen: bool) -> None:
    titles = [row.title for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    if seen:
        for title in titles:
            fire_event("forget", title)


METHODS: dict[str, Method] = {
    "releases": releases,
    "release": release,
    "forget_release": forget_release,
    "forget_releases": forget_releases,
    "reset_release": reset_release,
    "reset_releases": reset_releases,
}
