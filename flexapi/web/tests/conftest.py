"""Fixtures of the pages' tests: a real server, a real browser, and a person at it."""

import os
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import httpx
import pytest
from playwright import sync_api as playwright

from flexapi.testing import movie_services
from flexapi.testing.browser import ARGUMENTS, CHROMIUM, DESKTOP, HEADLESS
from flexapi.testing.flexget_home import accepting, mock
from flexapi.testing.live import PASSWORD, START_TIMEOUT, LiveServer, own_server

__all__ = ["own_server"]

ROLES = ("viewer", "operator", "editor")
# Milliseconds that anything on a page may take.
PATIENCE = 15_000
OFTEN_ASKED = re.compile(r"/api/(server(/summary)?|config(_files/\d+)?/check(\?.*)?)$")

TASKS: dict[str, Any] = {
    "hello": {
        **mock("Sintel 2010 720p", "Sintel 2010 cam", "Tears of Steel trailer"),
        "regexp": {"accept": ["720p"], "reject": ["cam"]},
    },
    "leads": accepting(run_task={"task": "hello"}),
    "lines": accepting(misbehave={"lines": 300}),
    "slow": accepting(misbehave={"lines": 120, "seconds": 0.05}),
    "endless": accepting(misbehave={"lines": 6000, "seconds": 0.01}),
    "wide": accepting(misbehave="megabyte"),
    "broken": accepting(misbehave="raise"),
    "100% [odd] / names": accepting("odd"),
    "_resting": accepting("rest"),
    "grab": {
        **mock("Sintel.2010.1080p"),
        "movie_queue": {"action": "accept", "queue_name": "grabs"},
    },
}


# What people make, and what FlexGet keeps in tables that pages show; by the field that leads to one of them.
MADE = {
    **dict.fromkeys(("/api/hooks",), "name"),
    **dict.fromkeys(("/api/notifications", "/api/movie_queue", "/api/movie_queue/grabbed"), "id"),
    **dict.fromkeys(("/api/seen", "/api/failed", "/api/rejected", "/api/pending"), "id"),
    **dict.fromkeys(
        ("/api/series", "/api/entry_list", "/api/movie_list", "/api/pending_list"), "id"
    ),
}

# A FlexGet plugin that has FlexGet find Trakt where a file says.
TRAKT_ELSEWHERE = """
from pathlib import Path
from flexget.components.trakt import db

plain = db.get_api_url

def get_api_url(*endpoint):
    db.API_URL = Path(__file__).with_name("trakt.url").read_text()
    return plain(*endpoint)

db.get_api_url = get_api_url
"""


