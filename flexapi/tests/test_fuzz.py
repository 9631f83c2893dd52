"""A short run of requests made from the OpenAPI document, as each role; `make fuzz` is the long one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from flexapi.testing.fuzz import NOBODY, ROLES, Outcome, fuzz, known_to, populate
from flexapi.testing.live import LiveServer

# They are mostly refused, as test_access.py tries at each door.
SHARING = (NOBODY, "operator")
ALONE = ("/api/server/reload", "/api/database/vacuum")


def paths_of_others(role: str, paths: Iterable[str]) -> list[str]:
    """Return the paths that a role leaves to the other one of SHARING; `make fuzz` has every role ask for all."""
    if role not in SHARING:
        return []
    return [path for turn, path in enumerate(paths) if turn % len(SHARING) != SHARING.index(role)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that has something of everything."""
    server = LiveServer(tmp_path_factory.mktemp("fuzz"))
    server.start()
    populate(server)
    yield server
    server.end()


def test_whatever_a_role_asks_is_answered_as_the_document_says(server: LiveServer) -> None:
    with server.client() as client:
        paths = client.get("/api/schema").json()["paths"]
    for role in ROLES:
        if role != NOBODY:
            server.token(role)

    known = known_to(server, "viewer")
    there_not = {path for path in paths if "{" in path} - known.keys()
    # FlexGet remembers rejections for plugins that ask the internet, as accounts of Trakt do; nothing is connected to IRC,
    # what plugins keep is reset by admins, and nobody is told of anything.
    absent = ("/api/rejected/", "/api/trakt/", "/api/irc/", "/api/database/", "/api/notifications/")
    assert there_not <= {path for path in paths if path.startswith(absent)}

    def asked(role: str) -> Outcome:
        if role == "viewer":
            # What is read is there, and stays.
            return fuzz(server, role, "fuzzing", 1, "--mode", "positive", known=known)
        # Who may do most goes from answer to answer as well: makes a thing, reads it, deletes it.
        phases = "fuzzing,stateful" if role == "editor" else "fuzzing"
        # These make others, who ask at the same time, wait for FlexGet, or be told to.
        left_out = {*ALONE, *paths_of_others(role, paths)}
        excluded = [word for path in sorted(left_out) for word in ("--exclude-path", path)]
        return fuzz(server, role, phases, 1, *excluded)

    with ThreadPoolExecutor(2) as threads:
        # The viewer first, before others delete what is read.
        outcomes = list(threads.map(asked, ("viewer",)))
        outcomes += threads.map(asked, [role for role in ROLES if role != "viewer"])
    for outcome in outcomes:
        assert not outcome.faults, f"{outcome.role}: {outcome.faults}"
        assert outcome.cases > len(paths) - len(paths_of_others(outcome.role, paths)), outcome
