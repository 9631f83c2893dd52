"""`make screenshots`: the pictures of README.md and docs/, made of a server with a week of invented runs.

The films are free ones (Sintel, Big Buck Bunny, Tears of Steel …); nothing is asked of the internet.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from flexapi.testing.browser import ARGUMENTS, CHROMIUM, DESKTOP, PHONE
from flexapi.testing.live import PASSWORD, LiveServer
from flexapi.testing.process import ROOT

IMAGES = ROOT / "docs" / "images"
# Says of which pages they were made; `make release` asks.
MADE_OF = IMAGES / "made-of.txt"
EDITOR: ViewportSize = {"width": 1100, "height": 640}
# Hours between two runs of the week.
APART = 9

CONFIG = """\
tasks:
  films:
    disable: [seen, retry_failed]
    mock:
      - {title: "Sintel 2010 1080p", url: "http://localhost/feed/6"}
      - {title: "Tears of Steel 2012 1080p", url: "http://localhost/feed/7"}
      - {title: "Elephants Dream 2006 CAM", url: "http://localhost/feed/8"}
    regexp: {accept: [1080p], reject: [CAM]}
  library:
    disable: [seen, retry_failed]
    mock: [{title: "Cosmos Laundromat 2015 1080p", url: "http://localhost/feed/9"}]
    accept_all: yes
    library: 60
  subtitles:
    disable: [seen, retry_failed]
    mock: [{title: "Spring 2019", url: "http://localhost/feed/10"}]
    accept_all: yes
    library: 0
  shows:   # every night
    disable: [seen, retry_failed]
    mock:
      - {title: "Big Buck Stories S01E04 1080p WEB-DL", url: "http://localhost/feed/1"}
      - {title: "Big Buck Stories S01E04 720p HDTV", url: "http://localhost/feed/2"}
      - {title: "Sintel Chronicles S02E01 720p WEB-DL", url: "http://localhost/feed/3"}
      - {title: "Sintel Chronicles S02E01 2160p", url: "http://localhost/feed/4"}
      - {title: "Tears of Steel S01E02 480p", url: "http://localhost/feed/5"}
    regexp: {accept: [Big Buck, Sintel], reject: [480p]}
schedules:
  - {tasks: [shows], interval: {hours: 1}}
  - {tasks: [films, library], schedule: {hour: 4, minute: 0}}
"""
# A FlexGet plugin with something to tell: it moves files slowly, or fails where there are none.
LIBRARY = """
import time
from loguru import logger
from flexget import plugin
from flexget.event import event

log = logger.bind(name="library")

class Library:
    schema = {"type": "integer"}

    def on_task_output(self, task, config):
        if not config:
            raise plugin.PluginError("The folder /media/incoming has no subtitles.")
        for entry in task.accepted:
            log.info("`{}` is new", entry["title"])
        for number in range(1, config + 1):
            if number == 17:
                log.warning("File 17 was there already with the same size; it is left alone")
            elif number % 3 == 0:
                log.verbose("Moved file {} of {} to /media/incoming", number, config)
            time.sleep(0.1)

@event("plugin.register")
def register():
    plugin.register(Library, "library", api_ver=2)
"""
MOVIES = (
    ("Big Buck Bunny", 2008, "tt1254207"),
    ("Sintel", 2010, "tt1727587"),
    ("Tears of Steel", 2012, "tt2285752"),
    ("Elephants Dream", 2006, "tt0807840"),
    ("Cosmos Laundromat", 2015, "tt4957236"),
)
# Each run takes place some hours before the next one.
SPREAD = f"""
from datetime import timedelta
from executions.models import Execution
from history.models import HistoryEntry
runs = list(Execution.objects.order_by("-pk"))
for back, run in enumerate(runs[2:], 1):
    ago = timedelta(hours={APART} * back)
    times = {{name: getattr(run, name) - ago for name in ("created", "started", "finished")}}
    Execution.objects.filter(pk=run.pk).update(**times)
    HistoryEntry.objects.filter(execution=run.pk).update(time=times["finished"])
