"""(w) The editor: what it offers while one types, how soon one can type, and how soon FlexGet's opinion and a replay are there.

`python -m bench.editor` starts a server in a temporary folder and prints one table. The places are keys of real configs, spread evenly;
each is cut off behind its second character, and what stood behind it in its line is taken away.
"""

import gzip
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page

from bench import machine
from bench.figures import Figure, median, spread, table
from bench.pages import _browser, _log_in, _page
from flexapi.testing.browser import PHONE
from flexapi.testing.corpus_edits import corpus
from flexapi.testing.live import LiveServer

PLACES = 50
ENTRIES = 500
ROUNDS = 5
TASKS = (1, 200, 2000)
STATIC = Path(__file__).parents[1] / "flexapi/web/static/web/js/editor"
# What DevTools calls a fast 3G line: bytes a second, and milliseconds there and back.
LINE = {"downloadThroughput": 180_000, "uploadThroughput": 84_000, "latency": 150, "offline": False}
SLOWDOWN = 4


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    print(__doc__, flush=True)
    described = machine.in_words(machine.describe())
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-editor-") as folder:
        server = LiveServer(Path(folder))
        try:
            found = measure(server)
        finally:
            server.end()
    print(f"{described}\n\n{table(found)}")
    return int(any(figure.met is False for figure in found))


def measure(server: LiveServer) -> list[Figure]:
    """Return the figures."""
    entries = [
        {"title": f"Show S01E{number:03} 720p", "url": f"http://localhost/{number}"}
        for number in range(ENTRIES)
    ]
    server.home.write({"many": {"mock": entries, "regexp": {"accept": ["720p"]}}}, schedules=False)
    server.start()
    found = [_weight(), _replay(server), *_checks(server)]
    with _browser() as browser:
        state = _log_in(browser, server)
        found.append(_first_keystroke(browser, server, state))
        with _page(browser, server, state) as page:
            found += _completions(page)
    return found


def _weight() -> Figure:
    files = [path for path in STATIC.glob("*.js") if path.name != "admin.js"]
    weight = sum(len(gzip.compress(path.read_bytes())) for path in files)
    return Figure(
        "w",
        "scripts of the editor, gzipped",
        f"{weight / 1000:.0f} kB",
        goal="at most 400 kB",
        met=weight <= 400_000,
    )


def _checks(server: LiveServer) -> list[Figure]:
    found = []
    with server.client() as client:
        for count in TASKS:
            task = {"rss": "https://feeds.example/tv", "accept_all": True, "quality": "720p+"}
            text = yaml.safe_dump({"tasks": {f"task {number}": task for number in range(count)}})
            times = []
            for turn in range(ROUNDS + 1):
                begin = time.perf_counter()
                edited = text.replace("720p+", f"{720 + turn % 2 * 360}p+", 1)
                answer = client.post(
                    "/api/config/check",
                    content=edited,
                    headers={"Content-Type": "application/yaml"},
                )
                answer.raise_for_status()
                times.append(time.perf_counter() - begin)
            goal = ("at most 150 ms", median(times[1:]) <= 0.15) if count == 200 else ("", None)
            found.append(
                Figure(
                    "w",
                    f"check of {count} tasks, one changed",
                    spread(times[1:]),
                    goal=goal[0],
                    met=goal[1],
                )
            )
    return found


def _replay(server: LiveServer) -> Figure:
    before = server.run(tasks=["many"])["id"]
    times = []
    with server.client() as client:
        config = client.get("/api/tasks/many").json()["object"]["config"] | {
            "regexp": {"accept": ["S01E..0"]}
        }
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            tried = client.post(
                "/api/tasks/many/try", json={"config": config, "entries_of": before}
            )
            tried.raise_for_status()
            location = tried.headers["Location"]
            client.get(f"{location}/log").raise_for_status()
            count = client.get(f"{location}/changes?limit=500").json()["count"]
            times.append(time.perf_counter() - begin)
            assert count == ENTRIES - ENTRIES // 10, count
    return Figure(
        "w",
        f"replay of {ENTRIES} entries, to what changed",
        spread(times),
        goal="at most 3 s",
        met=median(times) <= 3,
    )


def _first_keystroke(browser: Any, server: LiveServer, state: Any) -> Figure:
    times = []
    for _ in range(3):
        with _page(browser, server, state, PHONE) as page:
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", LINE)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
            begin = time.perf_counter()
            page.goto("/config/", wait_until="commit")
            box = page.get_by_role("textbox", name="Config")
            box.click()
            page.keyboard.type("#")
            page.wait_for_function("document.getElementById('editor').value?.includes('#')")
            times.append(time.perf_counter() - begin)
    return Figure(
        "w", "first keystroke on a phone (processor ÷ 4, fast 3G, nothing cached)", spread(times)
    )


def _completions(page: Page) -> list[Figure]:
    page.goto("/config/")
    page.get_by_role("textbox", name="Config").click()
    offered = right = 0
    times = []
    places = _places()
    for text, line, column, key in places:
        page.locator("#editor").evaluate(
            "(editor, [text, line, column]) => { editor.replace(text); editor.jump(line, column); }",
            [text, line, column],
        )
        begin = time.perf_counter()
        page.keyboard.press("Control+Space")
        options = page.locator(".cm-tooltip-autocomplete li .cm-completionLabel")
        try:
            options.first.wait_for(timeout=2000)
        except Exception as error:  # noqa: BLE001  Nothing is offered there.
            print(f"nothing at {key!r}: {type(error).__name__}")
            continue
        times.append(time.perf_counter() - begin)
        labels = options.all_inner_texts()
        offered += 1
        right += key in labels
        if key not in labels:
            print(f"not offered: {key!r}, but {labels[:5]}")
        page.keyboard.press("Escape")
    return [
        Figure("w", f"places of {len(places)} at which something is offered", str(offered)),
        Figure("w", "of these, with the key that stood there", str(right)),
        Figure("w", "until it is offered", spread(times) if times else ""),
    ]


def _places() -> list[tuple[str, int, int, str]]:
    """Text, line, column and key of places in real configs: keys of FlexGet's, no names that people chose."""
    found: list[tuple[str, int, int, str]] = []
    for raw in corpus().values():
        try:
            text = raw.decode().removeprefix("\ufeff").replace("\r\n", "\n")
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (UnicodeDecodeError, yaml.YAMLError):
            continue
        found += [_cut(text, key) for key in _known_keys(root)]
    step = max(1, len(found) // PLACES)
    return found[::step][:PLACES]


def _known_keys(root: Any) -> list[yaml.ScalarNode]:
    """The plugins of tasks and templates."""
    keys: list[yaml.ScalarNode] = []
    for section, tasks in getattr(root, "value", None) or ():
        if section.value in ("tasks", "templates") and isinstance(tasks, yaml.MappingNode):
            for _, plugins in tasks.value:
                if isinstance(plugins, yaml.MappingNode):
                    keys += [
                        key
                        for key, _ in plugins.value
                        if isinstance(key, yaml.ScalarNode) and len(key.value) > 2
                    ]
    return keys


def _cut(text: str, key: yaml.ScalarNode) -> tuple[str, int, int, str]:
    mark = key.start_mark
    end = text.find("\n", mark.index)
    cut = text[: mark.index + 2] + (text[end:] if end >= 0 else "")
    return cut, mark.line + 1, mark.column + 3, key.value


if __name__ == "__main__":
    sys.exit(main())
