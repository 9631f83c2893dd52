"""(p) The pages in Chromium: first paint, weight, delay to the DOM, and a log of 100,000 lines.

`python -m bench.pages` starts a server in a temporary folder and prints one table; `python -m bench.pages paint`
measures nothing but the first paint of every page. The last rows are measured again with the processor slowed down to
a quarter, which is what a phone is like. Those of the large log are medians of three; the processor time of the main
thread is what it is on a busy machine as well, where all others grow with what else goes on.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    sync_playwright,
)

from bench import machine
from bench.figures import Figure, mebibytes, median, milliseconds, spread, table
from flexapi.testing.browser import ARGUMENTS, CHROMIUM, DESKTOP, PHONE
from flexapi.testing.live import PASSWORD, LiveServer

# Each with an empty cache.
PAGES = (
    *("/", "/tasks/", "/tasks/short/", "/tasks/new/", "/executions/", "/executions/1/"),
    *("/schedules/", "/statistics/", "/log/", "/system/", "/movie_queue/", "/history/"),
    *("/series/", "/pending/", "/seen/", "/lists/", "/variables/", "/notifications/"),
    *("/hooks/", "/account/", "/api/docs"),
)
LINES = 100_000
ROUNDS = 5
BIG_ROUNDS = 3
DELAYED_LINES = 200

# Seconds to the first paint, bytes, and requests to the API.
FIRST_PAINT = """() => {
  const resources = performance.getEntriesByType("resource");
  const all = [...performance.getEntriesByType("navigation"), ...resources];
  return [
    performance.getEntriesByName("first-contentful-paint")[0].startTime / 1000,
    all.reduce((sum, entry) => sum + entry.transferSize, 0),
    resources.filter((entry) => new URL(entry.name).pathname.startsWith("/api/")).length,
  ];
}"""
# Notes how long the main thread was kept at a time.
WATCH_LONG_TASKS = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({type: "longtask", buffered: true});
}"""
# Notes the age of each line when it becomes an element.
WATCH_DELAYS = """() => {
  window.delays = [];
  new MutationObserver((records) => {
    for (const {addedNodes} of records) for (const row of addedNodes) {
      const found = /bench \\d+ ([\\d.]+)$/.exec(row.textContent);
      if (found) window.delays.push(Date.now() / 1000 - Number(found[1]));
    }
  }).observe(document.getElementById("log"), {childList: true, subtree: true});
}"""
# Scrolls through the whole log in 300 frames, then jumps about in it.
SCROLL = """async () => {
  const log = document.getElementById("log");
  const frame = () => new Promise(requestAnimationFrame);
  let worst = 0, last = performance.now();
  for (let step = 0; step <= 340; step++) {
    const share = step <= 300 ? step / 300 : (step * 0.618) % 1;
    log.scrollTop = share * (log.scrollHeight - log.clientHeight);
    await frame();
    worst = Math.max(worst, performance.now() - last);
    last = performance.now();
  }
  return worst;
}"""


@dataclass(frozen=True, slots=True)
class BigLog:
    """What the page of a log of 100,000 lines did."""

    load: float
    load_busy: float
    scroll_busy: float
    scroll_frame: float
    filter: float
    longest_task: float
    memory: float
    kept_memory: float


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    print(__doc__, flush=True)
    described = machine.in_words(machine.describe())
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-pages-") as folder:
        found = paints(Path(folder)) if "paint" in sys.argv[1:] else measure(Path(folder))
    print(f"{described}\n\n{table(found)}")
    return int(any(figure.met is False for figure in found))


def measure(folder: Path) -> list[Figure]:
    """Return the figures, measured on a server of its own in `folder`."""
    with _server(folder) as server, _browser() as browser:
        big = server.run(tasks=["huge"])["id"]
        server.run(tasks=["short"])
        return [
            *_first_paint(browser, server, "dashboard", "/"),
            *_first_paint(browser, server, "viewer", f"/executions/{big + 1}/"),
            _delay(browser, server),
            *_big_log_figures(_big_logs(browser, server, big, DESKTOP, slowdown=1), ""),
            *_big_log_figures(_big_logs(browser, server, big, PHONE, slowdown=4), ", phone"),
        ]


