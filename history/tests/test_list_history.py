"""GET /api/history and /api/history/<id>."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from history.models import HistoryEntry
from history.serializers import HistoryEntrySerializer
from history.tests.factories import add

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(api, editor):
    """`titles("?task=tv")`: the titles that the list answers."""
    client = api(editor)

    def ask(query: str = "") -> list[str]:
        answer = client.get(f"/api/history{query}")
        assert answer.status_code == 200, answer.content
        return [item["title"] for item in answer.json()["items"]]

    return ask


class TestEntry:
    def test_it_answers_what_is_known(self, api, editor):
        entry = add(
            "Show S01E01",
            reason="on the list",
            plugin="series",
            execution=7,
            imdb_id="tt0111161",
            tmdb_id=278,
            file="/media/show.mkv",
        )

        assert api(editor).get(f"/api/history/{entry.pk}").json()["object"] == {
            "id": entry.pk,
            "time": "2026-01-31T03:00:00Z",
            "task": "tv",
            "title": "Show S01E01",
            "url": "http://localhost/Show S01E01",
            "file": "/media/show.mkv",
            "reason": "on the list",
            "plugin": "series",
            "imdb_id": "tt0111161",
            "tmdb_id": 278,
            "execution": 7,
        }

    def test_what_is_not_known_is_null(self, api, editor):
        entry = add()
        shown = api(editor).get(f"/api/history/{entry.pk}").json()["object"]
        assert {shown[name] for name in ("file", "reason", "plugin", "imdb_id", "tmdb_id")} == {
            None
        }
        assert shown["execution"] is None

    def test_keys_in_urls_are_for_editors(self, api, viewer, editor):
        entry = add(url="http://tracker.example/get?passkey=abcdef")
        path = f"/api/history/{entry.pk}"
        assert "abcdef" not in api(viewer).get(path).content.decode()
        assert "abcdef" in api(editor).get(path).content.decode()

    def test_it_is_read_only(self, api, admin):
        entry = add()
        client = api(admin)
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(f"/api/history/{entry.pk}", {}).status_code == 405
        assert client.post("/api/history", {}).status_code == 405

    def test_it_needs_the_permission(self, api, make_user):
        assert api(make_user("nobody")).get("/api/history").status_code == 403
        assert api().get("/api/history").status_code == 401


class TestOrder:
    def test_the_latest_is_first(self, titles):
        add("b", hours=2)
        add("a", hours=3)
        add("c", hours=1)
        add("d", hours=1)
        assert titles() == ["a", "b", "d", "c"]

    @pytest.mark.parametrize(
        "column",
        ["id", "time", "task", "title", "url", "file", "reason", "plugin", "imdb_id", "tmdb_id"],
    )
    def test_every_column_orders(self, titles, column):
        text = dict.fromkeys(("task", "url", "file", "reason", "plugin", "imdb_id"), "x")
        add("x", hours=1, **text | {"tmdb_id": 5})
        add("a", hours=2, **dict.fromkeys(text, "a") | {"tmdb_id": 3})
        first, last = ("x", "a") if column in ("id", "time") else ("a", "x")
        assert titles(f"?ordering={column}") == [first, last]
        assert titles(f"?ordering=-{column}") == [last, first]

    def test_every_column_is_ordered_by_an_index(self, api, editor):
        add("x")
        client = api(editor)
        for column in HistoryEntrySerializer.Meta.fields:
            for sign in ("", "-"):
                with CaptureQueriesContext(connection) as asked:
                    assert client.get(f"/api/history?ordering={sign}{column}").status_code == 200
                (ordered,) = (query["sql"] for query in asked if "LIMIT 1" in query["sql"])
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {ordered}")
                    plan = " ".join(row[-1] for row in cursor.fetchall())
                assert "TEMP B-TREE" not in plan, (column, plan)

    def test_of_long_texts_the_beginning_counts(self, titles):
        long = "http://localhost/" + "x" * 100
        add("b", url=f"{long}b")
        add("a", url=f"{long}a")
        add("c", url="http://elsewhere/")
        assert titles("?ordering=url") == ["c", "b", "a"]
        assert titles("?ordering=-url") == ["a", "b", "c"]

    def test_an_unknown_column_is_a_400(self, api, editor):
        answer = api(editor).get("/api/history?ordering=words")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "ordering"


class TestPages:
    @pytest.mark.parametrize("query", ["", "search=part&", "ordering=title&", "task=tv&"])
    def test_pages_have_each_entry_once(self, api, editor, query):
        expected = {add(f"part {n:02}", hours=n % 3).pk for n in range(23)}
        client = api(editor)
        pages = []
        for offset in range(0, 30, 5):
            answer = client.get(f"/api/history?{query}limit=5&offset={offset}").json()
            assert answer["count"] == 23
            pages.append([item["id"] for item in answer["items"]])
        assert [len(page) for page in pages] == [5, 5, 5, 5, 3, 0]
        found = [pk for page in pages for pk in page]
        assert set(found) == expected
        whole = client.get(f"/api/history?{query}limit=50").json()["items"]
        assert [item["id"] for item in whole] == found

    def test_a_page_takes_few_queries(self, api, editor, django_assert_max_num_queries):
        for number in range(60):
            add(f"part {number}")
        client = api(editor)
        for query in ("", "&search=part", "&task=tv", "&offset=50"):
            with django_assert_max_num_queries(6):
                client.get(f"/api/history?limit=50{query}")


class TestFilters:
    def test_by_task_execution_plugin_and_ids(self, titles):
        add("a", task="tv", execution=1, plugin="series", imdb_id="tt1", tmdb_id=1)
        add("b", task="TV", execution=2, plugin="regexp", imdb_id="tt2", tmdb_id=2)
        assert titles("?task=tv") == ["a"]
        assert titles("?execution=2") == ["b"]
        assert titles("?plugin=series") == ["a"]
        assert titles("?imdb_id=tt2") == ["b"]
        assert titles("?tmdb_id=1") == ["a"]
        assert titles("?task=tv&execution=2") == []

    def test_by_time(self, titles):
        add("a", hours=0)
        add("b", hours=1)
        add("c", hours=2)
        assert titles("?after=2026-01-31T04:00:00Z") == ["c", "b"]
        assert titles("?before=2026-01-31T04:00:00Z") == ["a"]
        assert titles("?after=2026-01-31T04:00:00Z&before=2026-01-31T04:30:00Z") == ["b"]

    @pytest.mark.parametrize("query", ["after=soon", "execution=x", "limit=0", "offset=-1"])
    def test_nonsense_is_a_400_that_names_it(self, api, editor, query):
        answer = api(editor).get(f"/api/history?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == query.partition("=")[0]


class TestSearch:
    @pytest.fixture(autouse=True)
    def entries(self, db):
        add("Big.Buck.Bunny.2008.1080p-GRP", file="C:\\media\\bbb_final.mkv")
        add("Sintel 2010 [720p]", task="movies")
        add("Amélie Poulain")
        add("千と千尋の神隠し")
        add("Größe_matters")

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("bunny", ["Big.Buck.Bunny.2008.1080p-GRP"]),
            ("BUCK big", ["Big.Buck.Bunny.2008.1080p-GRP"]),
            ("bun", ["Big.Buck.Bunny.2008.1080p-GRP"]),
            ("1080p", ["Big.Buck.Bunny.2008.1080p-GRP"]),
            ("final", ["Big.Buck.Bunny.2008.1080p-GRP"]),
            ("bu sintel", []),
            ("unny", []),
            ("amelie", ["Amélie Poulain"]),
            ("AMÉLIE", ["Amélie Poulain"]),
            ("神隠", ["千と千尋の神隠し"]),
            ("größe", ["Größe_matters"]),
            ("matters", ["Größe_matters"]),
            ("...", []),
            ('"', []),
            ("NEAR(a b)", []),
            ("sintel OR bunny", []),
            ("720p*", ["Sintel 2010 [720p]"]),
        ],
    )
    def test_words_are_found(self, titles, text, found):
        assert titles(f"?search={text}") == found

    def test_nothing_is_searched_for(self, titles):
        assert len(titles("?search=")) == 5
        assert len(titles("?search=%20")) == 5

    def test_with_filters_and_an_order(self, titles):
        add("Big Bunny", task="movies")
        assert titles("?search=bunny") == ["Big Bunny", "Big.Buck.Bunny.2008.1080p-GRP"]
        assert titles("?search=bunny&ordering=id") == ["Big.Buck.Bunny.2008.1080p-GRP", "Big Bunny"]
        assert titles("?search=bunny&task=movies") == ["Big Bunny"]
        assert titles("?search=bunny&before=2000-01-01T00:00:00Z") == []

    def test_what_is_deleted_or_changed_is_not_found(self, titles):
        HistoryEntry.objects.get(title__startswith="Sintel").delete()
        changed = HistoryEntry.objects.get(title__startswith="Big")
        changed.words = "other"
        changed.save()
        assert titles("?search=sintel") == []
        assert titles("?search=bunny") == []
        assert titles("?search=other") == ["Big.Buck.Bunny.2008.1080p-GRP"]
