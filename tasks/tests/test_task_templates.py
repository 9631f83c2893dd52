"""/api/task_templates: each template makes a task that FlexGet accepts and that takes what it should, whatever is filled in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flexapi.testing.live import LiveServer
from flexapi.testing.site import Site, serving
from tasks.starting import templates
from tasks.starting.templates import BadValues

# FlexGet finds Trakt at another address.
TRAKT = """
from flexget.components.trakt import db
db.API_URL = "{url}/"
"""
HOSTILE = [
    "Show: the # second",
    "'quoted' \"twice\"",
    "{{ jinja }} {? variable ?} {% x %}",
    "- dash",
    "yes",
    "24",
    "2012-01-01",
    "&anchor *alias !tag",
    "[a, b]",
    "back\\slash",
    "è 日本 🎬",
    "!field name",
    "=",
]


def filled(template: templates.TaskTemplate, **values: Any) -> dict[str, Any]:
    """Every field's example, but for these values."""
    examples = {field.name: field.example for field in template.fields if field.example is not None}
    return {**examples, **values}


def series_template() -> templates.TaskTemplate:
    template = templates.named("series_from_rss")
    assert template is not None
    return template


def texts(value: Any) -> Iterator[Any]:
    """All keys and values in data."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from texts(below)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    else:
        yield value


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as served:
        served.feed(
            "/tv", "Pioneer One S01E01 720p", "Pioneer One S01E01 480p", "Other S01E01 720p"
        )
        served.feed("/all", "ubuntu 26.04 desktop amd64", "fedora 45 desktop")
        served.feed("/movies", "Sintel 2010 1080p", "Sita Sings the Blues 2008 1080p")
        served.feed("/found", "Sunrise S01E01 720p", "Elephants Dream 2006 1080p")
        served.feed("/news", "It is out")
        served.page("/page", "ubuntu 26.04 desktop", "about us")
        movie = {"title": "Spring", "year": 2019, "ids": {"slug": "spring", "trakt": 5}}
        served.json("/users/someone/watchlist/movies", [{"type": "movie", "movie": movie}])
        yield served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[LiveServer]:
    found = LiveServer(tmp_path_factory.mktemp("templates"))
    found.home.write({}, schedules=False)
    (found.home.folder / "plugins" / "elsewhere.py").write_text(TRAKT.format(url=site.url))
    found.start()
    found.add_users({"viewer": "viewer", "editor": "editor"})
    with found.client() as client:
        # It waits for FlexGet, where a check says at once that it is not there yet.
        client.get("/api/plugins").raise_for_status()
    yield found
    found.end()


@pytest.fixture(scope="module")
def taken(server: LiveServer, site: Site, tmp_path_factory: Any) -> dict[str, set[str]]:
    """The titles that a task of each template accepted in one real run, by the template's name."""
    folder = tmp_path_factory.mktemp("folders")
    watched, done = folder / "watched", folder / "done"
    (done / "deeper").mkdir(parents=True)
    watched.mkdir()
    (watched / "new.torrent").write_text("d")
    (watched / "new.txt").write_text("no torrent")
    (done / "deeper" / "Big.Show.S02E03.720p.mkv").write_text("a video")
    (done / "Big.Show.txt").write_text("no video")
    found = f"{site.url}/found?q={{{{search_term}}}}"
    values: dict[str, dict[str, Any]] = {
        "series_from_rss": {"address": f"{site.url}/tv", "shows": ["Pioneer One"]},
        "matching_from_rss": {"address": f"{site.url}/all", "quality": ""},
        "queued_movies_from_rss": {"address": f"{site.url}/movies"},
        "search_series": {"search_address": found, "shows": ["Sunrise"]},
        "search_queued_movies": {"search_address": found},
        "trakt_to_movie_list": {},
        "list_to_list": {},
        "watched_folder": {"watched": str(watched)},
        "links_of_a_page": {"page": f"{site.url}/page"},
        "sort_series": {
            "watched": str(done),
            "sorted": f"{folder}/tv/{{{{ series_name }}}}/Season {{{{ series_season }}}}",
        },
        "notify": {"address": f"{site.url}/news", "web_hook": f"{site.url}/hook"},
    }
    assert values.keys() == {template.name for template in templates.all_templates()}
    with server.client("editor") as client:
        for title, year in (("Sintel", 2010), ("Elephants Dream", 2006)):
            movie = {"title": title, "year": year}
            client.post("/api/movie_queue", json=movie).raise_for_status()
        made = client.post("/api/entry_list", json={"name": "found"})
        made.raise_for_status()
        entry = {"title": "from a list", "original_url": "http://localhost/x"}
        path = f"/api/entry_list/{made.json()['object']['id']}/entries"
        client.post(path, json=entry).raise_for_status()
        for name, own in values.items():
            given = filled(templates.named(name), name=name, **own)  # type: ignore[arg-type]
            if "download_folder" in given:
                given |= {"output": "download", "download_folder": str(folder / "out" / name)}
            answer = client.post(f"/api/task_templates/{name}/render", json=given)
            assert answer.status_code == 200, answer.text
            text = answer.json()["object"]["text"]
            yaml_type = {"Content-Type": "application/yaml"}
            stored = client.post("/api/tasks", content=text, headers=yaml_type)
            assert stored.status_code == 201, stored.text
            # Comments are in the file.
            assert all(line.strip() in server.home.config.read_text() for line in text.splitlines())
        execution = server.run(tasks=list(values))
        log = client.get(f"/api/execution/{execution['id']}/log").text
        assert execution["status"] == "complete", log
        path = f"/api/execution/{execution['id']}/entries?limit=500"
        entries = client.get(path).json()["items"]
    return {
        "folder": {str(folder)},
        **{
            name: {
                entry["title"]
                for entry in entries
                if (entry["task"], entry["state"]) == (name, "accepted")
            }
            for name in values
        },
    }


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("series_from_rss", {"Pioneer One S01E01 720p"}),
        ("matching_from_rss", {"ubuntu 26.04 desktop amd64"}),
        ("queued_movies_from_rss", {"Sintel 2010 1080p"}),
        ("search_series", {"Sunrise S01E01 720p"}),
        ("search_queued_movies", {"Elephants Dream 2006 1080p"}),
        ("trakt_to_movie_list", {"Spring (2019)"}),
        ("list_to_list", {"from a list"}),
        ("watched_folder", {"new"}),
        ("links_of_a_page", {"ubuntu 26.04 desktop"}),
        ("sort_series", {"Big.Show.S02E03.720p"}),
        ("notify", {"It is out"}),
    ],
)
def test_it_takes_what_it_should(taken: dict[str, set[str]], name: str, titles: set[str]) -> None:
    assert taken[name] == titles


