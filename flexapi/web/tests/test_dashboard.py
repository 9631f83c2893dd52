"""The dashboard and the lists, live."""

import re
from typing import Any

import yaml
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import TASKS, start, wait_until_broken


def task_names(server: LiveServer) -> set[str]:
    """The names of the tasks, as the file has them."""
    return set(yaml.safe_load(server.home.config.read_text())["tasks"])


def test_a_run_appears_moves_and_ends(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "viewer").front()
    expect(page.locator("#connection")).to_have_text("Live")
    execution = start(web_server, "slow")
    item = page.locator(f"#now li[data-id='{execution}']")
    expect(item).to_contain_text("running")
    expect(item).to_contain_text("misbehave")
    row = page.locator(f"#recent li[data-id='{execution}']")
    expect(row).to_contain_text("complete")
    expect(row).to_contain_text("1 accepted")
    expect(item).to_have_count(0)


def test_one_that_waits_is_moved_ahead(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "operator").front()
    expect(page.locator("#connection")).to_have_text("Live")
    *others, waiting = [start(web_server, "slow") for _ in range(3)]
    next_one = page.locator(f"#now li[data-id='{waiting}']").get_by_role("button", name="Run next")
    next_one.click()
    expect(page.locator("#toasts")).to_contain_text(f"Execution {waiting} runs next.")
    expect(next_one).to_have_count(0)
    with web_server.client() as client:
        assert client.get(f"/api/execution/{waiting}").json()["object"]["priority"] == 1
        for execution in (waiting, *others):
            client.post(f"/api/execution/{execution}/abort")


def test_why_it_failed(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["broken"])["id"]
    page = people(web_server, "viewer").front()
    row = page.locator(f"#recent li[data-id='{execution}']")
    expect(row).to_contain_text("failed")
    expect(row).to_contain_text("this plugin is broken")


def test_options_and_their_faults(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "editor").front()
    page.get_by_label("Task to run").select_option("hello")
    page.get_by_label("Run with options").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Test").check()
    dialog.get_by_text("More options").click()
    inject = dialog.get_by_role("group", name="Inject")
    inject.get_by_label("Fields").fill("{")
    dialog.get_by_role("button", name="Run").click()
    expect(dialog).to_contain_text("This is no JSON")
    inject.get_by_label("Fields").fill('{"year": 2010}')
    inject.get_by_label("Title").fill("Sintel 720p")
    dialog.get_by_role("button", name="Run").click()
    expect(dialog).to_contain_text("This field is required.")
    inject.get_by_label("Url").fill("http://localhost/s")
    inject.get_by_role("button", name="Add another").click()
    second = inject.get_by_role("group", name="2")
    second.get_by_label("Title").fill("Tears of Steel")
    second.get_by_label("Url").fill("http://localhost/t")
    second.get_by_label("Accept").check()
    dialog.get_by_role("button", name="Run").click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("#status")).to_have_text("complete")
    expect(page.locator("#log")).to_contain_text("ACCEPTED: `Sintel 720p` by regexp")
    expect(page.locator("#log")).to_contain_text("Accepted: 2")


def test_operators_are_not_offered_what_is_not_theirs(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "operator").front()
    page.get_by_label("Run with options").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("More options").click()
    expect(dialog.get_by_label("Retry")).to_be_visible()
    for theirs in ("Inject", "Dump", "modify", "debug"):
        expect(dialog.get_by_label(theirs, exact=True)).to_have_count(0)
    levels = dialog.get_by_label("Loglevel").locator("option").all_text_contents()
    assert "info" in levels
    assert not {"debug", "trace"} & set(levels)


