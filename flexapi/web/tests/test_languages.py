"""The pages in German, which is long, and in Japanese, which has no plural: they fit, and say nothing in English."""

from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import DESKTOP, PHONE
from flexapi.testing.languages import catalogues
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import Person, start

PAGES = (
    *("/", "/tasks/", "/tasks/hello/", "/tasks/hello/edit/", "/tasks/new/", "/config/"),
    *("/executions/", "/executions/{run}/", "/schedules/", "/history/", "/statistics/", "/log/"),
    *("/movie_queue/", "/series/", "/lists/", "/pending/", "/seen/", "/failed/", "/rejected/"),
    *("/variables/", "/notifications/", "/hooks/", "/trakt/", "/system/", "/account/"),
    *("/accounts/password/", "/admin/", "/admin/executions/execution/{run}/change/"),
    *("/admin/notifications/channel/add/", "/admin/auth/user/"),
)
# What things on these pages are called, by those who made them: a task, a token, a plugin, a loop.
# "Accepted" is FlexGet's.
NAMES = {"lines", "tests", "task", "irc", "Accepted", ""}
# Texts and labels that are shown now.
SHOWN = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const around = node.parentElement;
    if (around.closest("script, style, code, pre, .log, [lang=en]") || !around.checkVisibility()) continue;
    found.add(node.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    for (const name of ["aria-label", "title", "placeholder"]) if (element.hasAttribute(name)) found.add(element.getAttribute(name));
  return [...found];
}"""


def english(language: str) -> set[str]:
    """Texts that are something else in the language."""
    known = [
        message for domain in catalogues.DOMAINS for message in catalogues.read(language, domain)
    ]
    translations = {text for message in known for text in catalogues.strings_of(message)}
    return {text for message in known for text in catalogues.ids_of(message)} - translations - NAMES


def speaking(people: Any, server: LiveServer, tag: str, **options: Any) -> Person:
    """An administrator whose browser asks for a language."""
    person: Person = people(server, "admin", locale=tag, timezone_id="Europe/Berlin", **options)
    return person


@pytest.mark.parametrize("tag", ["de-DE", "ja-JP"])
def test_every_page_fits_and_speaks_the_language(
    web_server: LiveServer, people: Any, tag: str
) -> None:
    run = web_server.run(tasks=["hello", "broken"])["id"]
    language = tag[:2]
    foreign = english(language)
    person = speaking(people, web_server, tag)
    faults = []
    for path in PAGES:
        page = person.page
        page.goto(path.format(run=run))
        page.wait_for_load_state("networkidle" if path != "/executions/{run}/" else "load")
        assert page.locator("html").get_attribute("lang") == language, path
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                faults.append(f"{path} at {size['width']}: {over} px too wide")
            faults += [f"{path}: {text!r}" for text in foreign & set(page.evaluate(SHOWN))]
    assert not faults, "\n".join(sorted(set(faults)))
    assert person.complaints == []


FORMATS = """async () => {
  const { amount, bytes, duration, momentElement } = await import("/static/web/js/format.js");
  const { counted } = await import("/static/web/js/things.js");
  const { inWords } = await import("/static/web/js/schedule_words.js");
  return [
    amount(12345.5), bytes(3400000), duration(7530), momentElement("2025-11-26T13:05:00Z").textContent,
    counted(1, "line"), counted(2, "line"), inWords({ interval: { hours: 1 } }), inWords({ interval: { days: 2 } }),
    inWords({ schedule: { hour: 4, minute: 30, day_of_week: "mon,fri" } }),
  ];
}"""


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (
            "en-GB",
            [
                *("12,345.5", "3.4 MB", "2 h 5 min", "26 Nov 2025, 14:05", "1 line", "2 lines"),
                *("every hour", "every 2 days", "on Monday and Friday at 04:30"),
            ],
        ),
        (
            "de-DE",
            [
                *("12.345,5", "3,4 MB", "2 h 5 min", "26. Nov. 2025, 14:05", "1 Zeile", "2 Zeilen"),
                *("jede Stunde", "alle 2 Tage", "am Montag und Freitag um 04:30"),
            ],
        ),
        (
            "ja-JP",
            [
                *("12,345.5", "3.4 MB", "2 時間 5 分", "2025年11月26日 14:05", "1 行", "2 行"),
                *("1 時間ごと", "2 日ごと", "月曜日、金曜日の 04:30"),
            ],
        ),
    ],
)
def test_numbers_dates_and_plurals_are_those_of_the_language(
    web_server: LiveServer, people: Any, tag: str, expected: list[str]
) -> None:
    page = speaking(people, web_server, tag).page
    page.goto("/tasks/")
    assert page.evaluate(FORMATS) == expected


def test_the_language_is_chosen_on_the_account_page(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer")
    page = person.page
    page.goto("/account/")
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Konto von viewer")
    page.goto("/executions/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ausführungen")
    assert page.evaluate("navigator.language").startswith("en")
    page.goto("/account/")
    page.get_by_label("Sprache").select_option("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Account of viewer")
    assert person.complaints == []


def test_the_login_page_speaks_the_browsers_language(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, locale="ja-JP").page
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="ログイン")).to_be_visible()


def test_english_needs_no_catalogue_and_others_load_it_once(
    web_server: LiveServer, people: Any
) -> None:
    with web_server.client() as client:
        assert "texts/" not in client.get("/accounts/login/").text
        page = client.get("/accounts/login/", headers={"Accept-Language": "de"})
        assert page.headers["Content-Language"] == "de"
        assert "Accept-Language" in page.headers["Vary"]
        address = page.text.split('<script defer src="')[1].split('"')[0]
        script = client.get(address)
        assert script.headers["Content-Encoding"] == "gzip"
        assert "immutable" in script.headers["Cache-Control"]
        # What a phone loads once: little beside the page's own scripts.
        assert int(script.headers["Content-Length"]) < 50_000
        tag = script.headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        assert "immutable" not in client.get("/texts/de.js?v=old").headers["Cache-Control"]
        assert client.get("/texts/xx.js").status_code == 404


def test_the_api_answers_in_the_language_that_is_asked_for(web_server: LiveServer) -> None:
    with web_server.client() as client:
        plain = client.get("/api/execution/999999")
        german = client.get("/api/execution/999999", headers={"Accept-Language": "de"})
        chosen = client.get("/api/execution/999999", headers={"Cookie": "language=ja"})
    assert plain.headers["Content-Language"] == "en"
    assert german.headers["Content-Language"] == "de"
    assert "Accept-Language" in german.headers["Vary"]
    (one,), (other,) = plain.json()["errors"], german.json()["errors"]
    assert one["code"] == other["code"] == "not_found"
    assert one["detail"] != other["detail"]
    assert chosen.headers["Content-Language"] == "ja"


def test_what_is_wrong_is_said_in_the_language_though_it_is_stored_in_english(
    web_server: LiveServer,
) -> None:
    web_server.run(tasks=["broken"])
    with web_server.client() as client:
        plain = client.get("/api/server").json()["object"]["problems"]
        german = client.get("/api/server", headers={"Accept-Language": "de"})
    assert "Task broken failed" in [problem["title"] for problem in plain]
    said = [problem["title"] for problem in german.json()["object"]["problems"]]
    assert "Der Task broken ist fehlgeschlagen" in said


def test_an_aborted_execution_says_why_in_the_language(web_server: LiveServer, people: Any) -> None:
    run = start(web_server, "endless")
    with web_server.client() as client:
        aborted = client.post(f"/api/execution/{run}/abort", headers={"Accept-Language": "ja"})
        assert aborted.status_code == 200
        client.get(f"/api/execution/{run}/log").raise_for_status()
        told = {
            language: client.get(
                f"/api/execution/{run}", headers={"Accept-Language": language}
            ).json()["object"]["abort_reason"]
            for language in ("en", "de", "ja")
        }
    assert told == {
        "en": "Aborted by admin.",
        "de": "Von admin abgebrochen.",
        "ja": "admin が中止しました。",
    }
    person = speaking(people, web_server, "de-DE")
    page = person.page
    page.goto(f"/executions/{run}/")
    expect(page.locator("#reason")).to_have_text("Von admin abgebrochen.")
    # What a websocket pushed is in the browser's language as well.
    page.goto("/executions/")
    expect(page.get_by_text("Von admin abgebrochen.")).to_be_visible()
    page.goto(f"/admin/executions/execution/{run}/change/")
    expect(page.locator(".field-why_it_ended")).to_contain_text("Von admin abgebrochen.")
    assert person.complaints == []


def test_a_revision_says_what_was_done_in_the_language(web_server: LiveServer, people: Any) -> None:
    with web_server.client() as client:
        changed = client.patch("/api/tasks/hello", json={"config": {"priority": 3}})
        assert changed.status_code == 200
        listed = client.get("/api/config_revisions", headers={"Accept-Language": "de"}).json()
    newest = listed["items"][0]
    assert newest["summary"] == "Task hello geändert"
    person = speaking(people, web_server, "de-DE")
    page = person.page
    page.goto("/config/")
    page.get_by_role("button", name="Fassungen…").click()
    expect(page.get_by_text("Task hello geändert").first).to_be_visible()
    page.goto("/admin/mirror/configrevision/")
    expect(page.locator(".field-done").first).to_have_text("Task hello geändert")
    assert person.complaints == []


def test_what_an_edit_says_of_the_text_is_in_the_language_too(web_server: LiveServer) -> None:
    said = {}
    with web_server.client() as client:
        for language in ("en", "de", "ja"):
            answer = client.put(
                "/api/tasks/hello",
                content="a: [",
                headers={"Content-Type": "application/yaml", "Accept-Language": language},
            )
            assert answer.status_code in (400, 409)
            said[language] = answer.json()["errors"][0]["detail"]
    assert "(line 1, column 5)" in said["en"]
    # The words of the YAML parser stay.
    assert said["de"] == said["en"].replace("(line 1, column 5)", "(Zeile 1, Spalte 5)")
    assert "(1 行目、5 桁目)" in said["ja"]
