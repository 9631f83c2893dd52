"""The OpenAPI document, held against what the endpoints really answer."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from flexapi.api import docs
from flexapi.api.docs import document


def test_it_is_valid_and_drawn_up_without_warnings(tmp_path: Any) -> None:
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "openapi.yml")
    )
    validate_schema(document())


def test_it_is_public_in_json_and_yaml(api: Any, db: None) -> None:
    as_json = api().get("/api/schema").json()
    assert as_json["openapi"].startswith("3.")
    for response in (
        api().get("/api/schema", HTTP_ACCEPT="application/yaml"),
        api().get("/api/schema?format=yaml"),
        api().get("/api/schema", HTTP_ACCEPT="application/vnd.oai.openapi"),
    ):
        assert yaml.safe_load(response.content) == as_json


def test_several_may_ask_for_the_first_at_once() -> None:
    docs._drawn.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: docs.document(), range(8)))
    assert all(each is drawn[0] for each in drawn)


def test_the_page_uses_local_files_alone(api: Any, db: None) -> None:
    page = api().get("/api/docs", HTTP_ACCEPT="text/html").content.decode()
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "cdn" not in page
    assert "//unpkg" not in page


def conforms(response: Any, path: str, method: str = "get") -> None:
    """Assert that the answer is one that the document describes."""
    responses = document()["paths"][path][method]["responses"]
    described = responses[str(response.status_code)]
    schema = described["content"]["application/json"]["schema"]
    # OpenAPI 3.0 says nullable where JSON Schema says null.
    text = json.dumps({"components": document()["components"], **schema})
    jsonschema.validate(response.json(), _with_nulls(json.loads(text)))


def _with_nulls(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_nulls(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _with_nulls(value) for key, value in schema.items()}
    if schema.pop("nullable", False):
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def test_answers_are_as_described(api: Any, viewer: Any) -> None:
    client = api(viewer)
    conforms(client.get("/api/auth/me"), "/api/auth/me")
    conforms(client.get("/api/server"), "/api/server")
    conforms(client.get("/api/auth/tokens"), "/api/auth/tokens")
    made = client.post("/api/auth/tokens", {"name": "x"})
    conforms(made, "/api/auth/tokens", "post")
    one = client.get(made["Location"])
    conforms(one, "/api/auth/tokens/{id}")
    body = {"username": "viewer", "password": "viewer", "name": "x"}
    conforms(api().post("/api/auth/login", body), "/api/auth/login", "post")


def test_errors_are_as_described(api: Any, viewer: Any) -> None:
    client = api(viewer)
    conforms(api().get("/api/auth/me"), "/api/auth/me")
    conforms(client.get("/api/auth/tokens?limit=x"), "/api/auth/tokens")
    conforms(client.post("/api/auth/tokens", {}), "/api/auth/tokens", "post")
    conforms(client.get("/api/auth/tokens/999"), "/api/auth/tokens/{id}")
    conforms(api().post("/api/auth/login", {}), "/api/auth/login", "post")
    wrong = {"username": "x", "password": "x"}
    conforms(api().post("/api/auth/login", wrong), "/api/auth/login", "post")
    for _ in range(10):
        throttled = api().post("/api/auth/login", wrong)
    assert throttled.status_code == 429
    conforms(throttled, "/api/auth/login", "post")


def test_the_ways_to_authenticate_are_told() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert schemes["token"]["name"] == "Authorization"
    assert schemes["cookieAuth"]["name"] == "sessionid"
    assert document()["paths"]["/api/auth/login"]["post"]["security"] == [{}]
    assert schemes["apiKey"]["name"] == "X-Api-Key"
    assert [schemes[name]["scheme"] for name in ("bearer", "basic")] == ["bearer", "basic"]
    ways = document()["paths"]["/api/auth/me"]["get"]["security"]
    for name in ("token", "bearer", "apiKey", "basic"):
        assert {name: []} in ways


@pytest.mark.parametrize(
    ("path", "method", "header"),
    [
        ("/api/auth/tokens/{id}", "get", "If-None-Match"),
        ("/api/auth/tokens/{id}", "delete", "If-Match"),
    ],
)
def test_preconditions_are_told(path: str, method: str, header: str) -> None:
    parameters = document()["paths"][path][method]["parameters"]
    assert header in [parameter["name"] for parameter in parameters]


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation with its name, such as `GET /api/tasks`."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def answers(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the status of each JSON answer with its schema, references followed."""
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if content:
            yield status, followed(content["schema"])


def followed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference leads to."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def test_every_answer_has_its_envelope_once() -> None:
    for name, operation in operations():
        for status, schema in answers(operation):
            members = schema["properties"]
            if status >= "400":
                assert set(members) == {"type", "errors"}, (name, status)
            elif "items" not in members:
                assert "object" in members, (name, status)
                inner = followed(members["object"]).get("properties", {})
                assert "object" not in inner, (name, status)


def test_errors_that_anything_may_answer_are_told_everywhere() -> None:
    for name, operation in operations():
        told = set(operation["responses"])
        assert {"400", "406", "503"} <= told, name
        if not name.startswith("GET"):
            assert "507" in told, name
        # A text that is only checked or tried contradicts nothing.
        if (
            "config" in name
            and not name.startswith("GET")
            and not name.endswith(("/check", "/try"))
        ):
            assert "409" in told, name


def test_what_may_be_unknown_may_be_null() -> None:
    schemas = document()["components"]["schemas"]
    unknown = {
        "Execution": ("requested_by", "current_task", "abort_reason", "waiting_for", "worker"),
        "Revision": ("author",),
        "HistoryEntry": ("url", "file", "reason", "plugin", "imdb_id"),
        "QueuedMovie": ("requested_by",),
        "Schedule": ("problem",),
    }
    for schema, fields in unknown.items():
        for field in fields:
            assert schemas[schema]["properties"][field].get("nullable"), (schema, field)