@pytest.fixture(scope="package")
def driver(require: Callable[[str, bool, str], None]) -> Iterator[Any]:
    """What drives browsers."""
    require("browser", HEADLESS.exists(), f"there is no {HEADLESS}")
    # Playwright's loop stands in this thread as long as the browser is open; Django takes that for asynchronous code, and
    # would refuse its database to the tests of the package that do without a server.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    playwright.expect.set_options(timeout=PATIENCE)
    with playwright.sync_playwright() as started:
        yield started
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def chromium(driver: Any) -> Iterator[Any]:
    """The browser."""
    browser = driver.chromium.launch(executable_path=str(HEADLESS), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def whole_chromium(driver: Any) -> Iterator[Any]:
    """The browser with all that it shows outside of pages, such as notifications."""
    browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def their_browser(chromium: Any) -> Any:
    """The browser that `people` sit at; a module of tests may need another."""
    return chromium


# The server that the files of tests share, and the text of its config.
SHARED: "pytest.StashKey[tuple[LiveServer, str]]" = pytest.StashKey()


@pytest.fixture(scope="package")
def web_server(
    chromium: Any, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A server with some tasks and a user of each role, whose password is `PASSWORD`."""
    server = LiveServer(tmp_path_factory.mktemp("web"))
    server.home.write(TASKS, schedules=False)
    (server.home.folder / "plugins" / "elsewhere.py").write_text(TRAKT_ELSEWHERE)
    (server.home.folder / "plugins" / "movies.py").write_text(movie_services.ELSEWHERE)
    server.start()
    server.add_users({role: role for role in ROLES})
    request.session.stash[SHARED] = server, server.home.config.read_text()
    yield server
    del request.session.stash[SHARED]
    server.end()


@pytest.fixture(scope="module", autouse=True)
def _as_it_began(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave the server that the files of tests share as each of them expects it, in whichever order they come."""
    yield
    shared = request.session.stash.get(SHARED, None)
    if shared is not None:
        server, config = shared
        remove_all(server, *MADE)
        if server.home.config.read_text() != config:
            server.write_config(config)


def remove_all(server: LiveServer, *paths: str) -> None:
    """Remove all that is listed at some of the places in `MADE`."""
    with server.client() as client:
        for path in paths:
            for item in client.get(path, params={"limit": 500}).raise_for_status().json()["items"]:
                client.delete(f"{path}/{item[MADE[path]]}").raise_for_status()


@contextmanager
def other_config(server: LiveServer, text: str) -> Iterator[None]:
    """Have the server work with another config; that of other tests comes back afterwards."""
    before = server.home.config.read_text()
    server.write_config(text)
    try:
        yield
    finally:
        server.write_config(before)


@contextmanager
def broken_config(server: LiveServer, text: str) -> Iterator[None]:
    """Have the server find a config that can't be read; that of other tests comes back afterwards."""
    before = server.home.config.read_text()
    server.home.config.write_text(text)
    try:
        wait_until_broken(server)
        yield
    finally:
        server.write_config(before)


def wait_until_broken(server: LiveServer) -> None:
    """Wait until the server knows that its config can't be read: pages that are drawn from then on say so."""
    deadline = time.monotonic() + START_TIMEOUT
    with server.client() as client:
        while client.get("/api/server").json()["object"]["config"]["state"] != "broken":
            assert time.monotonic() < deadline, "the server works with the config before"


PEOPLE: "pytest.StashKey[list[Person]]" = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show what people had before them where a test failed."""
    report = yield
    if report.failed:
        present: list[Person] = item.stash.get(PEOPLE, [])
        for number, person in enumerate(present, 1):
            report.sections.append((f"What person {number} sees", person.report()))
    return report


class Person:
    """Somebody with a browser. What pages complain about is collected in `complaints`."""

    sessions: ClassVar[dict[tuple[str, str], Any]] = {}

    def __init__(self, browser: Any, server: LiveServer, **options: Any) -> None:
        self.server = server
        options.setdefault("viewport", DESKTOP)
        self.context = browser.new_context(base_url=server.url, **options)
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page = self.open()

    def open(self) -> Any:
        """Open another tab."""
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._on_request)
        return page

    def _on_console(self, message: Any) -> None:
        place = message.location.get("url", "")
        # Pages ask these time and again, and live with an answer that takes too long on a busy machine.
        busy = "status of 503" in message.text and OFTEN_ASKED.search(place)
        if message.type in ("error", "warning") and not busy:
            self.complaints.append(f"{message.text} ({place})")

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.foreign.append(request.url)

    def log_in(self, name: str) -> "Person":
        """Be logged in, with no page open yet: once per user, as more often looks like guessing passwords."""
        if (self.server.url, name) not in self.sessions:
            body = {"username": name, "password": PASSWORD}
            with httpx.Client(base_url=self.server.url, timeout=60) as client:
                client.post("/api/auth/login", json=body).raise_for_status()
                cookies = dict(client.cookies)
            self.sessions[self.server.url, name] = [
                {"name": key, "value": value, "url": self.server.url}
                for key, value in cookies.items()
            ]
        self.context.add_cookies(self.sessions[self.server.url, name])
        return self

    def report(self) -> str:
        """Return what each tab shows, and what it complained about."""
        shown = []
        for page in self.context.pages:
            try:
                text = page.locator("body").inner_text(timeout=1000)
            except playwright.Error as error:
                text = str(error)
            shown.append(f"{page.url}\n{text[:2000]}")
        return "\n\n".join([*shown, *self.complaints])

    def front(self) -> Any:
        """Open the first page."""
        self.page.goto("/")
        return self.page

    def watch(self, execution: int) -> Any:
        """Open an execution's page, and wait until it is connected or complete."""
        self.page.goto(f"/executions/{execution}/")
        playwright.expect(self.page.locator("#shown")).to_have_text(re.compile("[1-9].* line"))
        return self.page


@pytest.fixture
def people(their_browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """`people(server, "viewer")`: somebody who is logged in, and has no page open; without a name, nobody yet."""
    made: list[Person] = request.node.stash.setdefault(PEOPLE, [])

    def make(server: LiveServer, name: str | None = None, **options: Any) -> Person:
        person = Person(their_browser, server, **options)
        made.append(person)
        return person.log_in(name) if name else person

    yield make
    for person in made:
        person.context.close()


def start(server: LiveServer, *tasks: str, **options: Any) -> int:
    """Queue a run; return the id of the execution."""
    with server.client() as client:
        answer = client.post("/api/execution", json={"tasks": list(tasks), **options})
        answer.raise_for_status()
        number: int = answer.json()["object"]["id"]
        return number


def shown_numbers(page: Any) -> list[int]:
    """The numbers of the lines that are elements now, in their order on the page."""
    texts: list[str] = page.locator("#log .number").all_text_contents()
    return [int(text) for text in texts]


def count_of(text: str) -> int:
    """The first number in a text."""
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found.group().replace(",", ""))
