"""Methods of the tests' host: many rows, made by FlexGet's own functions, and what a method costs."""

import os
import signal
import time
from typing import Any

from flexget.components.failed.db import FailedEntry
from flexget.components.managed_lists.lists.entry_list.db import DBEntrySet
from flexget.components.managed_lists.lists.movie_list.movie_list import MovieList
from flexget.components.managed_lists.lists.pending_list.pending_list import PendingListSet
from flexget.components.pending_approval.db import PendingEntry
from flexget.components.rejected.db import RememberEntry, RememberTask
from flexget.components.seen import db as seen
from flexget.components.trakt import db as trakt
from flexget.entry import Entry
from flexget.manager import Manager
from sqlalchemy import event

from flexapi.engine.host import methods
from flexapi.engine.host.errands import alone, errand, tell
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Method, Params, on_database


@on_database
def fill(session: Any, params: Params) -> None:
    """Put `params["rows"]` rows into every table, and into one list of each kind, called many."""
    task = RememberTask(name="many")
    for number in range(params["rows"]):
        title, url = f"Title {number}", f"http://localhost/{number}"
        entry = Entry(title=title, url=url, movie_name=title, movie_year=2000, imdb_id=str(number))
        seen.add(title, "many", {"title": title, "url": url}, session=session)
        session.add(FailedEntry(title, url, "it broke"))
        task.entries.append(RememberEntry(title=title, url=url))
        session.add(PendingEntry("many", entry))
        for made in (DBEntrySet("many"), MovieList("many"), PendingListSet("many")):
            made.add(entry)
        for name in (DBEntrySet, MovieList, PendingListSet):
            name(f"list {number}")
    session.add(task)


def statements(manager: Manager, params: Params) -> list[str]:
    """Call the method `params["method"]` with `params["params"]`; return the SQL that it sent."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(manager.engine, "before_cursor_execute", note)
    try:
        methods.call(manager, params["method"], params["params"])
    finally:
        event.remove(manager.engine, "before_cursor_execute", note)
    return sent


@errand
def dally(manager: WarmManager, params: Params) -> None:
    """Hold FlexGet's lock for `params["seconds"]`; say so when it is held."""
    with alone(manager):
        tell(what="held")
        time.sleep(params["seconds"])


@errand
def die(manager: WarmManager, params: Params) -> None:
    """Say something and be killed."""
    tell(what="soon")
    os.kill(os.getpid(), signal.SIGKILL)


def trakt_at(manager: Manager, params: Params) -> None:
    """Have FlexGet find Trakt's API at `params["url"]`."""
    trakt.API_URL = params["url"]


METHODS: dict[str, Method] = {
    "fill": fill,
    "statements": statements,
    "dally": dally,
    "die": die,
    "trakt_at": trakt_at,
}
