"""The settings with a language that is written from right to left, which nobody has translated yet: for `test_right_to_left`."""

from flexapi.settings import *  # noqa: F403
from flexapi.settings import LANGUAGES as TRANSLATED

LANGUAGES = [*TRANSLATED, ("ar", "العربية")]
