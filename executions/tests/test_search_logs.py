"""GET /api/log: the lines of all runs, searched, whether they are indexed yet or not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from executions.models import Execution, LogLine, Status
from executions.searching import search as searching
from executions.searching.words import BLOCK, SEARCHED
from flexapi.mirror import credentials

from .factories import BEGIN, add_lines, make_execution
from .log_searches import WORDS, add, answer, index_all, messages, places

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


@pytest.fixture(params=["indexed", "not indexed", "half indexed"])
def indexed(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Index what is logged: all of it, nothing, or the latest only."""

    def index() -> None:
        if request.param == "indexed":
            index_all()
        elif request.param == "half indexed":
            latest = Execution.objects.latest("pk")
            Execution.objects.exclude(pk=latest.pk).update(indexed_lines=2**31 - 1)
            index_all()
            Execution.objects.exclude(pk=latest.pk).update(indexed_lines=0)

    return index


class TestLines:
    def test_the_latest_run_is_first_and_in_it_the_last_line(self, api: Api, editor: User) -> None:
        first, second = make_execution(), make_execution()
        add_lines(first, "one", "two")
        add_lines(second, ("WARNING", "three"))
        items = answer(api(editor))["items"]
        assert [item["message"] for item in items] == ["three", "two", "one"]
        assert items[0] == {
            "execution": second.pk,
            "seq": 1,
            "time": "2026-01-31T03:00:01.123Z",
            "level": "WARNING",
            "plugin": "task",
            "task": "tv",
            "message": "three",
        }

    def test_of_a_long_message_there_is_the_beginning(
        self, api: Api, editor: User, indexed: Callable[[], None]
    ) -> None:
        add_lines(make_execution(), "first " + "x " * SEARCHED + "last")
        indexed()
        (message,) = messages(api(editor), "search=first")
        assert message.endswith("…")
        assert len(message) == SEARCHED + 1
        assert messages(api(editor), "search=last") == []

    def test_it_needs_the_permission_to_see_executions(
        self, api: Api, make_user: Callable[..., User]
    ) -> None:
        assert api().get("/api/log").status_code == 401
        assert api(make_user("stranger")).get("/api/log").status_code == 403

    def test_nonsense_is_a_400_that_names_it(self, api: Api, editor: User) -> None:
        client = api(editor)
        for query in (
            "level=loud",
            "after=soon",
            "before=12",
            "execution=x",
            "execution=-1",
            "older_than=12",
            "older_than=1-x",
            "older_than=9999999999-1",
            "older_than=1-4294967296",
            "limit=0",
            "search=" + "x" * 501,
            "task=%00",
        ):
            response = client.get(f"/api/log?{query}")
            assert response.status_code == 400, query
            assert response.json()["errors"][0]["attr"] == query.partition("=")[0]

    def test_an_execution_that_is_beyond_all_numbers_has_none(self, api: Api, editor: User) -> None:
        add_lines(make_execution(), "one")
        assert messages(api(editor), f"execution={10**18 - 1}") == []
        assert messages(api(editor), "older_than=4294967295-2147483647") == ["one"]


class TestSearch:
    def test_words_are_found(self, api: Api, editor: User, indexed: Callable[[], None]) -> None:
        add_lines(make_execution(), "千と千尋の神隠し", "x" * 100 + "y")
        add_lines(make_execution(), "movie_queue: Amélie is queued")
        add_lines(make_execution(), "ACCEPTED: `Some.Show.S01E02.720p` by series", "other")
        indexed()
        client = api(editor)
        for text, found in WORDS:
            response = client.get("/api/log", {"search": text}).json()
            assert [item["message"] for item in response["items"]] == found, text
            assert response["count"] == len(found)

    def test_words_stand_in_one_line(
        self, api: Api, editor: User, indexed: Callable[[], None]
    ) -> None:
        add_lines(make_execution(), "one two", "two three")
        indexed()
        assert messages(api(editor), "search=one+three") == []

    def test_with_every_filter(self, api: Api, editor: User, indexed: Callable[[], None]) -> None:
        one, two = make_execution(created=BEGIN), make_execution(created=BEGIN + timedelta(days=1))
        add(one, "alike a", task="tv", plugin="series", level="INFO", time=BEGIN)
        add(one, "alike b", task="films", plugin="regexp", level="ERROR", time=BEGIN)
        late = BEGIN + timedelta(days=1, hours=1)
        add(two, "alike c", task="tv", plugin="regexp", level="ODD", time=late)
        Execution.objects.filter(pk=one.pk).update(finished=BEGIN)
        Execution.objects.filter(pk=two.pk).update(finished=late)
        indexed()
        client = api(editor)
        for query, found in {
            "task=tv": "ca",
            "task=t": "",
            "plugin=regexp": "cb",
            "plugin=regexp&task=tv": "c",
            "level=warning": "cb",
            "level=ERROR": "cb",
            "level=critical": "c",
            "level=trace": "cba",
            f"execution={one.pk}": "ba",
            f"execution={two.pk + 1}": "",
            "after=2026-02-01T04:00:00Z": "c",
            "before=2026-02-01T04:00:00Z": "ba",
            "after=2026-01-31T03:00:00Z&before=2026-02-01T04:00:00Z": "ba",
            "before=2020-01-01T00:00:00Z": "",
            "after=2030-01-01T00:00:00Z": "",
        }.items():
            for searched in ("", "&search=alike"):
                shown = messages(client, query + searched)
                assert [text[-1] for text in shown] == list(found), query + searched

    def test_a_run_that_began_before_a_time_may_have_lines_behind_it(
        self, api: Api, editor: User
    ) -> None:
        began = BEGIN - timedelta(days=2)
        long = make_execution(created=began, finished=BEGIN + timedelta(minutes=5))
        still = make_execution(Status.RUNNING, created=began - timedelta(days=9))
        over = make_execution(created=began, finished=began)
        for execution in (long, still, over):
            add_lines(execution, "x")
        LogLine.objects.filter(execution=over).update(time=began)
        assert places(api(editor), "after=2026-01-31T03:00:00Z") == [
            f"{still.pk}-1",
            f"{long.pk}-1",
        ]


