"""Every operation has a summary, a description, and examples of its body; each example is sent to a real server."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, shared_server

__all__ = ["shared_server"]

# A summary that begins so says nothing where it stands in a list of all operations.
PRONOUNS = re.compile(r"^\w+ (it|them|one|all of them)\b(?! of)")


@pytest.fixture(scope="module")
def client(shared_server: LiveServer) -> Iterator[httpx.Client]:
    """An admin's client of a server with the task that examples run, and an included file."""
    home = shared_server.home
    (home.folder / "more.yml").write_text("priority: 5\n")
    home.write({"tv": accepting("Sintel", include=["more.yml"])})
    with shared_server.client() as client:
        yield client


# An execution that this could move waits for no time at all, and nothing is broken that this could mend.
TOO_LATE = {("PATCH", "/api/execution/{id}"), ("PUT", "/api/config/broken")}
# What asks a service outside, which a test can't reach.
OUTSIDE = {("POST", "/api/movie_queue/lookup")}


class Examples:
    """Sends the examples of the document: makes what a path names, and deletes it again."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.paths: dict[str, Any] = client.get("/api/schema").raise_for_status().json()["paths"]
        self.made: list[str] = []

    def __iter__(self) -> Iterator[tuple[str, str, str, Any]]:
        """Yield method, path, media type and body of each."""
        for path, methods in self.paths.items():
            for method, operation in methods.items():
                for media_type, content in operation.get("requestBody", {"content": {}})[
                    "content"
                ].items():
                    assert content.get("examples"), f"{method} {path} has no example: {media_type}"
                    for example in content["examples"].values():
                        yield method.upper(), path, media_type, example["value"]

    def send(self, method: str, path: str, media_type: str, body: Any) -> None:
        """Send one and assert that it does what the operation is for."""
        address = self.address(path)
        responses = self.paths[path][method.lower()]["responses"]
        answers = next(responses[status]["content"] for status in responses if status < "3")
        accepted = media_type if media_type in answers else "application/json"
        kind: dict[str, Any] = (
            {"json": body}
            if media_type == "application/json"
            else {
                "content": body,
                "headers": {"Content-Type": media_type, "Accept": accepted},
            }
        )
        answer = self.client.request(method, address, **kind)
        if (method, path) in TOO_LATE and answer.status_code == 409:
            return
        if (method, path) in OUTSIDE and answer.status_code == 503:
            return
        assert answer.status_code in (200, 201), (method, path, answer.text)
        documented = self.paths[path][method.lower()]["responses"][str(answer.status_code)]
        assert answer.headers["Content-Type"].partition(";")[0] in documented["content"]
        if answer.status_code == 201:
            self.made.append(answer.headers.get("Location", ""))
        self.clean_up()

    def address(self, path: str) -> str:
        """Return a path with what it names in place of its parameters; what can be made is."""
        while match := re.search(r"\{\w+\}", path):
            collection = path[: match.start()].rstrip("/")
            path = path.replace(match[0], self.key_in(collection), 1)
        return path

    def key_in(self, collection: str) -> str:
        """Return the id or the name of something in a collection."""
        described = self.paths[re.sub(r"/[0-9]+/", "/{list_id}/", collection)]
        if "post" in described:
            content = described["post"]["requestBody"]["content"]["application/json"]
            [example] = content["examples"].values()
            answer = self.client.post(collection, json=example["value"]).raise_for_status()
            self.made.append(answer.headers["Location"])
            found = answer.json()["object"]
        else:
            found = self.client.get(collection).json()["items"][0]
        return str(found["id"] if "id" in found else found["name"])

    def clean_up(self) -> None:
        """Delete what was made, the last one first."""
        while self.made:
            address = self.made.pop()
            if address and "/execution/" not in address:
                # A task may have been renamed, a section written without it.
                assert self.client.delete(address).status_code in (204, 404)


def test_each_example_is_taken(client: httpx.Client, shared_server: LiveServer) -> None:
    examples = Examples(client)
    before = shared_server.home.config.read_text()
    sent = 0
    for method, path, media_type, body in examples:
        examples.send(method, path, media_type, body)
        if (method, path) == ("PUT", "/api/config"):
            shared_server.home.config.write_text(before)
            client.get("/api/config")
        sent += 1
    assert sent > 30


def test_each_operation_says_what_it_does(client: httpx.Client) -> None:
    paths: dict[str, dict[str, Any]] = client.get("/api/schema").json()["paths"]
    named: dict[str, str] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            summary = operation["summary"]
            assert 5 < len(summary) <= 90, (method, path, summary)
            assert not summary.endswith("."), (method, path, summary)
            assert not PRONOUNS.search(summary), (method, path, summary)
            assert named.setdefault(summary, path) == path, summary
            assert len(operation["description"]) > 10, (method, path)
