"""Methods of FlexGet's host: what FlexGet remembers, and its lists. It runs where FlexGet does and imports no Django.

Each resource has the methods of its `tables.Table`, under its name in the API: `seen.page`, `failed.delete`, … Times
are local, as FlexGet stores them, with their offset.
"""

from . import (
    database,
    entry_list,
    failed,
    movie_list,
    pending,
    pending_list,
    rejected,
    seen,
    trakt,
    variables,
)

METHODS = {
    **database.METHODS,
    **seen.METHODS,
    **failed.METHODS,
    **rejected.METHODS,
    **pending.METHODS,
    **entry_list.METHODS,
    **movie_list.METHODS,
    **pending_list.METHODS,
    **trakt.METHODS,
    **variables.METHODS,
}
