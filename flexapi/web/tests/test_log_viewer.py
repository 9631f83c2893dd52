"""The live log, in a real browser on a real server with real FlexGet."""

import re
from typing import Any

from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import TASKS, count_of, shown_numbers, start

# The page's own record of the lines that it was sent, over all connections.
RECORD = """
window.received = [];
const Original = WebSocket;
window.WebSocket = class extends Original {
  constructor(url) {
    super(url);
    this.addEventListener("message", ({data}) => {
      const message = JSON.parse(data);
      if (message.type === "log") window.received.push(...message.lines.map((line) => line.seq));
    });
  }
};
for (const name of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"]) WebSocket[name] = Original[name];
"""


def follow_pressed(page: Any) -> str:
    return str(page.locator("#follow").get_attribute("aria-pressed"))


def test_a_run_from_its_first_line_to_its_last(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "operator")
    page = person.page
    page.add_init_script(RECORD)
    person.front()
    page.get_by_label("Task to run").select_option("slow")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("#status")).to_have_text("running")
    expect(page.locator("#log")).to_contain_text(re.compile(r"line \d\d"))
    assert follow_pressed(page) == "true"
    expect(page.locator("#log")).to_contain_text("line 120")
    expect(page.locator("#status")).to_have_text("complete")
    expect(page.locator("#connection")).to_have_text("")
    last = count_of(page.locator("#shown").inner_text())
    assert page.evaluate("window.received") == list(range(1, last + 1))
    assert shown_numbers(page) == sorted(shown_numbers(page))
    assert page.locator("#progress").inner_text().startswith("Asked for by operator, ")

    # Where only the height changes, as it does with the end of a run, no line is drawn again.
    log = page.locator("#log")
    height = log.evaluate(
        "(log) => { log.row = log.querySelector('.log-line'); return log.clientHeight; }"
    )
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 500})
    page.wait_for_function(
        "(height) => document.querySelector('#log').clientHeight < height", arg=height
    )
    assert log.evaluate(
        "async (log) => { await new Promise(requestAnimationFrame); return log.row.isConnected; }"
    )
    page.set_viewport_size({"width": 900, "height": 500})
    page.wait_for_function("() => !document.querySelector('#log').row.isConnected")
    assert not person.complaints


def test_the_server_restarts_in_the_middle(own_server: LiveServer, people: Any) -> None:
    own_server.home.write(TASKS, schedules=False)
    own_server.start()
    person = people(own_server, "admin")
    page = person.page
    page.add_init_script(RECORD)
    execution = start(own_server, "endless")
    waiting = start(own_server, "lines")
    page.goto(f"/executions/{execution}/")
    expect(page.locator("#log")).to_contain_text(re.compile(r"line \d\d"))
    other = person.open()
    other.goto(f"/executions/{waiting}/")
    expect(other.locator("#status")).to_have_text("pending")
    own_server.end()
    expect(page.locator("#connection")).to_contain_text("Connection lost")
    own_server.start()
    expect(page.locator("#status")).to_have_text("aborted")
    expect(page.locator("#reason")).to_contain_text("server ended")
    expect(page.locator("#resumed")).to_contain_text("Reconnected at")
    expect(page.locator("#resumed")).to_contain_text("nothing was missed")
    with own_server.client() as client:
        stored = client.get(f"/api/execution/{execution}").json()["object"]["log_lines"]
    expect(page.locator("#shown")).to_have_text(f"{stored:,} lines")
    assert page.evaluate("window.received") == list(range(1, stored + 1))
    # What was pending is run by the new server, before the eyes of those who wait for it.
    expect(other.locator("#status")).to_have_text("complete")
    expect(other.locator("#log")).to_contain_text("line 300")


def test_two_watch_the_same(web_server: LiveServer, people: Any) -> None:
    first, second = people(web_server, "viewer"), people(web_server, "operator")
    execution = start(web_server, "slow")
    pages = [person.page for person in (first, second)]
    for page in pages:
        page.goto(f"/executions/{execution}/")
    for page in pages:
        expect(page.locator("#status")).to_have_text("complete")
    one, other = (page.locator("#shown").inner_text() for page in pages)
    assert one == other
    for page in pages:
        expect(page.locator("#log")).to_contain_text("line 120")


def test_filters(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["lines", "hello"])["id"]
    page = people(web_server, "viewer").watch(execution)
    total = count_of(page.locator("#shown").inner_text())
    shown = page.locator("#shown")

    page.get_by_label("Text to find").fill("LINE 29")
    expect(page.locator("#log mark").first).to_have_text("line 29")
    expect(shown).to_have_text(f"{total} lines")
    page.get_by_role("button", name="Only these").click()
    expect(shown).to_have_text(f"11 of {total} lines")
    expect(page.locator("#log mark").first).to_have_text("line 29")
    page.get_by_label("Text to find").fill("(no pattern")
    expect(shown).to_have_text(f"0 of {total} lines")
    page.get_by_label("Text to find").fill("")
    expect(shown).to_have_text(f"{total} lines")

    page.locator("#plugin").select_option("misbehave")
    expect(shown).to_have_text(f"300 of {total} lines")
    page.locator("#level").select_option(label="warning or above")
    expect(shown).to_have_text(f"0 of {total} lines")
    page.locator("#level").select_option(label="any level")
    page.locator("#plugin").select_option("")
    page.locator("#task").select_option("hello")
    expect(page.locator("#log")).to_contain_text("REJECTED: `Sintel 2010 cam`")
    assert set(page.locator("#log .of-task").all_text_contents()) == {"hello"}


