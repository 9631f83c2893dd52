"""A config full of marked credentials, runs that log, fail, reject and crash with them, and a crawl: no mark appears.

The crawl is of all that a viewer and an operator reach: the API in all its representations, websockets, pages, admin, metrics, the
OpenAPI document, error pages, and the server's own log. What an editor reaches shows that the marks are there.
"""

import contextlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx
import pytest
import yaml
from websockets.sync.client import ClientConnection

from flexapi.mirror.credentials.plugins import PLUGINS
from flexapi.testing.live import PASSWORD, LiveServer

LURKERS = ("viewer", "operator")
MOST_PAGES = 1500
# Of pages that differ in numbers or in what is asked for alone, this many; of the objects of one endpoint as pages likewise.
ALIKE = 6
# How each mark begins: with letters that only a number could stand for in HTML.
MARK = "qzmark"
# What lists leave out unless they are asked for it.
WHOLE = {"/api/execution": {"status": "all", "limit": "500"}}


class Marks:
    """Makes marks; `where` says what each was planted in."""

    def __init__(self) -> None:
        self.where: dict[str, str] = {}

    def __call__(self, where: str) -> str:
        mark = f"qzMark{len(self.where):03}w"
        self.where[mark] = where
        return mark

    def seen_in(self, text: str) -> set[str]:
        """Return the marks in a text, however it is quoted."""
        # Apostrophes, which pages are full of, are the one number that isn't worth a look through all of a text.
        plain = text.replace("&#x27;", "'")
        plain = unquote(html.unescape(plain) if "&#" in plain else plain).lower()
        if MARK not in plain:
            return set()
        found = set(re.findall(rf"{MARK}\d{{3}}w", plain))
        return {mark for mark in self.where if mark.lower() in found}


def of_plugins(marks: Marks) -> dict[str, Any]:
    """Return a mapping with every credential that the table knows, as the plugins' configs have them."""
    plugins: dict[str, Any] = {}
    for name, row in PLUGINS.items():
        if "" in row.keys:
            plugins[f"short {name}"] = [{name: marks(f"{name}: …")}]
        keys = {key: marks(f"{name}: {key}") for key in row.keys if key}
        if keys:
            plugins[name] = keys
    return plugins


def planted(marks: Marks, folder: Any) -> str:
    """Return the config, and write the files that it names."""
    variables = {"site": {"pw": marks("variables file")}}
    (folder / "variables.yml").write_text(yaml.safe_dump(variables))
    included = {"headers": {"Cookie": f"uid=1; pass={marks('included file')}"}}
    (folder / "more.yml").write_text(yaml.safe_dump(included))
    title, url, words = marks("deluge"), marks("URL"), marks("command")

    def task(tell: str, **more: Any) -> dict[str, Any]:
        entries = [
            {
                "title": f"{tell} {number} {title}",
                "url": f"http://localhost:9/{number}?passkey={url}",
            }
            for number in range(3)
        ]
        told = {
            "tell": tell,
            "all": {
                "mine": {"password": title},
                "rss": f"http://me:{url}@localhost:9/",
                "ours": {"password": "{? site.pw ?}"},
                **of_plugins(marks),
            },
        }
        return {
            "mock": entries,
            "disable": ["seen", "retry_failed", "remember_rejected"],
            "accept_all": True,
            "misbehave": told,
            "include": "more.yml",
            "template": "shared",
            **more,
        }

    config = {
        "variables": "variables.yml",
        "templates": {"shared": {"headers": {"Authorization": f"Bearer {marks('template')}"}}},
        "tasks": {
            "logs": task("log"),
            "aborts": task("abort"),
            "crashes": task("crash"),
            "downloads": {
                "mock": [{"title": "x", "url": f"http://localhost:9/x?passkey={url}"}],
                "accept_all": True,
                "download": {"path": str(folder)},
            },
            "grabs": {
                "mock": [
                    {
                        "title": f"Sintel 2010 1080p {title}",
                        "url": f"http://localhost:9/?passkey={url}",
                    }
                ],
                "movie_queue": "accept",
            },
            "follows": {
                "mock": [{"title": f"Some Show S01E01 {title}", "url": "http://localhost:9/s"}],
                "series": ["Some Show"],
            },
            "executes": {
                "mock": [{"title": "x", "url": "http://localhost:9/"}],
                "disable": ["seen"],
                "accept_all": True,
                "exec": {
                    "on_start": {
                        "phase": f"echo curl -u me:{words} --password={marks('option')}; API_KEY={marks('name')} env"
                    },
                    "on_output": {
                        "for_accepted": f"echo 'Authorization: Bearer {marks('scheme')}' >&2; exit 3"
                    },
                },
            },
        },
    }
    comments = (
        f"# deluge: {{password: {marks('flow comment')}, host: localhost}}\n"
        f"# sabnzbd:\n#   key: {marks('block comment')}\n"
        f"# cookies:\n#   - {marks('list comment')}\n#   - {marks('list comment')}\n"
        f"# rss: http://me:{marks('URL in a comment')}@localhost/\n"
    )
    return comments + yaml.safe_dump(config, sort_keys=False)