@contextmanager
def _server(folder: Path) -> Iterator[LiveServer]:
    server = LiveServer(folder)
    plugins = server.home.folder / "plugins"
    shutil.copy(Path(__file__).with_name("flexget_plugin.py"), plugins / "bench_lines.py")
    server.home.write(
        {
            "huge": {"bench_lines": {"count": LINES, "every": 0}},
            "spaced": {"bench_lines": {"count": DELAYED_LINES, "every": 0.03}},
            "short": {"mock": [{"title": "one", "url": "http://localhost/1"}], "accept_all": True},
        },
        schedules=False,
    )
    server.start()
    try:
        yield server
    finally:
        server.end()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _page(browser: Browser, server: LiveServer, state: Any, viewport: Any = None) -> Iterator[Page]:
    """A page with an empty cache and the session of `state`."""
    context = browser.new_context(
        base_url=server.url, storage_state=state, viewport=viewport or DESKTOP
    )
    yield context.new_page()
    context.close()


def _log_in(browser: Browser, server: LiveServer) -> Any:
    context: BrowserContext = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("/")
    state = context.storage_state()
    context.close()
    return state


def paints(folder: Path) -> list[Figure]:
    """Return the first paint of each page, on a desk and on a slow phone."""
    with _server(folder) as server, _browser() as browser:
        server.run(tasks=["short"])
        state = _log_in(browser, server)
        return [_paints(browser, server, state, path) for path in PAGES]


def _paints(browser: Browser, server: LiveServer, state: Any, path: str) -> Figure:
    desk, phone = (
        [_paint(browser, server, state, path, viewport, slowdown) for _ in range(BIG_ROUNDS)]
        for viewport, slowdown in ((DESKTOP, 1), (PHONE, 4))
    )
    slow = median([paint for paint, _, _ in phone])
    _, weight, requests = desk[-1]
    return Figure(
        "p",
        f"first paint, {path}",
        f"{milliseconds(median([paint for paint, _, _ in desk]))}; phone {milliseconds(slow)}; "
        f"{weight / 1000:.0f} kB, {requests} of the API",
        goal="phone under 1 s, 300 kB, 5 requests",
        met=slow < 1 and weight < 300_000 and requests <= 5,
    )


def _paint(
    browser: Browser,
    server: LiveServer,
    state: Any,
    path: str,
    viewport: Any = None,
    slowdown: int = 1,
) -> tuple[float, int, int]:
    """Load a page once: seconds to its first paint, its bytes, and its requests to the API."""
    with _page(browser, server, state, viewport) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        page.goto(path, wait_until="networkidle")
        page.wait_for_timeout(300)
        seconds, weight, requests = page.evaluate(FIRST_PAINT)
        return float(seconds), int(weight), int(requests)


def _first_paint(browser: Browser, server: LiveServer, name: str, path: str) -> list[Figure]:
    state = _log_in(browser, server)
    loads = [_paint(browser, server, state, path) for _ in range(ROUNDS)]
    paints = [paint for paint, _, _ in loads]
    weight = loads[-1][1]
    return [
        Figure(
            "p", f"first paint, {name}", spread(paints), goal="under 1 s", met=median(paints) < 1
        ),
        Figure(
            "p",
            f"weight, {name}",
            f"{weight / 1000:.0f} kB",
            goal="under 300 kB",
            met=weight < 300_000,
        ),
    ]


def _delay(browser: Browser, server: LiveServer) -> Figure:
    state = _log_in(browser, server)
    with _page(browser, server, state) as page, server.client() as client:
        created = client.post("/api/execution", json={"tasks": ["spaced"]})
        page.goto(f"/executions/{created.json()['object']['id']}/", wait_until="commit")
        page.wait_for_selector("#log .log-space", state="attached")
        page.evaluate(WATCH_DELAYS)
        page.wait_for_selector(".status.complete", timeout=60_000)
        delays: list[float] = page.evaluate("window.delays")
    goal = 0.15
    return Figure(
        "p",
        f"log call to DOM, {len(delays)} lines",
        spread(delays),
        goal=f"median at most {milliseconds(goal)}",
        met=statistics.median(delays) <= goal,
    )


