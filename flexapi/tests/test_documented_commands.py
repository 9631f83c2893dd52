"""Every command of README.md and docs/ that isn't marked as one that can't be run does what the text says, on one server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.testing.live import LiveServer

from .documented import FEEDS, Reader, config
from .documents import TEXTS, Block, blocks

LANGUAGES = ("sh", "console")


def commands(path: Path) -> list[tuple[Block, str, str]]:
    return [
        (block, command, output)
        for block in blocks(path)
        if block.language in LANGUAGES and not block.excuse
        for command, output in block.commands()
    ]


# Each text is a walk from its beginning to its end.
WITH_COMMANDS = [path for path in TEXTS if commands(path)]


@pytest.fixture(scope="module")
def meant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, dict[str, str]]]:
    """A server, and last night's run of `tv`: 812 in the texts, in which 55301 was an entry."""
    server = LiveServer(tmp_path_factory.mktemp("documented"))
    server.home.config.write_text(config())
    (server.home.folder / "plugins").mkdir(exist_ok=True)
    (server.home.folder / "plugins" / "feeds.py").write_text(FEEDS)
    server.start()
    server.add_user("prometheus", "viewer")
    run = server.run(tasks=["tv"])["id"]
    with server.client() as client:
        entries = client.get(f"/api/execution/{run}/entries").json()["items"]
    yield server, {"812": str(run), "55301": str(entries[0]["id"])}
    server.end()


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=lambda path: path.stem)
def test_each_command_does_what_is_said(
    path: Path, meant: tuple[LiveServer, dict[str, str]], tmp_path: Path
) -> None:
    server, numbers = meant
    server.home.config.write_text(config())
    with server.client() as client:
        client.get("/api/config").raise_for_status()
        latest = client.get("/api/execution?status=all&trial=all&ordering=-id&limit=1").json()[
            "items"
        ][0]["id"]
    # To who has just begun, the first run is number 1.
    first = {"execution/1": f"execution/{latest + 1}"}
    reader = Reader(server, tmp_path, path, numbers | first)
    for block, command, output in commands(path):
        fault = reader.do(command, output)
        assert not fault, f"{block.place}: {command}\n{fault}"