def test_nothing_yet(own_server: LiveServer, people: Any) -> None:
    own_server.home.write({}, schedules=False)
    own_server.start()
    page = people(own_server, "admin").front()
    expect(page.locator("#now")).to_contain_text("The config has no tasks yet.")
    add = page.locator("#now").get_by_role("link", name="Add a task")
    expect(add).to_have_attribute("href", "/tasks/new/")
    expect(page.locator("#recent")).to_contain_text("Nothing has run yet.")
    # And a config that somebody breaks by hand.
    own_server.home.config.write_text("tasks: {hello: [\n")
    wait_until_broken(own_server)
    page.goto("/")
    expect(page.locator(".banner-broken")).to_contain_text(", line ")
    page.goto("/admin/")
    expect(page.get_by_role("alert")).to_contain_text("nothing can be saved")


def test_what_is_wrong_comes_next_and_was_taken(web_server: LiveServer, people: Any) -> None:
    config = web_server.home.config
    text = config.read_text()
    person = people(web_server, "viewer")
    page = person.page
    try:
        # Far away, so that nothing runs; "lines" comes after the first hundred of them.
        far = [{"tasks": f"later {n}", "schedule": {"year": 2098}} for n in range(100)]
        next_ones = [
            {"tasks": "lines", "schedule": {"year": 2097}},
            {"tasks": ["hello", "slow"], "schedule": {"year": 2096}},
        ]
        web_server.home.write(
            {**TASKS, "odd": {"no_such_plugin": True}}, schedules=[*far, *next_ones]
        )
        web_server.write_config(config.read_text())
        page.goto("/")
        expect(page.locator("#state .callout")).to_contain_text("FlexGet finds 1 fault")
        expect(page.locator("#state .faults code")).to_have_text("tasks.odd")
        expect(page.locator("#state .faults")).to_contain_text("no_such_plugin")
        expect(page.locator("#schedules li")).to_have_count(5)
        expect(page.locator("#schedules li").nth(0)).to_contain_text("hello, slow")
        expect(page.locator("#schedules li").nth(1)).to_contain_text("lines")
        page.goto("/")  # FlexGet has loaded the config by now.
        expect(page.locator(".banner-invalid")).to_contain_text("FlexGet refuses to run odd.")
        page.locator(".banner-invalid").get_by_role("link", name="See the tasks").click()
        refused = page.locator("tr.task").filter(has_text="odd").locator(".callout.failed")
        expect(refused).to_contain_text("The key `no_such_plugin` is not valid here.")
        page.goto("/")
    finally:
        web_server.write_config(text)
    execution = start(web_server, "hello")
    # Without a reload, once it has ended.
    newest = page.locator("#history li").first
    link = newest.get_by_role("link", name="Sintel 2010 720p")
    expect(link).to_have_attribute("href", f"/executions/{execution}/")
    expect(newest).to_contain_text("hello")
    expect(page.locator("#taken-today")).to_contain_text(" today")
    page.reload()
    expect(page.locator("#schedules")).to_contain_text("Nothing is scheduled.")
    expect(page.locator("#state .callout")).to_have_count(0)
    assert [line for line in person.complaints if "503" not in line] == []


def test_what_a_busy_server_does_not_know_in_time_stays_as_it_was(
    web_server: LiveServer, people: Any
) -> None:
    page = people(web_server, "viewer").front()
    engine = page.get_by_text(re.compile(r"FlexGet [\d.]+, ready"))
    expect(engine).to_be_visible()
    late = {"engine": {"error": "Not known: the others took too long."}}

    def answer(route: Any) -> None:
        told = route.fetch().json()
        told["object"] |= late | {"time_zone": {"name": "Mars/Olympus", "problem": ""}}
        route.fulfill(json=told)

    page.route("**/api/server", answer)
    page.evaluate("import('/static/web/js/server_news.js').then((news) => news.lookAtServer())")
    expect(page.get_by_text("Mars/Olympus")).to_be_visible()
    expect(engine).to_be_visible()
    expect(page.get_by_text("Not known")).to_have_count(0)


