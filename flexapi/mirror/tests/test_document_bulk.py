"""Many entries at once: the same text as one after the other, proved once."""

from typing import Any

import pytest

from flexapi.mirror.document import Document, EditRefused, KeyTaken, bulk

CONFIG = """\
# My config
tasks:
  # the good one
  tv:   # daily
    rss: 'http://a.test/x'   # feed
  # the bad one

  movies: {rss: b} # flow
  "odd name": &shared
    rss: c
    # deeper, so it belongs to the one above
  12:
    <<: *shared
  last:
    rss: d
  # at the end
"""
FLOW = "tasks: {a: {x: 1}, b: {x: 2}, 'c': {x: 3}}\n"
TWINS = "tasks:\n  a: {x: 1}\n  b: {x: 2}\n  a: {x: 3}\n  c:\n"
MERGED = "base: &base\n  a: 1\n  b: 2\ntasks:\n  <<: *base\n  c: 3\n  d: 4\n"
CRLF = "tasks:\r\n  a: 1\r\n  b: 2\r\n  c: 3\r\n"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (CONFIG, ["tv", "movies"]),
        (CONFIG, ["movies", "last"]),
        (CONFIG, ["tv", 12, "last"]),
        (FLOW, ["a", "c"]),
        (TWINS, ["a", "c"]),
        (TWINS, ["b", "c"]),
        (MERGED, ["c", "d"]),
        (CRLF, ["a", "b"]),
    ],
)
@pytest.mark.parametrize("verb", ["delete", "rename"])
def test_it_is_as_one_after_the_other(text: str, keys: list[Any], verb: str) -> None:
    document = alone = Document(text)
    if verb == "delete":
        many = document.delete_all(("tasks",), keys)
        for key in keys:
            alone = alone.delete(("tasks", key))
    else:
        many = document.rename_all(("tasks",), {key: f"_{key}" for key in keys})
        for key in keys:
            alone = alone.rename(("tasks", key), f"_{key}")
    assert many.text == alone.text
    assert many.data == alone.data


def test_five_hundred_are_proved_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document("tasks:\n" + "".join(f"  task {n}:\n    x: {n}\n" for n in range(1000)))
    keys = [f"task {n}" for n in range(200, 700)]
    prove, proofs = bulk._proved, []

    def counted(*arguments: Any) -> str | None:
        proofs.append(arguments)
        return prove(*arguments)

    monkeypatch.setattr(bulk, "_proved", counted)
    fewer = document.delete_all(("tasks",), keys)
    assert fewer.text == "".join(
        line
        for n, line in enumerate(document.text.splitlines(keepends=True))
        if not 400 < n <= 1400
    )
    renamed = document.rename_all(("tasks",), {key: f"_{key}" for key in keys})
    assert list(renamed.data["tasks"])[200:700] == [f"_{key}" for key in keys]
    assert fewer.delete_all(("tasks",), list(fewer.data["tasks"])).data == {"tasks": {}}
    assert len(proofs) == 3


def test_all_of_them_may_go() -> None:
    assert Document(CRLF).delete_all(("tasks",), ["a", "b", "c"]).data == {"tasks": {}}


def test_what_a_merge_brings_in_goes_as_well() -> None:
    document = Document(MERGED).delete_all(("tasks",), ["a", "c"])
    assert document.data["tasks"] == {"b": 2, "d": 4}


def test_what_is_refused_alone_is_refused_together() -> None:
    with pytest.raises(EditRefused, match="shared as &shared with line 10"):
        Document(CONFIG).delete_all(("tasks",), ["tv", "odd name"])
    with pytest.raises(KeyTaken):
        Document(CONFIG).rename_all(("tasks",), {"tv": "_tv", "movies": "last"})
