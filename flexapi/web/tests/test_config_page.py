"""The config and a task written in the browser: help at every key, FlexGet's check, the difference, and two who save at once."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.corpus_edits import corpus
from flexapi.testing.examples import FACTOR
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import other_config

TEXT = """\
# Mine.
tasks:
  films:   # every night
    mock:
      - {title: one, url: "http://localhost/1"}
    accept_all: yes
  shows:
    deluge: {password: hidden word}
    accept_all: no
schedules: no
"""
PLACES = """async (files) => {
  const { keyAt, placeAt } = await import("/static/web/js/editor/place.js");
  return files.flatMap(({ text, keys }) => keys.map(([start, path, flow]) => {
    const end = text.indexOf("\\n", start);
    const typed = text.slice(0, start + 1) + (end < 0 ? "" : text.slice(end));
    const known = keyAt(text, start + 1)?.path;
    const place = /["']/.test(text[start]) ? { path: path.slice(0, -1), kind: "key" } : placeAt(typed, start + 1);
    return { line: text.slice(start).split("\\n", 1)[0], path, flow, known, kind: place?.kind, within: place?.path };
  }));
}"""


@pytest.fixture
def written(web_server: LiveServer) -> Any:
    """The text on disk; the tasks of other tests come back afterwards."""
    with other_config(web_server, TEXT):
        yield web_server.home.config


def opened(person: Any, path: str, label: str) -> Any:
    """Open an editor and wait until FlexGet has looked at its text."""
    person.page.goto(path)
    expect(person.page.locator("#problems .state")).to_have_text(
        re.compile("nothing against it|to look at")
    )
    return person.page.get_by_role("textbox", name=label)


def jump(page: Any, line: int) -> None:
    """Put the cursor at the end of a line."""
    page.locator("#editor").evaluate("(editor, line) => editor.jump(line)", line)
    page.keyboard.press("End")


def complete(page: Any, word: str, option: str) -> None:
    """Type the beginning of a word and take what is offered."""
    page.keyboard.type(word)
    chosen = page.get_by_role("option", name=re.compile(rf"^{option}\b")).first
    expect(chosen).to_be_visible()
    chosen.click()


def save(page: Any) -> None:
    page.keyboard.press("ControlOrMeta+s")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#state")).to_have_text("")


def test_a_key_is_completed_checked_and_saved(
    web_server: LiveServer, people: Any, written: Any
) -> None:
    person = people(web_server, "editor")
    page = person.page
    opened(person, "/config/", "Config")
    jump(page, 6)
    page.keyboard.press("Enter")
    complete(page, "qual", "quality")
    # The help is FlexGet's own.
    page.keyboard.type("720p")
    page.keyboard.press("Enter")
    page.keyboard.type("acept: yes")
    problem = page.locator("#problems").get_by_role("button")
    expect(problem).to_contain_text("Line 8")
    expect(problem).to_contain_text("`acept` is not valid")
    expect(page.locator(".cm-lintRange-error")).to_have_text("acept")
    # FlexGet refuses it, and says so where one would save it.
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+s")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("acept")
    page.get_by_role("button", name="Back to the editor").click()
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Backspace")
    complete(page, "no_ent", "no_entries_ok")
    complete(page, "", "yes")
    save(page)
    added = "    quality: 720p\n    no_entries_ok: yes\n"
    assert written.read_text() == TEXT.replace("yes\n  shows", f"yes\n{added}  shows")
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    # Chromium tells of each answer that is a refusal.
    assert [line for line in person.complaints if "400" not in line] == []
    assert person.foreign == []


def test_two_who_save_at_once(web_server: LiveServer, people: Any, written: Any) -> None:
    written.write_text(TEXT, newline="\r\n")
    person = people(web_server, "editor")
    page = person.page
    opened(person, "/config/", "Config")
    jump(page, 6)
    page.keyboard.type("  # mine")
    with web_server.client() as client:
        shows = {"config": {"mock": [], "accept_all": True}}
        client.put("/api/tasks/shows", json=shows).raise_for_status()
    page.keyboard.press("ControlOrMeta+s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Both changes are in this")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#state")).to_have_text("")
    both = written.read_text()
    assert "accept_all: yes  # mine\n  shows" in both
    assert yaml.safe_load(both)["tasks"]["shows"] == shows["config"]

    jump(page, 3)
    page.keyboard.type(" at two")
    with web_server.client() as client:
        theirs = both.replace("every night", "every day").replace("\n", "\r\n")
        headers = {"Content-Type": "application/yaml"}
        client.put("/api/config", content=theirs, headers=headers).raise_for_status()
    page.keyboard.press("ControlOrMeta+s")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("textbox", name="What is saved now")).to_contain_text("every day")
    expect(dialog.get_by_role("textbox", name="What you will save")).to_contain_text("night at two")
    dialog.get_by_role("button", name="Save the right side").click()
    expect(page.locator("#state")).to_have_text("")
    assert written.read_text() == both.replace("every night", "every night at two")
    assert b"\n" not in written.read_bytes().replace(b"\r\n", b"")


def test_a_task_and_what_was_not_saved(web_server: LiveServer, people: Any, written: Any) -> None:
    person = people(web_server, "editor", viewport=PHONE)
    page = person.page
    page.goto("/tasks/")
    page.get_by_role("link", name="Edit films").click()
    editor = page.get_by_role("textbox", name="films")
    expect(editor).to_contain_text("every night")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
    page.locator("#editor").evaluate("(editor) => editor.jump(4)")
    page.keyboard.press("End")
    page.keyboard.type("  # draft")
    expect(page.locator("#state")).to_have_text("Not saved yet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Use it").click()
    expect(editor).to_contain_text("# draft")
    save(page)
    assert "    accept_all: yes  # draft\n" in written.read_text()
    page.reload()
    expect(editor).to_contain_text("# draft")
    expect(page.get_by_role("button", name="Use it")).to_be_hidden()


def test_a_task_is_renamed_and_its_line_ends_stay(
    web_server: LiveServer, people: Any, written: Any
) -> None:
    text = TEXT.replace("\n", "\r\n")
    web_server.write_config(text)
    page = people(web_server, "editor").page
    page.goto("/tasks/films/edit/")
    expect(page.get_by_role("textbox", name="films")).to_contain_text("every night")
    page.locator("#editor").evaluate("(editor) => editor.jump(1)")
    page.keyboard.press("Home")
    page.keyboard.press("ControlOrMeta+Delete")
    page.keyboard.insert_text("movies")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+s")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.wait_for_url("**/tasks/movies/edit/")
    expect(page.get_by_role("textbox", name="movies")).to_contain_text("every night")
    assert written.read_bytes() == text.replace("  films:", "  movies:").encode()


def test_a_change_is_tried_on_a_past_run(web_server: LiveServer, people: Any, written: Any) -> None:
    web_server.run(tasks=["films"], test=True)
    run = web_server.run(tasks=["films"])["id"]
    person = people(web_server, "editor")
    page = person.page
    opened(person, f"/tasks/films/edit/?run={run}", "films")
    jump(page, 4)
    page.keyboard.press("Enter")
    page.keyboard.type("quality: 720p")
    page.keyboard.press("Escape")
    trial = page.get_by_role("region", name="Try it")
    expect(trial.get_by_role("combobox")).to_have_value(str(run))
    # The latest run stands first.
    assert trial.get_by_role("option").nth(1).get_attribute("value") == str(run)
    trial.get_by_role("button", name="Try").click()
    expect(trial.get_by_role("status")).to_contain_text("0 accepted, 1 decided otherwise")
    expect(trial.get_by_role("listitem")).to_contain_text("accepted → rejected")
    expect(trial.get_by_role("listitem")).to_contain_text("quality")
    # On what comes in now there is nothing to compare with.
    trial.get_by_role("combobox").select_option("What comes in now")
    trial.get_by_role("button", name="Try").click()
    expect(trial.get_by_role("status")).to_have_text(re.compile(r"^0 accepted\."))
    expect(trial.get_by_role("checkbox")).to_be_hidden()
    assert written.read_text() == TEXT
    assert person.complaints == []


def test_an_entry_that_was_not_taken_leads_to_its_task(
    web_server: LiveServer, people: Any, written: Any
) -> None:
    written.write_text(TEXT.replace("accept_all: yes", "quality: 2160p", 1))
    run = web_server.run(tasks=["films"])["id"]
    page = people(web_server, "editor").watch(run)
    page.get_by_role("tab", name="Entries").click()
    page.get_by_role("link", name="Change the task, and try it on this run").click()
    page.wait_for_url(f"**/tasks/films/edit/?run={run}")
    page = people(web_server, "operator").watch(run)
    page.get_by_role("tab", name="Entries").click()
    expect(page.locator("li.entry")).to_be_visible()
    expect(page.get_by_role("link", name="Change the task")).to_be_hidden()


def test_who_may_not_edit_reads(web_server: LiveServer, people: Any, written: Any) -> None:
    person = people(web_server, "viewer")
    person.page.goto("/config/")
    editor = person.page.get_by_role("textbox", name="Config")
    expect(editor).to_contain_text("every night")
    expect(editor).not_to_contain_text("hidden word")
    editor.click()
    person.page.keyboard.type("x")
    expect(person.page.get_by_role("button", name="Save…")).to_be_hidden()
    assert person.page.locator("#editor").evaluate("(editor) => editor.value").startswith("# Mine.")


def test_a_task_that_there_is_not(web_server: LiveServer, people: Any) -> None:
    answer = people(web_server, "editor").page.goto("/tasks/nothing/edit/")
    assert answer.status == 404


def readable(files: dict[str, bytes]) -> Iterator[str]:
    """Yield the texts that are YAML, as an editor has them."""
    for raw in files.values():
        with contextlib.suppress(yaml.YAMLError, UnicodeDecodeError):
            text = raw.decode().removeprefix("\ufeff").replace("\r\n", "\n")
            yaml.compose(text, Loader=yaml.SafeLoader)
            yield text


def keys_of(text: str) -> list[tuple[int, list[Any], bool]]:
    """Where the keys of a YAML text begin, their paths (items of lists are 0), and whether they stand in flow style."""
    found: list[tuple[int, list[Any], bool]] = []
    seen: set[int] = set()

    def walk(node: yaml.Node, path: list[Any], flow: bool = False) -> None:
        if id(node) in seen:
            return
        seen.add(id(node))
        flow = flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                walk(item, [*path, 0], flow)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.tag != "tag:yaml.org,2002:merge" and isinstance(key, yaml.ScalarNode):
                    found.append((key.start_mark.index, [*path, key.value], flow))
                    walk(value, [*path, key.value], flow)

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        walk(root, [])
    return found


def test_places_in_real_configs(web_server: LiveServer, people: Any) -> None:
    """At each key of each config: where the editor believes to be, while it is typed and when it is there."""
    texts = list(readable(corpus()))[:: 1 if FACTOR > 1 else 3]
    if not texts:
        pytest.skip("the corpus of real configs is not here")
    files = [{"text": text, "keys": keys_of(text)} for text in texts]
    page = people(web_server, "viewer").front()
    places = page.evaluate(PLACES, files)
    assert len(places) > 1000
    wrong = [
        place
        for place in places
        if (not place["flow"] and place["known"] != place["path"])
        or place["kind"] != "key"
        or place["within"] != place["path"][:-1]
    ]
    assert wrong == []
