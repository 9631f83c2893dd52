"""When two movies are one: the server and the plugins inside FlexGet have to agree on it.

Both processes import this module, so it needs the standard library alone.
"""

import re
import unicodedata
from dataclasses import dataclass

DEFAULT_QUEUE = "default"
ANY_QUALITY = "any"
# IMDb numbered seven digits once, and goes on behind ten million.
IMDB_ID = re.compile(r"tt[0-9]{7,10}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a movie. Unknown ids and years are None."""

    title: str
    year: int | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None

    def same_ids(self, other: "Identity") -> bool | None:
        """Whether ids say that both are one movie; None where there are no two to compare."""
        pairs = ((self.imdb_id, other.imdb_id), (self.tmdb_id, other.tmdb_id))
        verdicts = [ours == theirs for ours, theirs in pairs if ours and theirs]
        return any(verdicts) if verdicts else None

    def is_same(self, other: "Identity") -> bool:
        """Whether both are one movie: by their ids, else by title and year."""
        by_ids = self.same_ids(other)
        if by_ids is not None:
            return by_ids
        return self.year == other.year and title_key(self.title) == title_key(other.title)

    def covers(self, other: "Identity") -> bool:
        """As `is_same`, except that a movie without a year covers those of any year."""
        return self.is_same(other) or (
            self.year is None
            and self.same_ids(other) is None
            and title_key(self.title) == title_key(other.title)
        )


def title_key(title: str) -> str:
    """Return what titles are compared by: letters and digits, without case, accents and "the"."""
    plain = unicodedata.normalize("NFKD", title.replace("&", " and "))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    # An apostrophe joins ("ocean's" is "oceans" in a release's name), anything else separates.
    words = re.sub(r"[\W_]+", " ", re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]", "", plain)).split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words) or title.casefold().strip()
