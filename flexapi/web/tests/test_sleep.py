"""A page whose connection died without a word: its machine slept, or a router forgot it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import count_of, start
from flexapi.web.tests.test_log_viewer import RECORD


class Wire:
    """The sockets of a page's log, relayed; after `cut()` those that are open hear nothing any more, not even a close."""

    def __init__(self, page: Any) -> None:
        self.urls: list[str] = []
        self._cut = 0
        page.route_web_socket(re.compile(r"/ws/execution/\d+/log/"), self._relay)

    def cut(self) -> None:
        self._cut = len(self.urls)

    def _relay(self, route: Any) -> None:
        self.urls.append(route.url)
        number = len(self.urls)
        server = route.connect_to_server()

        def close(code: int | None, reason: str | None) -> None:
            if number > self._cut:
                route.close(code=code, reason=reason)

        server.on_message(lambda message: number > self._cut and route.send(message))
        server.on_close(close)


@pytest.fixture
def watching(web_server: LiveServer, people: Any) -> Any:
    """A page at a run that goes on after its connection is cut, the run's id, and the wire."""
    page = people(web_server, "operator").page
    wire = Wire(page)
    # After that, so that it is the page's end of the wire that is recorded.
    page.add_init_script(RECORD)
    page.clock.install()
    execution = start(web_server, "endless")
    page.goto(f"/executions/{execution}/")
    expect(page.locator("#log")).to_contain_text(re.compile(r"line \d\d"))
    wire.cut()
    page.evaluate("0")  # Whatever is on its way to the page is there now.
    yield page, execution, wire
    end(web_server, execution)


def end(server: LiveServer, execution: int) -> None:
    """Abort the run and wait for its last line."""
    with server.client() as client:
        client.post(f"/api/execution/{execution}/abort")
        client.get(f"/api/execution/{execution}/log").raise_for_status()


def assert_complete(page: Any) -> None:
    """The page has each line once, to the last one."""
    expect(page.locator("#connection")).to_have_text("")
    expect(page.locator("#log")).to_contain_text("the abort phase ran")
    last = count_of(page.locator("#shown").inner_text())
    assert page.evaluate("window.received") == list(range(1, last + 1))


def test_the_machine_slept(web_server: LiveServer, watching: Any) -> None:
    page, execution, wire = watching
    seen = page.evaluate("window.received.length")
    end(web_server, execution)
    expect(page.locator("#connection")).to_have_text("Live")  # It knows no better.
    page.clock.fast_forward("10:00")
    assert_complete(page)
    assert [url.partition("?")[2] for url in wire.urls] == ["after=0", f"after={seen}"]
    resumed = page.locator("#resumed").inner_text()
    assert re.search(r"after 60\d s; went on after line .*, nothing was missed", resumed), resumed


def test_a_router_forgot_the_connection(web_server: LiveServer, watching: Any) -> None:
    page, execution, wire = watching
    for _ in range(10):  # Two looks: there is more there, and no more here.
        with page.expect_response(f"**/api/execution/{execution}"):
            page.clock.run_for(4000)
        if len(wire.urls) > 1:
            break
    expect(page.locator("#resumed")).to_contain_text("nothing was missed")
    end(web_server, execution)
    assert_complete(page)
    assert len(wire.urls) == 2


def test_offline_for_a_while(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "operator")
    page = person.page
    page.add_init_script(RECORD)
    execution = start(web_server, "endless")
    page.goto(f"/executions/{execution}/")
    expect(page.locator("#log")).to_contain_text(re.compile(r"line \d\d"))
    person.context.set_offline(True)
    before = page.evaluate("window.received.length")
    end(web_server, execution)
    assert page.evaluate("window.received.length") == before
    person.context.set_offline(False)
    assert_complete(page)
