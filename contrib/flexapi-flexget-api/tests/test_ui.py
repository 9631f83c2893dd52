"""FlexGet's web UI in Chromium, its files unmodified: log in, run a task and see it go on, and every page's main job."""

import base64
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from flexapi.testing.browser import ARGUMENTS, DESKTOP, HEADLESS
from flexapi.testing.live import PASSWORD, LiveServer

from .conftest import API

# Milliseconds that anything may take.
PATIENCE = 15_000


PHONE = {"width": 390, "height": 844}
DARK = "rgb(38, 50, 56)"


@pytest.fixture(scope="module")
def browser(require: Callable[[str, bool, str], None]) -> Iterator[Browser]:
    """Chromium."""
    require("browser", HEADLESS.exists(), f"there is no {HEADLESS}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=str(HEADLESS), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def page(browser: Browser, server: LiveServer) -> Page:
    """A page of the browser."""
    return browser.new_page(viewport=DESKTOP, base_url=server.url)


@pytest.fixture(scope="module")
def phone(browser: Browser, server: LiveServer) -> Page:
    """The UI on a phone whose system is dark, logged in."""
    server.run(tasks=["films"])
    page = browser.new_page(
        viewport=PHONE, base_url=server.url, is_mobile=True, has_touch=True, color_scheme="dark"
    )
    page.goto("/flexget/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Login").tap()
    expect(page.get_by_text("0 in Queue")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def ui(server: LiveServer, page: Page) -> Iterator[Page]:
    """The UI, logged in; runs have been, so that its pages have something to show."""
    for task in ("tv", "films"):
        server.run(tasks=[task])
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # The font of Google's is refused on purpose.
        if "Content Security Policy" in message.text and "fonts.googleapis" not in message.text:
            refused.append(message.text)

    page.on("console", listen)
    page.goto("/flexget/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_text("Version Info")).to_be_visible()
    yield page
    assert refused == []


def opened(ui: Page, name: str) -> Page:
    """The page that a link of the menu leads to."""
    ui.get_by_text(name, exact=True).first.click()
    return ui


def test_the_first_page_says_what_runs(ui: Page) -> None:
    ui.goto("/flexget/")
    expect(ui.get_by_text("Flexget: 3.22")).to_be_visible()
    expect(ui.get_by_text("0 in Queue")).to_be_visible()


def test_a_task_is_run_and_watched(ui: Page, server: LiveServer) -> None:
    page = opened(ui, "Tasks")
    expect(page.get_by_role("cell", name="films")).to_be_visible()
    page.get_by_role("button", name="Execute").click()
    page.get_by_placeholder("Select Tasks").fill("rejects")
    page.get_by_role("option", name="rejects").click()
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("tab", name="rejects")).to_be_visible()
    expect(page.get_by_text("Current Status: complete")).to_be_visible()
    expect(page.get_by_text("Phase: Finished")).to_be_visible()
    with server.client() as client:
        (latest,) = client.get("/api/execution?status=all&limit=1").json()["items"]
    assert latest["tasks"] == ["rejects"]


def test_the_log_is_shown(ui: Page) -> None:
    page = opened(ui, "Log")
    expect(page.get_by_text("Produced 5 entries.").first).to_be_visible()


def test_the_history_is_shown(ui: Page) -> None:
    expect(opened(ui, "History").get_by_text("Dune 2021 1080p")).to_be_visible()


def test_series_and_lists_are_shown(ui: Page) -> None:
    expect(opened(ui, "Series").get_by_text("Third", exact=True)).to_be_visible()
    expect(opened(ui, "Movie List").get_by_text("Dune (2021)").first).to_be_visible()
    expect(opened(ui, "Entry List").get_by_text("things").first).to_be_visible()
    expect(opened(ui, "Pending List").get_by_text("maybe").first).to_be_visible()


def test_the_config_is_edited(ui: Page, server: LiveServer) -> None:
    page = opened(ui, "Config")
    editor = page.locator(".monaco-editor").first
    expect(editor).to_contain_text("tasks:")
    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# of the UI\n")
    with page.expect_response(f"**{API}/server/raw_config*") as response:
        page.get_by_role("button", name="Save config").click()
    assert response.value.status == 200
    assert server.home.config.read_text().startswith("# of the UI\n")
    # A link of a page of the UI leads to it.
    page.goto("/flexget/history")
    expect(page.get_by_text("Dune 2021 1080p")).to_be_visible()
    with server.client() as client:
        shown = base64.b64decode(client.get(f"{API}/server/raw_config/").json()["raw_config"])
    assert shown == server.home.config.read_bytes()


def test_a_dark_system_has_the_dark_scheme(phone: Page, ui: Page) -> None:
    expect(phone.get_by_title("Light Mode")).to_be_visible()
    expect(phone.locator("body")).to_have_css("background-color", DARK)
    ui.goto("/flexget/")
    expect(ui.get_by_title("Dark Mode")).to_be_visible()
    expect(ui.locator("body")).not_to_have_css("background-color", DARK)


def test_a_phone_shows_what_the_log_says(phone: Page) -> None:
    phone.goto("/flexget/log")
    cell = phone.get_by_role("gridcell", name=re.compile("^Produced 2 entries")).first
    expect(cell).to_be_visible()
    box = cell.bounding_box()
    assert box is not None
    # Next to the time, its beginning is on the screen without moving the table.
    assert box["x"] < PHONE["width"] / 2
    assert box["width"] > 400
    assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")


def test_a_phone_does_the_main_job_of_each_page(phone: Page, server: LiveServer) -> None:
    phone.goto("/flexget/")
    for name, text in (
        ("History", "Dune 2021 1080p"),
        ("Movie List", "Dune (2021)"),
        ("Pending List", "maybe"),
        ("Config", "Save config"),
        ("Tasks", "Execute"),
    ):
        phone.get_by_label("toggle sidebar").tap()
        phone.locator(".MuiDrawer-root").get_by_text(name, exact=True).tap()
        expect(phone.get_by_text(text).first).to_be_visible()
        # The page itself is not wider than the screen.
        assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.get_by_role("button", name="Execute").tap()
    phone.get_by_placeholder("Select Tasks").fill("rejects")
    phone.get_by_role("option", name="rejects").tap()
    phone.locator("button[type=submit]").tap()
    expect(phone.get_by_text("Current Status: complete")).to_be_visible()
