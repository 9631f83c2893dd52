"""Real configs through the API: what GET gives changes no byte when it is PUT back."""

from urllib.parse import quote

import pytest

from flexapi.mirror import mirror
from flexapi.mirror.document import ParseError
from flexapi.testing.config_file import CORPUS
from flexapi.testing.examples import examples

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real configs is not here"),
]
# Of each file, this many tasks and sections; the document's own tests put back every one.
EACH = examples(1)
YAML = {"accept": "application/yaml"}


def broken(content: bytes) -> str | None:
    """Where the file doesn't parse, as errors say it; None where it does."""
    try:
        mirror.parse(content)
    except ParseError as error:
        return f"line {error.line}"
    return None


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.yml")), ids=lambda path: path.stem)
def test_what_get_gave_changes_no_byte(config, api, editor, path):
    content = path.read_bytes()
    config.write_bytes(content)
    client = api(editor)
    mark = broken(content)
    if mark is not None:
        answer = client.post("/api/tasks", {"name": "new", "config": {}})
        assert answer.status_code == 409
        assert mark in answer.content.decode()
        assert config.read_bytes() == content
        return

    tasks = client.get(f"/api/tasks?limit={EACH}").json()["items"]
    sections = client.get("/api/config").json()["items"][-EACH:]
    urls = [f"/api/tasks/{quote(task['name'], safe='')}" for task in tasks]
    urls += [f"/api/config/{quote(section['name'], safe='')}" for section in sections]
    for url in urls:
        got = client.get(url).json()["object"]
        assert client.put(url, {"config": got["config"]}).status_code == 200, url
        source = client.get(url, headers=YAML).content
        put = client.put(url, source, content_type="application/yaml")
        assert put.status_code == 200, (url, put.content)
    whole = client.get("/api/config", headers=YAML).content
    assert client.put("/api/config", whole, content_type="application/yaml").status_code == 200
    assert config.read_bytes() == content
