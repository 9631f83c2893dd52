"""A plugin of pytest: FlexGet's own tests of its API, over HTTP against FlexAPI.

    python -m pytest -p adapter --noconftest CHECKOUT/tests/api_tests

Their `api_client` is one of FlexAPI's; each test finds the config of its class and FlexGet's database as it is when it is
new. What a test writes into FlexGet's database by itself goes into that of the server. Tests that look behind the API in
other ways (mocks, FlexGet's manager) are skipped, and so are those that ask other services.
"""

import ast
import inspect
import json
import shutil
import sqlite3
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jsonschema
import pytest
from flexget.manager import Session
from flexget.plugin import load_plugins
from requests.utils import parse_header_links
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from flexapi.testing.live import PASSWORD, LiveServer

API = "/flexget/api"
# Their own fixtures want packages that FlexAPI does without; one file imports a class from there.
sys.modules["tests.conftest"] = types.ModuleType("tests.conftest")
sys.modules["tests.conftest"].MockManager = None  # type: ignore[attr-defined]
# What a test may ask for; anything else is FlexGet's inside.
FIXTURES = {"api_client", "execute_task", "schema_match", "link_headers", "config", "request"}
# Names by which a test reaches into FlexGet's process.
INSIDE = {"patch", "api_app", "MockManager"}


class Response:
    """An answer as Flask's test client has it."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content_type = response.headers.get("Content-Type")
        self.text = response.text

    def get_data(self, as_text: bool = False) -> str | bytes:
        """The body."""
        return self.text if as_text else self.text.encode()

    @property
    def data(self) -> bytes:
        """The body."""
        return self.text.encode()


class Client:
    """FlexGet's client of its tests, over HTTP; by name and password, as which FlexGet's API lets one change the password."""

    # As the tests before have left it.
    password = PASSWORD

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def ask(self, method: str, path: str, data: Any = None, headers: Any = None) -> Response:
        """Ask FlexAPI."""
        url = f"{API}/{path.lstrip('/')}"
        auth = ("admin", Client.password)
        answer = self.client.request(method, url, content=data, headers=headers, auth=auth)
        if path.strip("/") == "user" and answer.status_code == 200:
            Client.password = json.loads(data)["password"]
        return Response(answer)

    def as_json(self, method: str, path: str, data: Any = None, headers: Any = None) -> Response:
        """Ask with a body of JSON."""
        given = {"Content-Type": "application/json", **(headers or {})}
        return self.ask(method, path, data, given)

    def __getattr__(self, name: str) -> Callable[..., Response]:
        method = name.removeprefix("json_").upper()
        ask = self.as_json if name.startswith("json_") else self.ask
        return lambda path, **given: ask(method, path, **given)


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Skip what no HTTP client can do."""
    for item in items:
        reason = why_not(item)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def why_not(item: pytest.Function) -> str:
    """Why a test can't be run over HTTP; "" where it can."""
    if item.get_closest_marker("online"):
        return "asks another service"
    given = item.callspec.params if hasattr(item, "callspec") else {}
    wanted = set(inspect.signature(item.function).parameters) - {"self", *given}
    if wanted - FIXTURES:
        return f"wants {', '.join(sorted(wanted - FIXTURES))}"
    source = ast.parse(textwrap.dedent(inspect.getsource(item.function)))
    used = {node.id for node in ast.walk(source) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(source) if isinstance(node, ast.Attribute)}
    inside = sorted(used & INSIDE)
    return f"uses {', '.join(inside)}" if inside else ""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server, and FlexGet's database as a first run makes it."""
    # What some tests compare an answer with is asked of the plugins in their own process.
    load_plugins()
    started = LiveServer(tmp_path_factory.mktemp("flexget-tests"))
    started.home.write({"first": {"mock": []}})
    started.start()
    started.run(tasks=["first"])
    new = started.folder / "new"
    shutil.copytree(started.home.folder, new)
    forget_runs(new / "db-config.sqlite")
    yield started
    started.end()


def forget_runs(database: Path) -> None:
    """Leave of what a run has written the tables and what FlexGet knows of these."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            if table not in ("plugin_schema", "flexget_version"):
                connection.execute(f'DELETE FROM "{table}"')


@pytest.fixture
def fresh(server: LiveServer, request: pytest.FixtureRequest) -> LiveServer:
    """The server with the config of the test's class and an empty database of FlexGet."""
    for file in server.home.folder.glob("db-config.sqlite*"):
        file.unlink()
    for file in (server.folder / "new").glob("db-config.sqlite*"):
        shutil.copy(file, server.home.folder)
    # Each session opens the file: between two tests it becomes another one.
    database = create_engine(f"sqlite:///{server.home.folder}/db-config.sqlite", poolclass=NullPool)
    Session.configure(bind=database)
    text = str(getattr(request.cls, "config", "tasks: {}"))
    server.home.config.write_text(textwrap.dedent(text))
    return server


@pytest.fixture
def api_client(fresh: LiveServer) -> Iterator[Client]:
    """FlexGet's client."""
    with httpx.Client(base_url=fresh.url, timeout=60) as client:
        yield Client(client)


@pytest.fixture
def execute_task(fresh: LiveServer) -> Callable[[str], Any]:
    """FlexGet's way to run a task; of what came of it, the tests count the accepted entries."""

    def run(name: str) -> Any:
        accepted = fresh.run(tasks=[name])["summary"]["accepted"]
        return types.SimpleNamespace(accepted=[None] * accepted)

    return run


@pytest.fixture
def schema_match() -> Callable[[Any, Any], list[Any]]:
    """What of an answer is not as FlexGet's schema says."""
    return lambda schema, answer: list(jsonschema.Draft202012Validator(schema).iter_errors(answer))


@pytest.fixture
def link_headers() -> Callable[[Response], dict[str, dict[str, Any]]]:
    """The pages that an answer links to, by what they are to it."""

    def parsed(response: Response) -> dict[str, dict[str, Any]]:
        found = {}
        for link in parse_header_links(response.headers["Link"]):
            query = dict(parse_qsl(urlsplit(link["url"]).query))
            numbers = {name: int(query[name]) for name in ("page", "per_page") if name in query}
            found[link["rel"]] = numbers
        return found

    return parsed
