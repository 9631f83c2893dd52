"""What the index knows of log lines, and how a search asks it.

The index is of blocks, not of lines: a block is up to BLOCK lines of one execution, and is indexed by the set of the tokens
that its lines have. A word that a run says in each of its lines is stored once a block, so the index is small and quick to
write; a search finds the blocks that may have what it looks for, and reads their lines.

Tokens are the words of what everybody may read; `~word` for words that are in hidden text alone (credentials, and lines for
debugging); `=3` for the level (its place in LEVELS); `=t…` and `=p…` for task and plugin. So a search by somebody from
whom something is hidden does not touch what is, and tells nothing of it, not even by the time that it takes.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from executions.following.log_reader import LEVELS, levels_below
from flexapi.text import folded, words_of

BLOCK = 128
# Characters of a message that are searched, and shown of it.
SEARCHED = 10_000
# Characters that are read of a message: a credential that begins in what is shown is hidden if it ends in these.
READ = 2 * SEARCHED
# Characters of a word that the index has. PostgreSQL takes no longer ones than some two thousand bytes.
_LONGEST_WORD = 60
# A shorter word at the end of a search is a whole one: too many begin with it.
_SHORTEST_BEGINNING = 3

Hide = Callable[[str], str]


class Logged(NamedTuple):
    """What is indexed of a log line."""

    level: str
    plugin: str
    task: str
    message: str


class Token(NamedTuple):
    """One that a block must have; with `begins`, one that begins so."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for. A line has all `words`, the last one perhaps only as a beginning.

    `level` is the least one; `after` and `before` are times, of which the first is included; `masked`: credentials, and
    what plugins log for debugging, are hidden from who asks.
    """

    words: tuple[str, ...] = ()
    level: str = ""
    task: str = ""
    plugin: str = ""
    execution: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    masked: bool = False

    def tokens(self) -> list[list[Token]]:
        """Return what a block must have: of each of these lists one."""
        found = [self._word(word, last=False) for word in self.words[:-1]]
        found += [self._word(word, last=True) for word in self.words[-1:]]
        if self.level and (below := levels_below(self.level)):
            found.append([Token(f"={at}") for at in range(len(below), len(LEVELS) + 1)])
        if self.task:
            found.append([Token(_name("t", self.task))])
        if self.plugin:
            found.append([Token(_name("p", self.plugin))])
        return found

    def _word(self, word: str, *, last: bool) -> list[Token]:
        begins = last and len(word) >= _SHORTEST_BEGINNING
        shown = Token(word[:_LONGEST_WORD], begins)
        return [shown] if self.masked else [shown, Token(f"~{shown.text}", begins)]

    def may_be_in(self, text: str) -> bool:
        """Whether a message may have the words, hidden or not; this costs little."""
        comparable = folded(text)
        return all(word in comparable for word in self.words)

    def is_said_in(self, text: str) -> bool:
        """Whether a message has the words."""
        if not self.words:
            return True
        said = set(words_of(text))
        last = self.words[-1]
        if len(last) < _SHORTEST_BEGINNING:
            return said.issuperset(self.words)
        return said.issuperset(self.words[:-1]) and any(word.startswith(last) for word in said)


def tokens_of(lines: Iterable[Logged], hide: Hide) -> set[str]:
    """Return the tokens of a block's lines; `hide` hides credentials in a text."""
    shown: set[str] = set()
    every: set[str] = set()
    facets: set[str] = set()
    for level, plugin, task, message in lines:
        place = LEVELS.index(level) if level in LEVELS else len(LEVELS)
        facets |= {f"={place}", _name("t", task), _name("p", plugin)}
        plain = message[:SEARCHED]
        words = words_of(plain)
        every.update(words)
        if place >= _LEAST_SHOWN:
            masked = shown_of(message, hide)
            shown.update(words if masked == plain else words_of(masked))
    hidden = {f"~{word[:_LONGEST_WORD]}" for word in every - shown}
    return {word[:_LONGEST_WORD] for word in shown} | hidden | facets


def shown_of(message: str, hide: Hide) -> str:
    """Return the part of a message that is searched and shown, as `hide` hides credentials in it."""
    return hide(message[:READ])[:SEARCHED]


_LEAST_SHOWN = len(levels_below("VERBOSE"))


def _name(kind: str, name: str) -> str:
    """Return the token of a task's or a plugin's name, which may have any characters."""
    return f"={kind}{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"
