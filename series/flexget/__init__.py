"""Methods of FlexGet's host: the series that FlexGet knows. They run where FlexGet does and import no Django.

`rows` says what shows, seasons, episodes and releases are as JSON. Lists take `limit` and `offset` and answer
`{"count", "items"}`. `show` and `id` are the ids of a show and of one of its seasons or episodes, which `kind` tells
apart (seasons, episodes). Where `seen` is true, what was downloaded of the removed may be downloaded again.
"""

from flexapi.engine.host.transactions import Method

from . import entities, releases, shows

METHODS: dict[str, Method] = {**shows.METHODS, **entities.METHODS, **releases.METHODS}
