from flexget.components.seen.db import SeenEntry

from flexapi.engine.host.transactions import on_database


@on_database
def seen(session, params):
    return {"count": session.query(SeenEntry).count()}


METHODS = {"seen": seen}
