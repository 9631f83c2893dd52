"""The documentation inside of FlexAPI: every page of it, and its search."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing import axe
from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.testing.process import ROOT
from flexapi.web.documentation import markdown

PAGES = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
# All have the colours of one style sheet, and looking at those of long tables takes seconds: one page with code has them looked at.
COLOURED = "plugins"
NO_COLOURS: dict[str, Any] = {"rules": {"color-contrast": {"enabled": False}}}


def address(page: str) -> str:
    return "/docs/" if page == "index" else f"/docs/{page}/"


def test_each_page_can_be_read(web_server: LiveServer, people: Any) -> None:
    # How one of them looks in the dark is tried where all pages are.
    person = people(web_server, "viewer")
    found = []
    for page in PAGES:
        assert person.page.goto(address(page)).status == 200
        options: dict[str, Any] = {} if page == COLOURED else NO_COLOURS
        for violation in axe.violations(person.page, **options):
            nodes = [node["html"][:150] for node in violation["nodes"][:3]]
            found.append((page, f"{violation['id']}: {violation['help']}: {nodes}"))
        for width in (320, 700, 1024):
            person.page.set_viewport_size({"width": width, "height": 800})
            over = person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                found.append((page, f"at {width}: {over} px too wide"))
    assert found == []
    assert person.complaints == []


def test_it_is_found_from_the_menu_and_a_link_leads_to_its_place(
    web_server: LiveServer, people: Any
) -> None:
    page = people(web_server, "viewer", viewport=PHONE).page
    page.goto("/")
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Documentation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Documentation")
    picture = page.locator("article img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    page.goto("/docs/settings/")
    page.locator("article").get_by_role("link", name="Single sign-on", exact=True).click()
    expect(page).to_have_url(re.compile("/docs/deployment/#single-sign-on$"))
    expect(page.locator(":target")).to_be_in_viewport()


def test_words_are_found_with_what_stands_around_them(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer")
    page = person.page
    page.goto("/docs/")
    page.get_by_label("Search the documentation").fill("wal sqlite writer")
    page.keyboard.press("Enter")
    hit = page.get_by_role("link", name="Several executions at once on one machine")
    expect(hit).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    assert axe.violations(page) == []
    hit.click()
    expect(page).to_have_url(re.compile("/docs/deployment/#several-executions"))
    page.goto("/docs/?q=<b>xyzzy</b>")
    expect(page.locator("main")).to_contain_text("Nothing has all of these words.")
    assert person.complaints == []


@pytest.mark.parametrize("name", ["nothing", "openapi-python-client", "README"])
def test_there_is_nothing_else(web_server: LiveServer, people: Any, name: str) -> None:
    assert people(web_server, "viewer").page.goto(f"/docs/{name}/").status == 404


def test_who_is_nobody_logs_in_first(web_server: LiveServer, people: Any) -> None:
    page = people(web_server).page
    page.goto("/docs/settings/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/docs/settings/"))


class TestMarkdown:
    def read(self, text: str, leads: str | None = "/there") -> markdown.Document:
        return markdown.read(text, lambda address: leads, lambda address: "/picture.png")

    def test_headings_have_the_anchors_of_github(self) -> None:
        text = "# One\n## What's `new`?\n## Twice\n## Twice\n## From POST to the browser\n"
        anchors = [section.anchor for section in self.read(text).sections]
        assert anchors == ["one", "whats-new", "twice", "twice-1", "from-post-to-the-browser"]

    def test_the_title_is_not_said_twice(self) -> None:
        document = self.read("<!-- made -->\n# One\n\nText.\n")
        assert (document.title, document.html) == ("One", "<p>Text.</p>\n")

    def test_a_link_to_what_is_not_here_is_text(self) -> None:
        shown = self.read("[the unit](../deploy/x.service)", None).html
        assert shown == '<p><span title="../deploy/x.service">the unit</span></p>\n'

    def test_cells_know_their_columns(self) -> None:
        shown = self.read("| a | b |\n|---|---|\n| 1 | `2` |\n").html
        assert '<td data-label="b"><code>2</code></td>' in shown

    def test_an_empty_cell_is_not_a_heading(self) -> None:
        assert "thead" not in self.read("| | |\n|---|---|\n| 1 | 2 |\n").html
        shown = self.read("| | b |\n|---|---|\n| 1 | 2 |\n").html
        assert "<td></td>\n<th>b</th>" in shown

    def test_code_is_shown_as_it_stands(self) -> None:
        shown = self.read("`<a_b>`\n\n    <script>\n").html
        assert "<code>&lt;a_<wbr>b&gt;</code>" in shown
        assert '<pre tabindex="0"><code>&lt;script&gt;\n</code></pre>' in shown