def test_what_was_taken_is_where_it_should_be(
    taken: dict[str, set[str]], server: LiveServer, site: Site
) -> None:
    folder = Path(*taken["folder"])
    downloaded = {path.parent.name for path in (folder / "out").rglob("*") if path.is_file()}
    assert downloaded == {
        *("series_from_rss", "matching_from_rss", "queued_movies_from_rss"),
        *("search_series", "search_queued_movies", "watched_folder", "links_of_a_page"),
    }
    assert (folder / "tv" / "Big Show" / "Season 2" / "Big.Show.S02E03.720p.mkv").exists()
    assert (folder / "done" / "Big.Show.txt").exists()
    assert ["It is out" in text for text in site.posted] == [True]
    with server.client() as client:
        assert client.get("/api/movie_queue").json()["count"] == 0
        (films,) = client.get("/api/movie_list").json()["items"]
        (film,) = client.get(f"/api/movie_list/{films['id']}/movies").json()["items"]
        lists = client.get("/api/entry_list").json()["items"]
        ids = {one["name"]: one["id"] for one in lists}
        counts = {
            name: client.get(f"/api/entry_list/{pk}/entries").json()["count"]
            for name, pk in ids.items()
        }
    assert (films["name"], film["title"]) == ("wanted", "Spring")
    assert counts == {"found": 0, "wanted": 1}