def wrong(marks: Marks) -> str:
    """Return a config that FlexGet complains about, quoting values."""
    tasks: dict[str, Any] = {
        "wrong": {
            "mock": [],
            "deluge": {"password": [marks("list for text")], "port": "x"},
            "sabnzbd": {"key": {"nested": marks("mapping for text")}, "url": 3},
            "cronitor": [marks("list for a code")],
            "pushover": {"user_key": marks("known key"), "nothing": True},
            "rss": f"htp://me:{marks('wrong URL')}@localhost:9/",
        }
    }
    return yaml.safe_dump({"tasks": tasks})


@dataclass
class Lurked:
    """A server on which all of it has happened, and what the board has told of it to each user meanwhile."""

    server: LiveServer
    marks: Marks
    told: dict[str, str]


@pytest.fixture(scope="module")
def lurked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lurked]:
    """Everything happens."""
    server = LiveServer(tmp_path_factory.mktemp("marked"))
    marks = Marks()
    server.start()
    server.add_users({name: name for name in (*LURKERS, "editor")})
    server.python("from django.contrib.auth.models import User; User.objects.update(is_staff=True)")
    with contextlib.ExitStack() as stack:
        boards = {
            name: stack.enter_context(server.websocket("/ws/execution/", user=name, max_queue=None))
            for name in (*LURKERS, "editor")
        }
        last = everything_happens(server, marks)
        told = {name: told_until(board, last) for name, board in boards.items()}
    yield Lurked(server, marks, told)
    server.end()


def told_until(board: ClientConnection, execution: int) -> str:
    """Return what a board has told up to the end of an execution."""
    texts = []
    for text in board:
        texts.append(str(text))
        shown = json.loads(text)["object"]
        if shown["id"] == execution and shown["finished"]:
            break
    return "".join(texts)


def everything_happens(server: LiveServer, marks: Marks) -> int:
    """Run, fail and break with marks; return the last execution's id."""
    with server.client("editor") as client:

        def put(text: str) -> None:
            server.home.config.write_text(text)
            assert client.get("/api/config", headers={"Accept": "application/yaml"}).text == text

        put(planted(marks, server.home.folder))
        client.post("/api/movie_queue", json={"title": "Sintel", "year": 2010}).raise_for_status()
        for name in ("logs", "aborts", "crashes", "downloads", "grabs", "follows", "executes"):
            server.run(tasks=[name])
        server.run(tasks=["logs"], loglevel="trace", dump=["accepted"])
        injected = {"title": "y", "url": f"http://localhost:9/?passkey={marks('inject')}"}
        server.run(
            tasks=["executes"],
            inject=[
                injected | {"fields": {"password": marks("inject field"), "note": marks("note")}}
            ],
            cli_config=[f"word={marks('cli_config')}"],
        )
        put(wrong(marks))
        last = server.run()["id"]
        server.home.config.write_text(f"tasks:\n  x: *{marks('broken file')}\n")
        client.get("/api/config")
        assert client.get("/api/server").json()["object"]["config"]["state"] == "broken"
    return int(last)


def crawled(server: LiveServer, user: str) -> Iterator[tuple[str, str]]:
    """Yield where and what a user sees, the headers included."""
    with server.client(user) as client:
        yield from api_answers(client)
        executions = [row["id"] for row in client.get("/api/execution?status=all").json()["items"]]
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        login = {"username": user, "password": PASSWORD}
        assert browser.post("/api/auth/login", json=login).status_code == 200
        yield from pages(browser)
    for pk in executions:
        with server.websocket(f"/ws/execution/{pk}/log/", user=user) as websocket:
            yield f"ws {pk}", "".join(str(message) for message in websocket)
    yield "server.log", server.log()


def api_answers(client: httpx.Client) -> Iterator[tuple[str, str]]:
    """Every GET of the OpenAPI document, in every representation; and what is wrong with other requests."""
    paths = client.get("/api/schema?format=json").json()["paths"]
    names = ["logs", "wrong", "tasks", "templates", "variables", *map(str, range(1, 12))]
    accepts = [
        "application/json",
        "text/html",
        "application/yaml",
        "text/plain",
        "text/event-stream",
    ]
    for path, methods in paths.items():
        if "get" in methods:
            filled = re.sub(r"\{\w+\}", "{}", path)
            places = [filled.replace("{}", name) for name in names] if "{}" in filled else [filled]
            left = dict.fromkeys(accepts, len(places)) | {"text/html": ALIKE}
            for place in places:
                for accept in [accept for accept in accepts if left[accept]]:
                    answer = client.get(place, params=WHOLE.get(place), headers={"Accept": accept})
                    yield f"{accept} {place} {answer.status_code}", text_of(answer)
                    if answer.status_code == 404:
                        break
                    # What one object has no such representation of, the next has none of either.
                    left[accept] = 0 if answer.status_code == 406 else left[accept] - 1
    for path, methods in paths.items():
        for method in {"post", "put", "patch", "delete"} & set(methods) if "{" in path else ():
            answer = client.request(
                method,
                re.sub(r"\{\w+\}", "nothing", path),
                content=b"{",
                headers={"Content-Type": "application/json"},
            )
            yield f"{method} {path} {answer.status_code}", text_of(answer)
    for place in ("/metrics", "/healthz", "/api/nothing", "/nothing", "/api/docs"):
        yield place, text_of(client.get(place))


