"""`/api/hooks/templates`: what each program sends becomes what its ready mapping says, by way of the door."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from executions.models import Execution
from executions.running.runner import Runner
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from hooks.models import Hook
from hooks.ready.templates import templates
from movie_queue.models import QueuedMovie

from .conftest import URL, Api

pytestmark = pytest.mark.django_db

SINTEL = {"title": "Sintel", "year": 2010, "tmdb_id": 45745}
SONARR = {"tvdb_id": 170551, "sonarr_title": "Pioneer One"}
RELEASE = {
    "repository": "somebody/tool",
    "version": "v1.2.0",
    "comments": "https://github.com/somebody/tool/releases/tag/v1.2.0",
}
FILES = "https://github.com/somebody/tool/releases/download/v1.2.0"
# What comes of the body that a template is for: the fields of each entry or movie.
WANTED: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("sonarr_grab", "Grab"): [
        {
            "title": "Pioneer.One.S01E03.1080p.WEB-DL-VODO",
            "url": "http://localhost/Pioneer.One.S01E03.1080p.WEB-DL-VODO",
            **SONARR,
            "imdb_id": "tt1748166",
            "indexer": "An indexer",
            "download_id": "2C6B6858D61DA9543D4231A71DB4B1C9264B0685",
        }
    ],
    ("sonarr_import", "Import"): [
        {
            "title": "Season 1/Pioneer One S01E03.mkv",
            "url": "http://localhost/Season%201/Pioneer%20One%20S01E03.mkv",
            **SONARR,
            "location": "/tv/Pioneer One/Season 1/Pioneer One S01E03.mkv",
        }
    ],
    ("radarr_grab", "Grab"): [
        {
            "title": "Sintel.2010.1080p.BluRay-BLENDER",
            "url": "http://localhost/Sintel.2010.1080p.BluRay-BLENDER",
            "movie_name": "Sintel",
            "movie_year": 2010,
            "tmdb_id": 45745,
            "imdb_id": "tt1727587",
            "indexer": "An indexer",
            "download_id": "SABnzbd_nzo_abcdef",
        }
    ],
    ("radarr_added", "Movie added"): [{**SINTEL, "imdb_id": "tt1727587"}],
    ("autobrr", "A release"): [
        {
            "title": "Pioneer.One.S01E03.1080p.WEB-DL-VODO",
            "url": "https://indexer.example/download/71?passkey=abcdef0123456789",
            "indexer": "An indexer",
            "comments": "https://indexer.example/details/71",
        }
    ],
    ("overseerr", "A movie is approved"): [{**SINTEL, "imdb_id": None}],
    ("github_release", "A release"): [
        {"title": f"tool v1.2.0 {name}", "url": f"{FILES}/{name}", **RELEASE}
        for name in ("tool-linux.tar.gz", "tool-macos.tar.gz")
    ],
}
BODIES = [(name, what) for name, template in templates().items() for what in template.bodies]


@pytest.mark.parametrize(("name", "what"), BODIES)
def test_what_a_program_sends(
    api: Api, editor: User, tv: FlexGetHome, flexget_engine: Engine, name: str, what: str
) -> None:
    template = templates()[name]
    made = api(editor).post(URL, {"name": name, "task": "tv", "template": name, **template.hook})
    assert made.status_code == 201, made.content
    text = json.dumps(template.bodies[what]).encode()
    content: Any = {"data": text, "content_type": "application/json"}
    answer = api().post(f"{URL}/{name}", **content, **shown(made.json()["object"], text))

    wanted = WANTED.get((name, what))
    assert answer.status_code == (201 if wanted else 200), answer.content
    if wanted is None:
        assert answer.json()["object"]["reason"]
        assert not Execution.objects.exists()
        assert not QueuedMovie.objects.exists()
    elif template.hook["target"] == "movie_queue":
        assert list(QueuedMovie.objects.values(*wanted[0])) == wanted
    else:
        execution = Execution.objects.claim("test")
        assert execution is not None
        given = [
            {"title": entry["title"], "url": entry["url"], **entry["fields"]}
            for entry in execution.options["inject"]
        ]
        assert given == wanted
        Runner(execution, flexget_engine).run()
        assert execution.status == "complete", execution.abort_reason
        assert execution.entries.count() == len(wanted)


def shown(hook: dict[str, Any], body: bytes) -> dict[str, Any]:
    """What the program shows, once the hook's secret is set there."""
    if hook["proof"] == "signature":
        signature = hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest()
        return {"HTTP_X_HUB_SIGNATURE_256": f"sha256={signature}"}
    return {"HTTP_X_API_KEY": hook["secret"]}


def test_each_template_has_a_body_that_something_comes_of() -> None:
    assert {name for name, _ in WANTED} == set(templates())


def test_they_are_listed(api: Api, viewer: User) -> None:
    items = api(viewer).get(f"{URL}/templates").json()["items"]
    assert [item["name"] for item in items] == list(templates())
    for item in items:
        assert "ADDRESS" in item["help"]
        assert "SECRET" in item["help"]
        assert item["hook"]["title"]


def test_an_empty_list_brings_nothing(
    api: Api, make: Callable[..., dict[str, Any]], tv: FlexGetHome
) -> None:
    made = make(entries="$.found", title="@.title")
    answer = api().post(f"{URL}/door", {"found": []}, HTTP_X_API_KEY=made["secret"])
    assert (answer.status_code, answer.json()["object"]["reason"]) == (200, "`$.found` is empty.")
    assert Hook.objects.get().calls.get().outcome == "ignored"
