"""A method of the tests' host, which renews who stands ready as soon as nothing has run for a moment."""

from flexapi.engine.host import children, service
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Method, Params


def renew_after(manager: WarmManager, params: Params) -> None:
    """Set the seconds without a run, from the next run on, and the pages that the host may have to itself."""
    service.QUIET = params["quiet"]
    children.MOST_FAULTS = params["faults"]


METHODS: dict[str, Method] = {"renew_after": renew_after}