def pages(browser: httpx.Client) -> Iterator[tuple[str, str]]:
    """Every page that links lead to."""
    left = ["/", "/admin/", "/nothing"]
    seen: set[str] = set()
    alike: Counter[str] = Counter()
    while left and len(seen) < MOST_PAGES:
        path = left.pop(0)
        shape = re.sub(r"\d+|=[^&]*", "", path)
        if path in seen or alike[shape] >= ALIKE:
            continue
        seen.add(path)
        alike[shape] += 1
        answer = browser.get(path, follow_redirects=True)
        yield f"page {path} {answer.status_code}", text_of(answer)
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in re.findall(r'(?:href|src)="([^"#]+)', answer.text):
            target = urlsplit(urljoin(str(answer.url), html.unescape(link)))
            inside = target.netloc == urlsplit(str(browser.base_url)).netloc
            # The order of a list changes nothing in what it shows.
            again = re.search(r"(?:^|&)(?:o|_facets|created__\w+)=", target.query)
            if inside and not again and not re.search(r"logout|/static/", target.path):
                left.append(target.path + (f"?{target.query}" if target.query else ""))


def text_of(answer: httpx.Response) -> str:
    return f"{answer.headers}\n{answer.text}"


@pytest.mark.parametrize("user", LURKERS)
def test_no_mark_is_shown(lurked: Lurked, user: str) -> None:
    server, marks = lurked.server, lurked.marks
    assert len(marks.where) > 100
    count = 0
    found: dict[str, set[str]] = {}
    for place, text in [("board", lurked.told[user]), *crawled(server, user)]:
        count += 1
        if seen := marks.seen_in(text):
            found[place] = seen
    assert not found, {
        place: sorted((mark, marks.where[mark]) for mark in seen) for place, seen in found.items()
    }
    assert count > 150


def test_they_are_there(lurked: Lurked) -> None:
    server, marks = lurked.server, lurked.marks
    assert marks.seen_in(lurked.told["editor"])
    with server.client("editor") as client:
        text = "".join(text for _, text in api_answers(client))
    missing = set(marks.where) - marks.seen_in(text)
    # Only in files that the API doesn't show, or said in other words.
    assert {marks.where[mark] for mark in missing} <= {
        "broken file",
        "included file",
        "variables file",
    }


SEARCHED = (
    "/api/execution?status=all",
    "/api/execution/1/entries?",
    "/api/history?",
    "/api/failed?",
    "/api/seen?",
    "/api/movie_queue/grabbed?",
)


@pytest.mark.parametrize("where", ["URL", "deluge"])
@pytest.mark.parametrize("user", LURKERS)
def test_no_search_finds_one(lurked: Lurked, user: str, where: str) -> None:
    """Not the one in URLs, nor the one that titles quote."""
    server, marks = lurked.server, lurked.marks
    mark = next(mark for mark, place in marks.where.items() if place == where)
    with server.client(user) as client:
        for part in (mark, mark[:-1], mark[2:], mark.upper()):
            for path in SEARCHED:
                answer = client.get(f"{path}&search={part}")
                assert answer.json()["count"] == 0, (path, part)
            lines = client.get(
                "/api/execution/1/log", params={"search": part, "follow": "false"}
            ).text
            assert '"message"' not in lines
        for path in ("/api/history", "/api/failed", "/api/rejected", "/api/pending"):
            assert client.get(f"{path}?ordering=url").status_code == 400, path


@pytest.mark.parametrize("user", LURKERS)
def test_all_else_is_found(lurked: Lurked, user: str) -> None:
    with lurked.server.client(user) as client:
        for path, word in (
            ("/api/execution/1/entries?", "log 1"),
            ("/api/history?", "Sintel"),
            ("/api/movie_queue/grabbed?", "1080p"),
        ):
            assert client.get(f"{path}&search={word}").json()["count"] > 0, path


def test_an_editor_finds_them_in_titles(lurked: Lurked) -> None:
    mark = next(mark for mark, place in lurked.marks.where.items() if place == "deluge")
    with lurked.server.client("editor") as client:
        for path in ("/api/execution/1/entries?", "/api/movie_queue/grabbed?"):
            assert client.get(f"{path}&search={mark}").json()["count"] > 0, path


def test_an_editor_reads_them(lurked: Lurked) -> None:
    server, marks = lurked.server, lurked.marks
    with server.client("editor") as client:
        text = client.get("/api/execution/1/log?follow=false").text
        assert len(marks.seen_in(text)) > 80
        lines = [json.loads(line) for line in text.splitlines()]
        assert any(line.get("level") == "VERBOSE" for line in lines)
