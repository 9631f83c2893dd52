"""The pages in a language that is written from right to left: they are mirrored, and fit; config and log are not mirrored."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from flexapi.testing.browser import DESKTOP, PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import TASKS

PAGES = (
    *("/", "/tasks/", "/tasks/hello/", "/config/", "/executions/", "/schedules/", "/statistics/"),
    *("/movie_queue/", "/notifications/", "/hooks/", "/system/", "/account/", "/accounts/login/"),
)
# Where the text of an element begins.
SIDE = "(element) => getComputedStyle(element).direction"


@pytest.fixture(scope="module")
def arabic_server(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that has Arabic among its languages."""
    server = LiveServer(tmp_path_factory.mktemp("arabic"))
    server.environment["DJANGO_SETTINGS_MODULE"] = "flexapi.web.tests.right_to_left"
    server.home.write(TASKS, schedules=False)
    server.start()
    yield server
    server.end()


def test_pages_are_mirrored_and_fit(arabic_server: LiveServer, people: Any) -> None:
    arabic_server.run(tasks=["hello"])
    person = people(arabic_server, "admin", locale="ar-EG", timezone_id="Africa/Cairo")
    page, faults = person.page, []
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        root = page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ar", "rtl"), path
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                faults.append(f"{path} at {size['width']}: {over} px too wide")
            if folder := os.environ.get("FLEXAPI_TEST_PICTURES"):
                page.screenshot(
                    path=f"{folder}/{path.strip('/').replace('/', '_') or 'home'}-{size['width']}.png"
                )
    assert not faults, "\n".join(faults)
    assert person.complaints == []


def test_the_brand_is_at_the_right_and_the_config_reads_from_the_left(
    arabic_server: LiveServer, people: Any
) -> None:
    page = people(arabic_server, "admin", locale="ar-EG").page
    page.goto("/config/")
    editor = page.locator(".cm-editor").first
    editor.wait_for()
    assert editor.evaluate(SIDE) == "ltr"
    assert page.locator("main").evaluate(SIDE) == "rtl"
    brand, width = page.locator(".brand").bounding_box(), page.viewport_size["width"]
    assert brand["x"] > width / 2
