"""Every page, every list and form of the admin, the browsable API and Swagger: at each width, in both colour schemes.

They are read from the project's URLs (`flexapi/tests/access.py`), so a new page is held to this by itself. Each is loaded once and resized.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from flexapi.testing import axe
from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer
from flexapi.tests.access import doors
from flexapi.web.tests.conftest import Person

WIDTHS = (320, 360, 414, 600, 700, 768, 820, 1024, 1440)
SCHEMES = ("light", "dark")
PHONE, DESK = 390, 1280
LONG = "A_task_name_without_any_space_that_goes_on_and_on_for_a_hundred_characters_and_then_some_1080p_x265"
_LIKE_ANOTHER = re.compile(
    r"/<object_id>/((history|delete)/)?$|/r/<|(?<!apitoken)/add/$|/<app_label>/$|_done/$"
)
# What has no page of its own: probes, figures, what others send to, what leads elsewhere.
NO_PAGES = {
    "/manifest.webmanifest",
    "/service-worker.js",
    "/styles.css",
    "/texts/<language>.js",
    "/healthz",
    "/metrics",
    "/admin/<url>",
    "/admin/jsi18n/",
    "/admin/autocomplete/",
    "/admin/login/",
}
# The browsable API is one template: what it may hold.
OF_API = (
    "/api",
    "/api/docs",
    "/api/tasks",
    f"/api/tasks/{LONG}",
    "/api/movie_queue/1",
    "/api/nothing",
)
VALUES = {
    "name": LONG,
    "pk": "1",
    "id": "1",
    "object_id": "1",
    "app_label": "tasks",
    "page": "deployment",
}

# What FlexGet remembers, and what it lists.
ENTRIES = ("seen", "failed", "rejected", "pending")
LISTS = ("entry_list", "movie_list", "pending_list")
_ENTRY = {"title": LONG, "url": f"http://localhost/{LONG}"}
_UNSEEN: dict[str, Any] = {"mock": [_ENTRY], "disable": ["seen"]}
# Tasks that leave a row with a long name in each of its tables.
KNOWING: dict[str, Any] = {
    "long seen": {"mock": [_ENTRY], "accept_all": True},
    "long failed": {
        **_UNSEEN,
        "accept_all": True,
        "exec": {"fail_entries": True, "on_output": {"for_accepted": "false"}},
    },
    "long rejected": {
        "mock": [{"title": LONG, "url": "magnet:?xt=urn:btih:1"}],
        "accept_all": True,
        "magnets": False,
        "disable": ["seen"],
    },
    # Not refused because it failed just now, in the task above.
    "long pending": {
        "mock": [_ENTRY],
        "disable": ["seen", "retry_failed"],
        "pending_approval": True,
    },
    "long lists": {
        "mock": [{**_ENTRY, "movie_name": LONG, "movie_year": 2001, "imdb_id": "tt0000001"}],
        "disable": ["seen"],
        "accept_all": True,
        "list_add": [{kind: LONG} for kind in LISTS],
    },
    "long series": {
        "mock": [{"title": f"{LONG} S01E01 1080p", "url": "http://localhost/1"}],
        "series": [LONG],
        "disable": ["seen"],
    },
}

# Controls that nobody can reach: beyond the window's sides, and in nothing that scrolls sideways.
OUT_OF_REACH = """() => {
  const found = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest(".skip, .skip-to-content-link, .visually-hidden, .cm-editor, .log")) continue;
    if (box.right <= innerWidth + 1 && box.left >= -1) continue;
    let around = element.parentElement;
    while (around && !["auto", "scroll"].includes(getComputedStyle(around).overflowX)) around = around.parentElement;
    if (!around) found.push(element.outerHTML.slice(0, 120));
  }
  return found;
}"""


def addresses() -> Iterator[str]:
    """Where a page is, with something in place of what it takes."""
    for door in doors():
        if door.method != "GET" or door.path in NO_PAGES or door.kind not in ("pages", "admin"):
            continue
        # FlexGet's own UI is not ours. In the admin, what only leads elsewhere, or is made like another page, is left out.
        if door.path.startswith("/flexget/") or _LIKE_ANOTHER.search(door.path):
            continue
        yield re.sub(r"<(\w+)>", lambda found: VALUES.get(found[1], "1"), door.path)
    yield from OF_API


PAGES = sorted(set(addresses()))
# Pages whose script draws the rows with the long name.
WITH_ROWS = {
    *(f"/{kind}/" for kind in ("series", "lists", *ENTRIES)),
    *(f"/lists/{kind}/1/" for kind in LISTS),
    "/series/1/",
}
SHARDS = 6


@pytest.fixture(scope="module")
def long_names(web_server: LiveServer) -> dict[str, str]:
    """A task whose name is long, a run of it, a row of each kind that an administrator makes, and of each that FlexGet does.

    Gives the pages that show one thing, by the path that stands in PAGES for it.
    """
    with web_server.client() as client:
        body = {
            "name": LONG,
            "config": accepting("Sintel.2010.1080p.WEB-DL-ALONGGROUPNAMEWITHOUTSPACES"),
        }
        client.post("/api/tasks", json=body).raise_for_status()
        client.post("/api/movie_queue", json={"title": "M" * 90, "imdb_id": "tt0137523"})
        hook = {"name": "h" * 50, "task": LONG, "title": "$.title"}
        client.post("/api/hooks", json=hook).raise_for_status()
        client.post(f"/api/hooks/{'h' * 50}", json={"title": LONG})
        for name, config in KNOWING.items():
            client.post("/api/tasks", json={"name": name, "config": config}).raise_for_status()
        web_server.run(tasks=list(KNOWING))
        places = {f"/{kind}/1/": f"/api/{kind}" for kind in ("series", *LISTS)}
        shown = {
            path if path.startswith("/series") else f"/lists{path}": _first(client, api)
            for path, api in places.items()
        }
        execution = web_server.run(tasks=[LONG, "broken"])["id"]
        return {
            path: re.sub("1/$", f"{number}/", path)
            for path, number in {**shown, "/executions/1/": execution}.items()
        }


def _first(client: Any, path: str) -> int:
    """The id of what has the long name."""
    rows = client.get(path).json()["items"]
    return next(int(row["id"]) for row in rows if LONG in row["name"])


@pytest.fixture(scope="module")
def admin(chromium: Any, web_server: LiveServer) -> Iterator[Any]:
    """The page of somebody who may see all, and likes nothing that moves."""
    person = Person(chromium, web_server, reduced_motion="reduce").log_in("admin")
    yield person
    person.context.close()


def faults(page: Any, path: str) -> list[str]:
    """What is wrong with a page, in words."""
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found.append(f"{path} at {width}: {over} px too wide")
        found += [
            f"{path} at {width}: out of reach: {text}" for text in page.evaluate(OUT_OF_REACH)
        ]
    for scheme, width in zip(SCHEMES, (DESK, PHONE), strict=True):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        # Only colours differ in the dark.
        rules: dict[str, Any] = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
        for violation in axe.violations(page, **rules):
            nodes = "; ".join(node["html"][:150] for node in violation["nodes"][:3])
            found.append(f"{path} {scheme}: {violation['id']}: {violation['help']}: {nodes}")
    return found


def show(page: Any, path: str) -> None:
    """Go there, again where a busy server answers with a line of text: that it took too long."""
    for _ in range(5):
        answer = page.goto(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            return
    raise AssertionError(f"{path} answers {answer.status}: {answer.text()[:300]}")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_nothing_is_cut_off_or_out_of_reach(
    admin: Any, long_names: dict[str, str], shard: int
) -> None:
    problems: list[str] = []
    for path in PAGES[shard::SHARDS]:
        asked = long_names.get(path, path)
        show(admin.page, asked)
        if path in WITH_ROWS:
            # Not the choice of tasks, which has the name as well.
            admin.page.get_by_text(LONG).filter(visible=True).first.wait_for()
        admin.page.wait_for_load_state("networkidle" if path.startswith("/api") else "load")
        problems += faults(admin.page, asked)
    assert not problems, "\n".join(problems)


def test_all_pages_are_looked_at() -> None:
    assert {"/", "/tasks/", "/admin/", "/admin/auth/user/1/change/", "/api/docs"} <= set(PAGES)
    assert len(PAGES) > 35
