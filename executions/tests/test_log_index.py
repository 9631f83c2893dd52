"""The index of words in logs: what is in it, what leaves it, and PostgreSQL's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from executions.models import Execution, LogBlock, Status
from executions.searching.index import index_some
from executions.searching.keeper import LogIndexer
from executions.searching.words import BLOCK
from flexapi.api.models import Work
from flexapi.mirror import credentials
from flexapi.testing.postgres import postgres_database, printed_by

from .factories import add_lines, make_execution
from .log_searches import WORDS, answer, index_all

__all__ = ["postgres_database"]

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


class TestIndex:
    def fts(self, query: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO log_words(log_words) VALUES ('integrity-check')")
            cursor.execute("SELECT rowid FROM log_words WHERE log_words MATCH %s", [query])
            return cursor.fetchall()

    def test_what_is_pruned_leaves_it(self, api: Api, editor: User) -> None:
        old, newest = make_execution(), make_execution()
        add_lines(old, *["goneword"] * 300)
        add_lines(newest, "keptword")
        index_all()
        assert len(self.fts("goneword")) == 3
        assert Execution.objects.prune(keep=1) == 1
        assert self.fts("goneword") == []
        assert len(self.fts("keptword")) == 1
        assert LogBlock.objects.count() == 1

    def test_whole_blocks_while_it_runs_and_the_rest_when_it_is_over(
        self, api: Api, editor: User
    ) -> None:
        execution = make_execution(Status.RUNNING)
        add_lines(execution, *["word"] * (BLOCK + 7))
        index_all()
        execution.refresh_from_db()
        assert execution.indexed_lines == BLOCK
        assert answer(api(editor), "search=word&limit=500")["count"] == BLOCK + 7
        Execution.objects.filter(pk=execution.pk).update(status=Status.COMPLETE)
        index_all()
        execution.refresh_from_db()
        assert execution.indexed_lines == execution.log_lines
        assert LogBlock.objects.count() == 2
        assert answer(api(editor), "search=word&limit=500")["count"] == BLOCK + 7

    def test_of_two_that_index_one_has_done_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = "executions.searching.index.credentials.known"
        add_lines(make_execution(), "word")
        known = credentials.known

        def meanwhile() -> credentials.Known:
            monkeypatch.setattr(asked, known)
            assert index_some().lines == 1
            return known()

        monkeypatch.setattr(asked, meanwhile)
        assert index_some().lines == 0
        assert LogBlock.objects.count() == 1

    def test_how_far_it_is_with_many_lines_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from executions.searching import index, keeper

        monkeypatch.setattr(keeper, "MANY", 10)
        monkeypatch.setattr(index, "BLOCKS_AT_ONCE", 1)
        for _ in range(3):
            add_lines(make_execution(), *["word"] * 20)
        loop = LogIndexer()
        assert loop.look() is not None
        assert (Work.objects.get().done, Work.objects.get().total) == (20, 60)
        while loop.look() is not None:
            pass
        work = Work.objects.get(name="log-index")
        assert work.done == work.total == 60
        assert work.finished is not None

    def test_few_lines_are_not_worth_a_word(self) -> None:
        add_lines(make_execution(), "word")
        loop = LogIndexer()
        while loop.look() is not None:
            pass
        assert not Work.objects.exists()


ON_POSTGRES = r"""
import json
from django.db import connection
from executions.models import Execution, LogLine, LogBlock
from executions.searching.index import index_some
from executions.searching.search import search
from executions.searching.words import Wanted
from flexapi.mirror import credentials
from flexapi.text import words_of
from django.utils import timezone
now = timezone.now()
credentials.note(["Zwiebelkuchen9"])
texts = ["千と千尋の神隠し", "x" * 100 + "y", "movie_queue: Amélie is queued",
    "ACCEPTED: `Some.Show.S01E02.720p` by series", "other", "login with Zwiebelkuchen9", "it's a \\ 'quote'"]
execution = Execution.objects.create(status="complete", log_lines=len(texts), created=now, finished=now)
LogLine.objects.bulk_create(
    LogLine(execution=execution, seq=at, time=now, level="INFO", task="it's", plugin="p\\", message=text)
    for at, text in enumerate(texts, 1)
)
def found(text, **more):
    return [line["message"] for line in search(Wanted(words=tuple(words_of(text)), **more), 50).lines]
def all_of(words):
    return [found(text) for text in words]
words = json.loads(WORDS)
before = all_of(words)
while not index_some().is_all: pass
with connection.cursor() as cursor:
    cursor.execute("SET enable_seqscan = off")
    cursor.execute("EXPLAIN SELECT id FROM executions_logblock WHERE"
        " array_to_tsvector(string_to_array(tokens, ' ')) @@ '''some'''::tsquery")
    plan = " ".join(row[0] for row in cursor.fetchall())
after = all_of(words)
print(json.dumps([before, after, plan, found("zwiebel"), found("zwiebel", masked=True), found("login", masked=True),
    found("quote", task="it's", plugin="p\\", level="INFO", after=now), found("", before=now)]))
Execution.objects.all().delete()
print(LogBlock.objects.count())
"""


def test_postgresql_finds_the_same(postgres_database: str, tmp_path: Path) -> None:
    words = [text for text, _ in WORDS if any(map(str.isalnum, text))]
    code = f"WORDS = {json.dumps(json.dumps(words))}\n{ON_POSTGRES}"
    printed, left = printed_by(code, postgres_database, tmp_path).splitlines()[-2:]
    before, after, plan, *others = json.loads(printed)
    assert before == [found for text, found in WORDS if text in words]
    assert after == before
    assert "log_words" in plan
    secret, masked, login, quote, earlier = others
    assert secret == ["login with Zwiebelkuchen9"]
    assert masked == []
    assert login == ["login with ********"]
    assert quote == ["it's a \\ 'quote'"]
    assert earlier == []
    assert left == "0"
