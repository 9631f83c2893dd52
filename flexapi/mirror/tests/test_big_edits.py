"""Edits that make the config big: what they may be, and who waits for them."""

import threading

import pytest
import yaml
from django.db import connections

from flexapi.mirror.document import Document
from flexapi.mirror.edits import asking, limits, validation, writing

pytestmark = pytest.mark.django_db(transaction=True)
YAML = "application/yaml"


def tasks(count: int, fault: str = "") -> str:
    return (
        "tasks:\n"
        + "".join(f"  t{number}:\n    mock: [{{title: x}}]\n" for number in range(count))
        + fault
    )


def put(client, text):
    return client.put("/api/config", text, content_type=YAML)


def test_too_many_tasks_are_refused_with_the_number(config, api, editor, monkeypatch):
    monkeypatch.setattr(limits, "MOST_TASKS", 3)
    before = config.read_bytes()
    answer = put(api(editor), tasks(4))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == (
        "The config would have 4 tasks, and 3 are the most that an edit may make"
    )
    assert config.read_bytes() == before
    assert put(api(editor), tasks(3)).status_code == 200


def test_too_many_values_are_refused_where_aliases_multiply_them(config, api, editor, monkeypatch):
    monkeypatch.setattr(limits, "MOST_VALUES", 100)
    monkeypatch.setattr(limits, "SHORT", 10)
    text = "a: &a [1, 2, 3, 4, 5, 6, 7, 8]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b]\ntasks: {}\n"
    answer = put(api(editor), text)
    assert answer.status_code == 400
    assert "100 are the most that an edit may make" in answer.json()["errors"][0]["detail"]


def test_a_file_that_is_bigger_can_be_edited_and_shrunk(config, api, editor, monkeypatch):
    monkeypatch.setattr(limits, "MOST_TASKS", 2)
    config.write_text(tasks(5))
    client = api(editor)
    assert client.patch("/api/tasks/t1", {"config": {"accept_all": True}}).status_code == 200
    assert client.post("/api/tasks", {"name": "x", "config": {"mock": []}}).status_code == 400
    assert client.delete("/api/tasks/t1").status_code == 204


def test_nobody_waits_while_flexget_checks_a_big_one(config, api, editor, monkeypatch):
    """Another edit is made in the middle of the check, and both are there in the end."""
    monkeypatch.setattr(validation, "QUICK", 1)
    monkeypatch.setattr(asking, "BATCH", 2)
    check = validation.check
    between: list[threading.Thread] = []

    def edit_meanwhile():
        writing.write(
            lambda base: base.document.set(("tasks", "tv"), {"mock": [{"title": "y"}]}),
            origin="api",
        )
        connections.close_all()

    def check_and_edit(old, new):
        if len(new["tasks"]) > 10 and not between:
            other = threading.Thread(target=edit_meanwhile)
            between.append(other)
            other.start()
            other.join(30)
            assert not other.is_alive(), "the lock was held"
        check(old, new)

    monkeypatch.setattr(validation, "check", check_and_edit)
    document = "".join(f"  t{number}:\n    mock: [{{title: x}}]\n" for number in range(20))
    writing.write(lambda base: type(base.document)(base.document.text + document), origin="api")
    found = yaml.safe_load(config.read_text())["tasks"]
    assert between
    assert len([name for name in found if name.startswith("t") and name[1:].isdigit()]) == 20
    assert found["tv"] == {"mock": [{"title": "y"}]}


def test_faults_of_a_big_one_are_found(config, api, editor, monkeypatch):
    monkeypatch.setattr(validation, "QUICK", 0)
    answer = put(api(editor), tasks(3, "  bad:\n    no_such_plugin: yes\n"))
    assert answer.status_code == 400
    assert "no_such_plugin" in answer.json()["errors"][0]["detail"]


def test_other_line_breaks_of_a_long_text_are_kept_in_a_moment():
    """It can be counted how many lines are compared with each other: none here, where all others would be."""
    line = "- the same\r\n"
    old = Document("a:\r\n" + line * 30_000)
    new = "a:\n" + "- another\n" * 15_000 + "- the same\n" * 15_000
    assert old.replace_source((), new).text == new.replace("\n", "\r\n")