def test_the_list_of_tasks(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "editor").page
    page.goto("/tasks/")
    rows = page.locator("tr.task")
    with web_server.client() as client:
        # Other tests leave some of their own.
        count = client.get("/api/tasks").json()["count"]
    assert count >= len(TASKS)
    expect(rows).to_have_count(count)
    page.get_by_label("Find a task").fill("odd")
    expect(page.locator("#count")).to_have_text(f"1 of {count} tasks")
    odd = rows.filter(has_text="100% [odd] / names")
    odd.get_by_role("button", name="Disable").click()
    expect(page.locator("#toasts")).to_contain_text("is disabled")
    assert "_100% [odd] / names" in task_names(web_server)
    odd.get_by_role("button", name="Enable").click()
    expect(page.locator("#toasts")).to_contain_text("is enabled")
    assert "100% [odd] / names" in task_names(web_server)
    odd.get_by_role("button", name="Run 100% [odd] / names", exact=True).click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("#status")).to_have_text("complete")
    expect(page.locator("#log")).to_contain_text("ACCEPTED: `odd`")


def test_each_task_shows_its_own_last_result(web_server: LiveServer, people: Any) -> None:
    web_server.run(tasks=["hello", "broken"])
    page = people(web_server, "editor").page
    page.goto("/tasks/")
    hello, broken = (page.locator("tr.task").filter(has_text=name) for name in ("hello", "broken"))
    expect(hello.locator(".last .status")).to_have_text("complete")
    expect(hello.locator(".last")).to_contain_text("1 accepted")
    expect(broken.locator(".last .status")).to_have_text("failed")
    # And live.
    expect(page.locator("#connection")).to_contain_text("Live")
    execution = start(web_server, "slow", "broken")
    slow = page.locator("tr.task").filter(has_text="slow")
    expect(slow.locator(".last .status")).to_have_text("running")
    expect(slow.locator(".last .status")).to_have_text("complete")
    expect(broken.locator(".last a")).to_have_attribute("href", f"/executions/{execution}/")
    expect(broken.locator(".last .status")).to_have_text("failed")


def test_a_lock_that_can_t_be_judged_is_removed_from_the_pages(
    own_server: LiveServer, people: Any
) -> None:
    own_server.home.write({"hello": TASKS["hello"]}, schedules=False)
    own_server.home.lock.mkdir()
    own_server.start()
    execution = start(own_server, "hello")
    page = people(own_server, "admin").front()
    expect(page.locator("#state")).to_contain_text("is a folder: remove it")
    expect(page.locator("#state").get_by_role("button", name="Unlock")).to_be_visible()
    page.goto(f"/executions/{execution}/")
    page.locator("#reason").get_by_role("button", name="Unlock").click()
    expect(page.locator("#toasts")).to_contain_text("Removed")
    expect(page.locator("#status")).to_have_text("complete")
    assert not own_server.home.lock.exists()


def test_files_that_the_config_names_and_that_are_not_there(
    web_server: LiveServer, people: Any
) -> None:
    with web_server.client() as client:
        config = {"mock": [], "include": "nowhere.yml"}
        client.post("/api/tasks", json={"name": "including", "config": config}).raise_for_status()
        page = people(web_server, "viewer").front()
        state = page.locator("#state")
        expect(state).to_contain_text("1 file that the config names can't be used")
        expect(state).to_contain_text("nowhere.yml is not there")
        client.delete("/api/tasks/including").raise_for_status()


def test_a_test_run_is_no_result_of_its_task(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "viewer").page
    page.goto("/tasks/")
    expect(page.locator("#connection")).to_have_text("Live")
    tried = web_server.run(tasks=["lines"], test=True)["id"]
    real = web_server.run(tasks=["hello"])["id"]
    # What the page heard of the first is done once it has shown the second.
    last = page.get_by_role("link", name="Last execution of hello")
    expect(last).to_have_attribute("href", f"/executions/{real}/")
    expect(page.locator(f".last a[href='/executions/{tried}/']")).to_have_count(0)
    page.reload()
    expect(last).to_have_attribute("href", f"/executions/{real}/")
    expect(page.locator(f".last a[href='/executions/{tried}/']")).to_have_count(0)
