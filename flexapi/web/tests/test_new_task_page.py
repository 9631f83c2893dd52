"""From a config without tasks to a series that is taken: by the new-task page, and by completion alone in the editor."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from flexapi.testing import axe
from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.testing.site import Site, serving
from flexapi.web.tests.conftest import other_config

# Each journey has a show of its own: FlexGet takes an episode once, and none that is older.
DESK, SMALL, WRITTEN = "Pioneer One", "Night Train", "Sunrise Hour"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as served:
        for number, show in enumerate((DESK, SMALL, WRITTEN)):
            titles = [f"{show} S01E01 720p", f"{show} S01E01 480p", "Other S01E01 720p"]
            served.feed(f"/tv{number}", *titles)
        yield served


@pytest.fixture
def empty(web_server: LiveServer) -> Iterator[Path]:
    """The config without tasks; those of other tests come back afterwards."""
    with other_config(web_server, "# Mine.\nschedules: no\n"):
        yield web_server.home.config


def fits(page: Any) -> bool:
    """Whether nothing stands out at the side."""
    script = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(page.evaluate(script))


def taken(page: Any, show: str) -> None:
    """Wait until the execution on this page has taken the episode, and only that."""
    page.wait_for_url("**/executions/*/")
    page.get_by_role("tab", name="Entries").click()
    accepted = page.locator("li.entry", has=page.locator(".status.accepted"))
    expect(accepted).to_have_count(1)
    expect(accepted).to_contain_text(f"{show} S01E01")
    expect(accepted).to_contain_text("720p")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_a_series_from_a_template(
    web_server: LiveServer, people: Any, empty: Path, site: Site, tmp_path: Path, viewport: Any
) -> None:
    options = {"viewport": viewport} if viewport else {"color_scheme": "dark"}
    person = people(web_server, "editor", **options)
    page = person.page
    asked: list[str] = []
    page.goto("/tasks/")
    page.get_by_role("link", name="Add a task").click()
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="Series from a feed").click()
    preview = page.get_by_role("region", name="What will be in the config")
    expect(preview).to_contain_text("rss: …")
    # What it says at first is one request for the text alone: nothing can be checked yet.
    assert len([url for url in asked if "/render" in url]) == 1
    page.get_by_label("Name of the task").fill("shows: new")
    page.get_by_role("button", name="Add the task").click()
    expect(page.get_by_label("Address of the feed")).to_be_focused()
    expect(page.get_by_text("This has to be filled in.").first).to_be_visible()
    show, number = (SMALL, 1) if viewport else (DESK, 0)
    page.get_by_label("Address of the feed").fill("not an address")
    page.get_by_label("Names of the shows").fill(show)
    page.get_by_role("textbox", name="Folder", exact=True).fill(str(tmp_path))
    expect(page.get_by_role("region", name="The task")).to_contain_text("not an address")
    expect(page.locator(".said .callout.failed")).to_be_visible()
    page.get_by_label("Address of the feed").fill(f"{site.url}/tv{number}")
    page.get_by_label("Quality").fill("720p+")
    expect(page.locator(".said")).to_contain_text("FlexGet has nothing against it.")
    expect(preview).to_contain_text("'shows: new':")
    assert fits(page)
    assert axe.violations(page) == []

    # Tried before it is saved: nothing is downloaded.
    trial = page.get_by_role("region", name="Try it")
    trial.get_by_role("button", name="Try").click()
    expect(trial.get_by_role("status")).to_contain_text("1 accepted")
    assert list(tmp_path.iterdir()) == []

    page.get_by_label("When it runs").select_option("every day at …")
    page.get_by_label("Time of day").fill("04:30")
    page.get_by_role("button", name="Add the task").click()
    expect(page.get_by_text("It runs every day at 04:30.")).to_be_visible()
    text = empty.read_text()
    assert "# Mine.\n" in text
    assert "# Each new episode of these shows, once.\n" in text
    config = yaml.safe_load(text)
    assert config["tasks"] == {
        "shows: new": {
            "rss": f"{site.url}/tv{number}",
            "quality": "720p+",
            "series": [show],
            "download": str(tmp_path),
        }
    }
    assert config["schedules"] == [{"tasks": ["shows: new"], "schedule": {"hour": 4, "minute": 30}}]
    page.get_by_role("button", name="Run it now").click()
    taken(page, show)
    assert len(list(tmp_path.iterdir())) == 1
    assert [line for line in person.complaints if "400" not in line] == []
    assert person.foreign == []


def test_who_may_not_add_is_told(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "operator").page
    answer = page.goto("/tasks/new/")
    assert answer.status == 403
    page.goto("/tasks/")
    expect(page.get_by_role("link", name="Add a task")).to_have_count(0)


def test_a_list_of_templates(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "editor", viewport={"width": 320, "height": 700}).page
    page.goto("/tasks/new/")
    rows = page.get_by_role("region", name="What should it do?").get_by_role("link")
    expect(rows).to_have_count(11)
    assert fits(page)
    rows.first.click()
    page.get_by_role("combobox", name="What to do with it").select_option("Give it to Deluge")
    expect(page.get_by_role("spinbutton", name="Port")).to_have_value("58846")
    expect(page.locator("#field-deluge_password")).to_have_attribute("type", "password")
    page.get_by_role("link", name="Start from something else").click()
    expect(rows.first).to_be_visible()


class Writer:
    """Somebody who writes in the editor and takes every word that it offers."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def take(self, typed: str, word: str) -> None:
        """Type the beginning of a word and take what is offered."""
        self.page.keyboard.type(typed)
        option = self.page.get_by_role("option", name=re.compile(rf"^{word}\b")).first
        expect(option).to_be_visible()
        option.click()

    def line(self, back: int = 0) -> None:
        """Go on in the next line, so many steps further left."""
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Enter")
        for _ in range(back):
            self.page.keyboard.press("Backspace")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def test_a_series_by_completion_alone(
    web_server: LiveServer, people: Any, empty: Path, site: Site, tmp_path: Path
) -> None:
    empty.write_text("")
    person = people(web_server, "editor")
    page = person.page
    page.goto("/config/")
    editor = page.get_by_role("textbox", name="Config")
    expect(page.locator("#problems .state")).to_have_text(re.compile("against|look at"))
    editor.click()
    write = Writer(page)
    write.take("ta", "tasks")
    write.line()
    write.type("shows:")
    write.line()
    write.take("rs", "rss")
    write.type(f"{site.url}/tv2")
    write.line()
    write.take("qua", "quality")
    write.type("720p")
    write.line()
    write.take("ser", "series")
    write.line()
    write.type(f"- {WRITTEN}")
    write.line(back=1)
    write.take("down", "download")
    write.type(str(tmp_path))
    page.keyboard.press("Escape")
    expect(page.locator("#problems .state")).to_have_text("FlexGet has nothing against it.")
    page.keyboard.press("ControlOrMeta+s")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    assert yaml.safe_load(empty.read_text()) == {
        "tasks": {
            "shows": {
                "rss": f"{site.url}/tv2",
                "quality": "720p",
                "series": [WRITTEN],
                "download": str(tmp_path),
            }
        }
    }
    page.goto("/tasks/")
    page.get_by_role("button", name="Run shows").first.click()
    taken(page, WRITTEN)
    assert len(list(tmp_path.iterdir())) == 1
    assert person.complaints == []
