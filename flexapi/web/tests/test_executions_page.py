"""The list of executions: filters that act at once and stand in the address, and what runs while one looks."""

import re
from typing import Any

from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import start

OLD = """
from executions.models import Execution, TaskResult
for status in ['complete', 'failed'] * 30:
    old = Execution.objects.create(status=status, tasks=['of', 'old'])
tried = Execution.objects.create(status='failed', tasks=['wide'], options={'test': True})
TaskResult.objects.create(execution=tried, task='wide', status='failed')
Execution.objects.create(status='complete', tasks=['wide'], trial=True)
"""


def test_filters_act_at_once_and_the_list_is_live(web_server: LiveServer, people: Any) -> None:
    web_server.manage("shell", "--verbosity=0", "-c", OLD)
    person = people(web_server, "viewer")
    page = person.page
    page.goto("/executions/")
    rows = page.locator("#rows li")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("Page 2")
    page.get_by_label("Status").select_option("failed")
    page.wait_for_url("**status=failed*")
    expect(rows.filter(has_not_text="failed")).to_have_count(0)
    page.get_by_label("Task").select_option("wide")
    expect(rows).to_have_count(1)
    expect(rows.locator(".label")).to_have_text("test")
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Kind").select_option("trial")
    expect(page.locator("#rows")).to_contain_text("No executions match these filters.")
    page.get_by_role("button", name="Clear the filters").click()
    expect(rows).to_have_count(50)
    page.get_by_label("Kind").select_option("trial")
    expect(rows.locator(".label").first).to_have_text("trial")
    page.get_by_label("Until").fill("2020-01-01T00:00")
    expect(page.locator("#rows")).to_contain_text("No executions match these filters.")
    page.get_by_role("button", name="Clear the filters").click()

    expect(page.locator("#connection")).to_have_text("Live")
    started = start(web_server, "lines")
    expect(rows.first).to_have_attribute("data-id", str(started))
    expect(rows.first).to_contain_text("complete")
    assert person.complaints == []


def test_on_a_phone_one_gets_to_a_run_of_a_task(web_server: LiveServer, people: Any) -> None:
    web_server.run(tasks=["lines"])
    page = people(web_server, "operator", viewport=PHONE, color_scheme="dark").page
    page.goto("/executions/?task=lines")
    expect(page.get_by_label("Task")).to_have_value("lines")
    page.locator("#rows li").first.get_by_role("link", name="lines").click()
    page.wait_for_url(re.compile(r"/executions/\d+/$"))
    expect(page.locator("#status")).to_have_text("complete")