class TestPages:
    @pytest.mark.parametrize("query", ["", "search=line&", "level=info&"])
    @pytest.mark.parametrize("cost", [16_000, 10])
    def test_pages_have_each_line_once(
        self,
        api: Api,
        viewer: User,
        indexed: Callable[[], None],
        monkeypatch: pytest.MonkeyPatch,
        query: str,
        cost: int,
    ) -> None:
        monkeypatch.setattr(searching, "COST", cost)
        expected = []
        for count in (5, 2 * BLOCK + 3, 1, 0, BLOCK):
            execution = make_execution()
            add_lines(execution, *(f"line {number}" for number in range(count)))
            expected += [f"{execution.pk}-{seq}" for seq in range(1, count + 1)]
        indexed()
        client = api(viewer)
        url: str | None = f"/api/log?{query}limit=70"
        found, pages = [], 0
        while url:
            page = client.get(url).json()
            assert page["count"] is None
            assert page["previous"] is None
            assert len(page["items"]) <= 70
            found += [f"{item['execution']}-{item['seq']}" for item in page["items"]]
            url = page["next"]
            pages += 1
        assert found == expected[::-1]
        assert pages < 20

    def test_lines_are_counted_where_a_page_has_them_all(self, api: Api, editor: User) -> None:
        execution = make_execution()
        add_lines(execution, *"abcdef")
        assert answer(api(editor))["count"] == 6
        assert answer(api(editor), "limit=6")["count"] == 6
        page = answer(api(editor), "limit=5")
        assert page["count"] is None
        assert page["next"].endswith(f"={execution.pk}-2")
        assert answer(api(editor), page["next"].partition("?")[2])["count"] is None

    def test_what_is_rare_is_found_by_a_few_queries(self, api: Api, editor: User) -> None:
        for number in range(30):
            add_lines(make_execution(), *(f"hay {at}" for at in range(20)), f"needle{number}")
        index_all()
        client = api(editor)
        with CaptureQueriesContext(connection) as asked:
            assert len(places(client, "search=needle17")) == 1
        # Who asks, what may be, and the one block that has it.
        assert len(asked) <= 10
        assert sum("executions_logline" in query["sql"] for query in asked) == 1


class TestCredentials:
    @pytest.fixture(autouse=True)
    def lines(self, db: None) -> None:
        """A secret that a run has, in a URL, as a word, and inside of one; and debugging."""
        credentials.note(["Zwiebelkuchen9"])
        add_lines(
            make_execution(),
            "GET http://tracker.example/rss?passkey=Rhabarber7 failed",
            "login with Zwiebelkuchen9 failed",
            "xZwiebelkuchen9y failed",
            ("DEBUG", "sent hushhush"),
            ("TRACE", "sent hushhush"),
            "harmless",
        )

    def test_what_is_masked_is_not_found(
        self, api: Api, viewer: User, editor: User, indexed: Callable[[], None]
    ) -> None:
        indexed()
        lurker, all_seeing = api(viewer), api(editor)
        nothing = {"items": [], "count": 0, "next": None, "previous": None}
        for text in ("rhabarber7", "zwiebelkuchen9", "zwiebel", "xzw", "hushhush"):
            assert len(messages(all_seeing, f"search={text}")) > 0
            for query in (f"search={text}", f"search=failed+{text}", f"search={text}&level=trace"):
                assert answer(lurker, query) == nothing, query

    def test_what_is_left_of_a_line_is_found(
        self, api: Api, viewer: User, indexed: Callable[[], None]
    ) -> None:
        indexed()
        assert messages(api(viewer), "search=failed") == [
            "x********y failed",
            "login with ******** failed",
            "GET http://tracker.example/rss?passkey=******** failed",
        ]
        assert len(messages(api(viewer), "search=xz")) == 0
        assert len(messages(api(viewer), "search=x+failed")) == 1

    @pytest.mark.parametrize("text", ["rhabarber7", "zwiebel", "hushhush"])
    def test_the_index_is_asked_the_same_as_for_what_nobody_said(
        self, api: Api, viewer: User, text: str
    ) -> None:
        """No line is read for it, so nothing that could take time."""
        index_all()
        client = api(viewer)
        with CaptureQueriesContext(connection) as of_secret:
            messages(client, f"search={text}")
        with CaptureQueriesContext(connection) as of_nothing:
            messages(client, "search=nobodysaidthis")
        assert len(of_secret) == len(of_nothing)
        assert not any("executions_logline" in query["sql"] for query in of_secret)

    def test_a_page_that_ends_early_does_not_tell_where_hidden_words_are(
        self, api: Api, viewer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(searching, "COST", 1)
        add_lines(make_execution(), "login with Zwiebelkuchen9 failed")
        index_all()
        assert answer(api(viewer), "search=failed")["next"] is not None
        assert answer(api(viewer), "search=zwiebel")["next"] is None

    def test_what_became_a_credential_later_is_not_found_any_more(
        self, api: Api, viewer: User
    ) -> None:
        index_all()
        assert messages(api(viewer), "search=harmless") == ["harmless"]
        credentials.note(["harmless"])
        assert messages(api(viewer), "search=harmless") == []
        assert messages(api(viewer), "limit=1") == ["********"]
