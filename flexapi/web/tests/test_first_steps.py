"""The first day: what the dashboard says of an existing FlexGet, and from an empty folder to the first own task's result."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from executions.tests.factories import make_execution
from flexapi.testing import axe
from flexapi.testing.live import PASSWORD, LiveServer
from flexapi.testing.site import serving
from flexapi.web import first_steps

FLEXGET = Path(sys.executable).with_name("flexget")
SHOW = "Pioneer One"
# What a newcomer may need: minutes that most give a program, and as many things to do.
SECONDS, STEPS = 300, 12

MINE = """\
# Mine.
tasks:
  films:
    mock: [{title: "Sintel 2010 1080p", url: "http://localhost/6"}]
    accept_all: yes
  shows:
    mock: [{title: "Big Buck S01E04", url: "http://localhost/1"}]
    regexp: {accept: [Big Buck]}
    exec: "echo {{title}}"
  old:
    rss: 7
schedules:
  - {tasks: [films], interval: {hours: 12}}
"""


def step(page: Page, key: str) -> Any:
    return page.locator(f'#first-steps [data-step="{key}"]')


class Newcomer:
    """Somebody with a browser who counts what they have to do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0

    def open(self, url: str) -> None:
        self.steps += 1
        self.page.goto(url)

    def fill(self, label: str, text: str, **options: Any) -> None:
        self.steps += 1
        self.page.get_by_label(label, **options).fill(text)

    def press(self, role: Any, name: str) -> None:
        self.steps += 1
        self.page.get_by_role(role, name=name).click()


def test_from_an_empty_folder_to_the_first_result(
    chromium: Any, own_server: LiveServer, tmp_path: Path
) -> None:
    own_server.first_start = True
    own_server.home.config.unlink()
    began = time.monotonic()
    with serving() as site:
        site.feed("/tv", f"{SHOW} S01E01 720p", "Other S01E01 720p")
        own_server.start()
        context = chromium.new_context()
        page = context.new_page()
        person = Newcomer(page)
        person.open(own_server.url)
        person.fill("User name", "admin")
        person.fill("Password", PASSWORD)
        person.press("button", "Log in")
        expect(step(page, "sample")).to_contain_text("There was no config of FlexGet")
        expect(step(page, "schedules")).to_contain_text("Nothing runs by itself.")
        assert step(page, "run").get_by_role("button", name="Run hello").is_visible()
        person.press("link", "New task")
        person.press("link", "Series from a feed")
        person.fill("Name of the task", "shows")
        person.fill("Address of the feed", f"{site.url}/tv")
        person.fill("Names of the shows", SHOW)
        (tmp_path / "films").mkdir()
        person.steps += 1
        folder = page.get_by_role("textbox", name="Folder", exact=True)
        folder.fill(str(tmp_path / "films"))
        person.press("button", "Add the task")
        person.press("button", "Run it now")
        page.wait_for_url("**/executions/*/")
        page.locator(".status.complete").first.wait_for(timeout=60_000)
    assert len(list((tmp_path / "films").iterdir())) == 1
    assert person.steps <= STEPS
    assert time.monotonic() - began < SECONDS

    # What is done is ticked off, and what was dismissed stays away.
    page.goto(own_server.url)
    expect(step(page, "config")).to_contain_text("FlexGet's config has 3 tasks.")
    expect(step(page, "run")).to_contain_text("Done: ")
    page.get_by_role("button", name="Dismiss: Be told when something fails.").click()
    expect(step(page, "told")).to_have_count(0)
    page.reload()
    expect(step(page, "config")).to_be_visible()
    expect(step(page, "told")).to_have_count(0)
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.locator("#first-steps")).to_be_hidden()
    context.close()


@contextmanager
def daemon(config: Path) -> Iterator[None]:
    """FlexGet's own daemon on a config."""
    command = [str(FLEXGET), "-c", str(config)]
    with subprocess.Popen([*command, "daemon", "start"], stdout=subprocess.DEVNULL) as running:
        lock = config.with_name(f".{config.stem}-lock")
        deadline = time.monotonic() + 60
        # Its port makes it known as the daemon.
        while not (lock.exists() and "port" in lock.read_text()):
            assert time.monotonic() < deadline, "FlexGet's daemon doesn't start"
            time.sleep(0.05)
        yield
        running.terminate()
        running.wait(60)


def test_beside_an_existing_flexget(chromium: Any, own_server: LiveServer) -> None:
    config = own_server.home.config
    config.write_text(MINE)
    films = [str(FLEXGET), "-c", str(config), "execute", "--tasks", "films"]
    # FlexGet refuses all of a config of which it refuses a part, so its owner has run it before.
    config.write_text(MINE.replace("rss: 7", "mock: []"))
    subprocess.run(films, check=True, capture_output=True, timeout=120)
    with daemon(config):
        config.write_text(MINE)
        own_server.start()
        context = chromium.new_context(base_url=own_server.url)
        page = context.new_page()
        page.goto("/")
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(step(page, "config")).to_contain_text("FlexGet's config has 3 tasks.")
        expect(step(page, "daemon")).to_contain_text("FlexGet's daemon is running")
        # A run would wait for the daemon.
        expect(step(page, "run")).to_have_count(0)
        expect(step(page, "invalid")).to_contain_text("old: Got `7`", timeout=30_000)
        expect(step(page, "invalid").get_by_role("link", name="Mend old")).to_be_visible()
        expect(step(page, "warnings")).to_contain_text("tasks.shows.exec")
        assert axe.violations(page) == []
    expect(step(page, "schedules")).to_contain_text(
        "1 schedule of FlexGet runs here", timeout=60_000
    )
    expect(step(page, "daemon")).to_have_count(0)
    with own_server.client() as client:
        deadline = time.monotonic() + 30
        while not client.get("/api/history").json()["count"] and time.monotonic() < deadline:
            time.sleep(0.2)
    page.reload()
    expect(step(page, "history")).to_contain_text("1 entry of FlexGet's own history is here.")
    step(page, "run").get_by_role("button", name="Test films").click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("#kind")).to_contain_text("test")
    page.locator(".status.complete").first.wait_for(timeout=60_000)
    page.goto("/")
    expect(step(page, "run")).to_contain_text("Done: Run a task, or test it first.")
    # Nothing was changed by looking.
    assert config.read_text() == MINE
    context.close()


@pytest.mark.django_db
def test_it_is_for_who_is_new_and_may_run_something(viewer: User, operator: User) -> None:
    assert first_steps.found(viewer) is None
    assert first_steps.found(operator) == {
        "sample": False,
        "tasks": 0,
        "first": None,
        "schedules": 0,
        "hourly": False,
        "imported": 0,
        "ran": False,
    }
    # A schedule did it, and nobody has seen it yet.
    make_execution(schedule=7)
    found = first_steps.found(operator)
    assert found is not None
    assert not found["ran"]
    make_execution(requested_by=operator)
    found = first_steps.found(operator)
    assert found is not None
    assert found["ran"]
    for _ in range(first_steps.FIRST_DAYS - 2):
        found = first_steps.found(operator)
        assert found is not None
        make_execution()
    assert first_steps.found(operator) is None
