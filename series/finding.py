"""Shows, for the search of everything."""

from flexapi.api.engine_calls import ask
from flexapi.api.errors import ServiceUnavailable
from flexapi.api.search import Hit
from flexapi.engine import instance
from flexapi.phrases import phrase


def find(text: str, limit: int) -> list[Hit]:
    """Return some that have a text in their names. Raises ServiceUnavailable, at once while FlexGet is loading."""
    if instance.engine().state.name != "ready":
        # Whoever types on will find some.
        instance.engine().load()
        raise ServiceUnavailable(phrase("FlexGet is not ready."))
    page = ask(
        "series.shows",
        search=text.replace("\x00", ""),
        in_config="all",
        premieres=False,
        order_by="name",
        descending=False,
        limit=limit,
        offset=0,
    )
    return [Hit(str(show["id"]), show["name"], _latest(show)) for show in page["items"]]


def _latest(show: dict[str, object]) -> str:
    latest = show["latest_entity"]
    return f"latest: {latest['identifier']}" if isinstance(latest, dict) else ""