def test_following_stops_when_one_scrolls_up(web_server: LiveServer, people: Any) -> None:
    execution = start(web_server, "endless")
    page = people(web_server, "operator").watch(execution)
    log = page.locator("#log")
    expect(log).to_contain_text(re.compile(r"line \d{3}"))
    assert follow_pressed(page) == "true"
    log.hover()
    page.mouse.wheel(0, -600)
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    place = log.evaluate("(element) => element.scrollTop")
    before = count_of(page.locator("#shown").inner_text())
    page.wait_for_function(
        "(before) => parseInt(document.getElementById('shown').textContent.replace(',', ''))"
        " > before + 50",
        arg=before,
    )
    assert log.evaluate("(element) => element.scrollTop") == place
    # With the keyboard, as the log has the focus.
    log.focus()
    page.keyboard.press("f")
    assert follow_pressed(page) == "true"
    page.get_by_role("button", name="Abort").click()
    page.get_by_role("dialog").get_by_role("button", name="Abort").click()
    expect(page.locator("#status")).to_have_text("aborted")
    expect(page.locator("#reason")).to_have_text("Aborted by operator.")
    expect(log).to_contain_text("the abort phase ran")


def test_links_to_lines(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["lines"])["id"]
    person = people(web_server, "viewer")
    page = person.page
    page.goto(f"/executions/{execution}/#L250")
    expect(page.locator(".log-line.marked .number")).to_have_text("250")
    expect(page.locator(".log-line.marked")).to_be_in_viewport()
    page.locator(".number", has_text="252").click(modifiers=["Shift"])
    assert page.url.endswith("#L250-L252")
    assert page.locator(".log-line.marked").count() == 3
    page.locator(".number", has_text="255").click()
    assert page.url.endswith("#L255")
    page.evaluate("location.hash = '#L10'")
    expect(page.locator(".log-line.marked .number")).to_have_text("10")


def test_copying_and_downloading(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["lines"])["id"]
    person = people(web_server, "viewer", permissions=["clipboard-read", "clipboard-write"])
    page = person.watch(execution)
    page.get_by_label("Text to find").fill("line 300")
    page.get_by_role("button", name="Only these").click()
    assert page.url.endswith("?text=line+300&only=1")
    expect(page.locator("#shown")).to_contain_text("1 of")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#toasts")).to_have_text("1 line copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(" line 300")
    for link, last in (("Plain text", "# 303 lines, complete"), ("NDJSON", '"type":"end"')):
        page.get_by_label("Download the log").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        text = download.value.path().read_text().splitlines()
        assert len(text) == 304
        assert last in text[-1]


def test_why_was_this_rejected(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["hello"])["id"]
    page = people(web_server, "viewer").watch(execution)
    page.get_by_role("tab", name="Entries").click()
    page.get_by_role("button", name="rejected 1").click()
    entry = page.locator("li.entry")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("Sintel 2010 cam")
    expect(entry).to_contain_text("regexp 'cam' matched field 'title' by regexp")
    page.get_by_label("Find an entry").fill("nothing like it")
    expect(page.locator("#panel-entries")).to_contain_text("No entries match these filters.")
    page.get_by_role("tab", name="Entries").press("ArrowLeft")
    expect(page.locator("#log")).to_be_visible()


def test_running_again_with_the_same_options(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["hello"], test=True)["id"]
    page = people(web_server, "operator").watch(execution)
    expect(page.locator("#kind")).to_have_text("test")
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: "/executions/" in url and not url.endswith(f"/{execution}/"))
    expect(page.locator("#status")).to_have_text("complete")
    expect(page.locator("#kind")).to_have_text("test")


def test_a_crash_is_told(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["broken"])["id"]
    page = people(web_server, "viewer").watch(execution)
    expect(page.locator("#reason")).to_contain_text("this plugin is broken")
    critical = page.locator(".log-line.level-critical .message").first
    expect(critical).to_contain_text("Traceback")
    # Its height was counted, not measured; both must agree.
    rows = critical.evaluate(
        "(element) => [element.offsetHeight, element.parentElement.nextSibling.offsetTop"
        " - element.parentElement.offsetTop]"
    )
    assert rows[0] == rows[1]


def test_on_a_phone(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["lines", "broken"])["id"]
    person = people(web_server, "viewer", viewport=PHONE, has_touch=True)
    page = person.watch(execution)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("More filters").click()
    page.locator("#plugin").select_option("misbehave")
    expect(page.locator("#shown")).to_contain_text("of")
    expect(page.locator(".log-line .message").first).to_have_text("misbehave line 1")


def test_what_a_run_leads_to_and_comes_from(web_server: LiveServer, people: Any) -> None:
    first = web_server.run(tasks=["leads"])["id"]
    page = people(web_server, "viewer").watch(first)
    chain = page.locator("#chain")
    expect(chain).to_contain_text("Led to execution")
    expect(chain).to_contain_text("(hello)")
    chain.get_by_role("link").click()
    expect(page.locator("#chain")).to_have_text(f"Caused by execution {first}")


def test_a_deleted_one(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer")
    answer = person.page.goto("/executions/999999/")
    assert answer.status == 404
    expect(person.page.locator("h1")).to_have_text("Not found")


def test_a_message_of_a_million_characters_is_cut(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["wide"])["id"]
    page = people(web_server, "viewer").watch(execution)
    expect(page.locator("#log")).to_contain_text("1000000 characters; a download has them all")
