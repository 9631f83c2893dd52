from flexget.components.seen.db import SeenEntry
from flexget.manager import Session


def seen(manager, params):
    with Session() as session:
        return {"count": session.query(SeenEntry).count()}


METHODS = {"seen": seen}