"""


def sources() -> str:
    """Return a digest of all that the pictures show: templates, scripts, styles, and the invented runs."""
    files = [
        path for name in ("templates", "static") for path in ROOT.glob(f"flexapi/**/{name}/**/*")
    ]
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(path for path in files if path.is_file()):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def fill(server: LiveServer) -> None:
    """Run tasks as in a week, some of which fail, and queue movies."""
    for number in range(16):
        server.run(tasks=["subtitles" if number in (3, 9, 14) else ("films", "shows")[number % 2]])
    server.run(tasks=["shows"])
    server.python(SPREAD)
    with server.client() as client:
        for title, year, imdb_id in MOVIES:
            body = {"title": title, "year": year, "imdb_id": imdb_id, "quality": "1080p"}
            client.post("/api/movie_queue", json=body).raise_for_status()


def log_in(page: Page) -> None:
    """Log in as the administrator."""
    page.goto("/accounts/login/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """Replace a picture: of the window, or of the whole page."""
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", full_page=whole)


def dashboard(page: Page) -> None:
    """What ran, why some failed, what comes next."""
    page.goto("/")
    expect(page.locator("#schedules li")).not_to_have_count(0)
    expect(page.locator("#history li")).not_to_have_count(0)
    shoot(page, "dashboard")


def editor(page: Page, server: LiveServer) -> None:
    """A change of a task, tried on the entries of its last run."""
    page.set_viewport_size(EDITOR)
    page.goto("/tasks/shows/edit/")
    expect(page.locator(".cm-content")).to_contain_text("regexp")
    with server.client() as client:
        source = client.get("/api/tasks/shows", headers={"Accept": "application/yaml"}).text
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f"{source.rstrip()}\n  quality: 1080p+\n")
    trial = page.get_by_role("region", name="Try it")
    trial.get_by_role("combobox").select_option(index=1)
    trial.get_by_role("button", name="Try").click()
    expect(trial.get_by_role("status")).to_contain_text("decided otherwise")
    shoot(page, "editor", whole=True)


def viewer(page: Page, server: LiveServer) -> None:
    """A run, while it goes on."""
    with server.client() as client:
        answer = client.post("/api/execution", json={"tasks": ["films", "library"]})
        number = answer.raise_for_status().json()["object"]["id"]
    page.goto(f"/executions/{number}/")
    expect(page.locator("#log")).to_contain_text("Moved file 45 of 60")
    shoot(page, "viewer")


def main() -> None:
    """Start the server, fill it, and take all pictures."""
    with (
        tempfile.TemporaryDirectory(prefix="flexapi-screenshots-") as folder,
        sync_playwright() as started,
    ):
        server = LiveServer(Path(folder))
        server.first_start = True
        server.home.config.write_text(CONFIG)
        (server.home.folder / "plugins" / "library.py").write_text(LIBRARY)
        server.start()
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            fill(server)
            options: dict[str, Any] = {"base_url": server.url, "locale": "en-GB"}
            page = browser.new_page(**options, viewport=DESKTOP)
            expect.set_options(timeout=20_000)
            log_in(page)
            dashboard(page)
            editor(page, server)
            state = page.context.storage_state()
            dark = {**options, "storage_state": state, "color_scheme": "dark"}
            viewer(browser.new_page(**dark, viewport=DESKTOP), server)
            phone = browser.new_page(**dark, viewport=PHONE)
            phone.goto("/movie_queue/")
            expect(phone.locator("li.movie")).to_have_count(len(MOVIES))
            expect(phone.locator("#connection")).to_have_text("Live")
            shoot(phone, "movie-queue-phone")
            MADE_OF.write_text(f"{sources()}\n", encoding="utf-8")
        finally:
            browser.close()
            server.end()


if __name__ == "__main__":
    main()