def test_every_output_is_accepted_by_flexget(server: LiveServer) -> None:
    with server.client("editor") as client:
        for output in templates._outputs():
            given = filled(series_template(), name="x", output=output)
            path = "/api/task_templates/series_from_rss/render"
            text = client.post(path, json=given).json()["object"]["text"]
            headers = {"Content-Type": "application/yaml"}
            checked = client.post("/api/config/check?task=x", content=text, headers=headers).json()
            assert checked["object"]["complaints"] == [], output
            assert yaml.safe_load(text)["x"].keys() >= {"rss", "series", output}


class TestValues:
    @pytest.mark.parametrize("template", templates.all_templates(), ids=lambda one: one.name)
    def test_each_stands_in_the_text_as_it_was_given(self, template):
        plain = filled(template)
        for field in template.fields:
            if field.kind not in ("line", "lines") or (field.output or "download") != "download":
                continue
            for value in HOSTILE:
                given = {**plain, field.name: [value] if field.kind == "lines" else value}
                text, missing = template.render(given)
                data = yaml.safe_load(text)
                assert missing == []
                assert value in list(texts(data)), text
                assert len(data) == 1

    @pytest.mark.parametrize(
        "value", ["two\nlines", "a\ttab", "\x00", 5, None, [["x"]], "x" * 2001]
    )
    def test_what_is_no_line_is_refused(self, value):
        template = series_template()
        with pytest.raises(BadValues) as refused:
            template.render(filled(template, shows=[value]))
        assert set(refused.value.errors) == {"shows"}

    def test_what_is_left_empty_leaves_its_line_out(self):
        template = series_template()
        text, _ = template.render(filled(template, quality=""))
        assert "quality" not in text

    def test_what_is_missing_is_named(self):
        template = series_template()
        with pytest.raises(BadValues) as refused:
            template.render({"name": "x", "address": " ", "shows": []})
        assert set(refused.value.errors) == {"address", "shows", "download_folder"}
        text, missing = template.render({}, partial=True)
        assert missing == ["address", "shows", "download_folder"]
        assert yaml.safe_load(text)["series"]["series"] == ["…"]


class TestEndpoint:
    def test_its_schema_says_what_to_fill_in(self, server):
        with server.client("viewer") as client:
            answer = client.get("/api/task_templates")
            assert answer.status_code == 200, answer.text
            found = {one["name"]: one for one in answer.json()["items"]}
            one = client.get("/api/task_templates/series_from_rss").json()["object"]
            assert client.get("/api/task_templates/nothing").status_code == 404
        schema = one["schema"]
        assert one == found["series_from_rss"]
        assert schema["required"] == ["address", "shows"]
        assert {"720p", "720p+", "bluray"} <= set(schema["properties"]["quality"]["examples"])
        assert schema["properties"]["transmission_port"] == {
            "type": "integer",
            "minimum": 1,
            "maximum": 65535,
            "title": "Port",
            "description": "Of its web interface.",
            "default": 9091,
            "examples": [9091],
            "x-output": "transmission",
        }

    def test_what_is_wrong_is_said_by_field(self, server):
        path = "/api/task_templates/series_from_rss/render"
        with server.client("editor") as client:
            body = {"shows": "one", "output": "mail", "more": 1}
            answer = client.post(path, json=body)
            assert answer.status_code == 400
            found = {error["attr"]: error["detail"] for error in answer.json()["errors"]}
            assert found == {
                "shows": "Expected a list.",
                "output": "Expected one of: download, transmission, qbittorrent, deluge.",
                "more": "There is no such field.",
            }
            assert client.post(path, json=[1]).status_code == 400
        with server.client("viewer") as client:
            assert client.post(path, json={}).status_code == 403


def test_a_task_of_this_name_is_not_overwritten(server: LiveServer) -> None:
    headers = {"Content-Type": "application/yaml"}
    text = "twice:\n  mock: []\n  accept_all: yes\n"
    with server.client("editor") as client:
        assert client.post("/api/tasks", content=text, headers=headers).status_code == 201
        assert client.post("/api/tasks", content=text, headers=headers).status_code == 409
        bad = client.post("/api/tasks", content="a: [", headers=headers)
        assert bad.status_code == 400
        assert bad.json()["errors"][0]["code"] == "invalid_yaml"
        refused = client.post("/api/tasks", content="y:\n  mck: []\n", headers=headers)
        assert "mck" in refused.json()["errors"][0]["detail"]
