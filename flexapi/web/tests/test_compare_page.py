"""Two runs of a task compared in the browser, and an entry that is taken all the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import other_config
from flexapi.web.tests.test_accessibility import violations

TEXT = """\
tasks:
  compared:
    mock:
      - {title: Compared 1080p, url: "http://compared.page/1"}
      - {title: Compared cam, url: "http://compared.page/2"}
    regexp: {accept: [%s]}
    disable: [seen]
"""


@pytest.fixture
def two_runs(web_server: LiveServer) -> Iterator[tuple[int, int]]:
    """A run that took one entry, and one with another filter that took the other."""
    runs = []
    with other_config(web_server, TEXT % "1080p"):
        runs.append(web_server.run(tasks=["compared"])["id"])
        web_server.write_config(TEXT % "cam")
        runs.append(web_server.run(tasks=["compared"])["id"])
        web_server.write_config(TEXT % "nothing")
        yield runs[0], runs[1]


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_what_differs_and_taking_one_anyway(
    web_server: LiveServer, two_runs: tuple[int, int], people: Any, options: Any
) -> None:
    first, second = two_runs
    person = people(web_server, "operator", **options)
    page = person.page
    page.goto(f"/executions/{second}/")
    page.get_by_role("tab", name="Compare").click()
    rows = page.locator("#panel-compare tbody tr")
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Compare with")).to_have_value(str(first))
    row = rows.filter(has_text="Compared 1080p")
    expect(row.locator(".status")).to_have_text(["accepted", "undecided"])
    assert violations(page) == []
    # The address shows the same.
    page.reload()
    expect(rows).to_have_count(2)

    page.get_by_role("tab", name="Entries").click()
    page.get_by_role("button", name="Take it anyway: Compared 1080p").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it").click()
    page.wait_for_url(re.compile(r"/executions/\d+/$"))
    expect(page.locator("#status")).to_have_text("complete")
    expect(page.locator("#progress")).to_contain_text("1 accepted")
    assert person.complaints == []