def _big_logs(
    browser: Browser, server: LiveServer, execution: int, viewport: Any, slowdown: int
) -> BigLog:
    """The medians of some rounds."""
    logs = [_big_log(browser, server, execution, viewport, slowdown) for _ in range(BIG_ROUNDS)]
    names = [field.name for field in fields(BigLog)]
    return BigLog(**{name: median([getattr(log, name) for log in logs]) for name in names})


def _big_log(
    browser: Browser, server: LiveServer, execution: int, viewport: Any, slowdown: int
) -> BigLog:
    state = _log_in(browser, server)
    with _page(browser, server, state, viewport) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        started = time.perf_counter()
        page.goto(f"/executions/{execution}/", wait_until="commit")
        page.wait_for_selector("#shown", state="attached")
        page.evaluate(WATCH_LONG_TASKS)
        _wait_for_count(page, "100,00")
        load = time.perf_counter() - started
        load_busy = _busy(devtools)
        frame = page.evaluate(SCROLL) / 1000
        scroll_busy = _busy(devtools) - load_busy
        started = time.perf_counter()
        page.fill("#text", "bench 9999")
        page.click("#only")
        _wait_for_count(page, "11 of 100,00")
        filtered = time.perf_counter() - started
        page.fill("#text", "")
        if viewport is PHONE:
            page.click("#more")
        page.select_option("#level", label="warning or above")
        page.select_option("#level", label="any level")
        page.fill("#text", "b")
        page.wait_for_timeout(1000)
        page.fill("#text", "")
        _wait_for_count(page, "100,00")
        longest = page.evaluate("window.longest") / 1000
        memory = _renderer_memory(browser)
        devtools.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(1000)
        kept = _renderer_memory(browser)
        return BigLog(
            load, load_busy, scroll_busy, frame, filtered, longest, memory, kept_memory=kept
        )


def _busy(devtools: CDPSession) -> float:
    """Seconds of processor time that the main thread took by now."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    (seconds,) = [item["value"] for item in metrics if item["name"] == "TaskDuration"]
    return float(seconds)


def _wait_for_count(page: Page, start: str) -> None:
    page.wait_for_function(
        "(start) => document.getElementById('shown').textContent.startsWith(start)",
        arg=start,
        timeout=120_000,
    )


def _renderer_memory(browser: Browser) -> int:
    """Memory that the page's process has to itself."""
    info = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [process["id"] for process in info if process["type"] == "renderer"]
    return int(max(psutil.Process(pid).memory_full_info().uss for pid in pids))


def _big_log_figures(log: BigLog, where: str) -> list[Figure]:
    limit = 0.2
    return [
        Figure(
            "p",
            f"100,000 lines{where}: loaded",
            f"{log.load:.1f} s",
            goal="at most 5 s",
            met=log.load <= 5,
        ),
        Figure(
            "p",
            f"100,000 lines{where}: longest task of the main thread",
            milliseconds(log.longest_task) if log.longest_task else "under 50 ms",
            goal=f"at most {milliseconds(limit)}",
            met=log.longest_task <= limit,
        ),
        Figure(
            "p",
            f"100,000 lines{where}: processor time of the main thread, to load and to scroll",
            f"{log.load_busy:.2f} s, {log.scroll_busy:.2f} s",
        ),
        Figure(
            "p",
            f"100,000 lines{where}: longest frame while scrolling",
            milliseconds(log.scroll_frame),
        ),
        Figure("p", f"100,000 lines{where}: text filtered", milliseconds(log.filter)),
        Figure(
            "p",
            f"100,000 lines{where}: memory of the page's process (once garbage is collected)",
            f"{mebibytes(log.memory)} ({mebibytes(log.kept_memory)})",
            goal="at most 300 MB",
            met=log.memory <= 300_000_000,
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
