"""Texts that are stored in English are known again, and shown in the reader's language."""

from django.utils import translation
from django.utils.translation import gettext

from flexapi.engine import texts as of_engine
from flexapi.engine.flexget_lock import Holder
from flexapi.mirror.document import texts
from flexapi.phrases import phrase, translated, translated_lines


def in_german(text: str) -> str:
    with translation.override("de"):
        return translated(text, gettext)


def test_a_stored_text_is_shown_with_its_values() -> None:
    said = texts.NOTHING_AT.format(path="tasks.tv")
    assert said == "There is nothing at tasks.tv"
    assert in_german(said) == "Unter tasks.tv ist nichts"
    assert translated(said, gettext) == said


def test_a_value_may_be_a_phrase_itself() -> None:
    problem = texts.WRONG_KIND.format(path="tasks", found="a list", wanted="a mapping")
    said = texts.PLACE.format(problem=problem, line=3, column=1)
    assert in_german(said) == (
        "tasks ist eine Liste, gebraucht wird dort ein Mapping; bringen Sie das zuerst in der Datei in"
        " Ordnung (Zeile 3, Spalte 1)"
    )
    # The value of another placeholder is a name, whatever it looks like.
    assert in_german("There is nothing at a list") == "Unter a list ist nichts"


def test_what_is_over_is_said_with_its_name() -> None:
    assert in_german("Task tv is healthy again") == "Der Task tv ist wieder gesund"
    assert in_german("The run is healthy again") == "Der Lauf ist wieder gesund"


def test_each_line_may_be_a_phrase_after_a_name() -> None:
    said = f"tv: {texts.NOTHING_AT.format(path='x')}\nfilms: HTTPError: 404\n{texts.NOTHING_AT.format(path='y')}"
    with translation.override("de"):
        shown = translated_lines(said, gettext)
    assert shown == "tv: Unter x ist nichts\nfilms: HTTPError: 404\nUnter y ist nichts"
    # As it is stored, to the byte.
    assert translated_lines(said, gettext) == said


def test_what_flexgets_process_says_in_our_words_is_known_here() -> None:
    assert in_german(of_engine.WAITS.format(problem=Holder(7))) == (
        "Nichts wurde getan: Es wartet auf den FlexGet-Prozess 7, der FlexGets Lock hält. Versuchen Sie es noch einmal,"
        " wenn das vorbei ist."
    )
    # FlexGet's and SQLite's own words stay.
    assert in_german(of_engine.CONTRADICTS.format(error="UNIQUE constraint failed: a.b")) == (
        "Es widerspricht dem, was da ist: UNIQUE constraint failed: a.b"
    )


def test_what_is_no_phrase_stays_as_it_is() -> None:
    assert in_german("404 Client Error: Not Found\nfor url: {x}") == (
        "404 Client Error: Not Found\nfor url: {x}"
    )
    assert in_german("") == ""


def test_values_may_hold_braces_line_breaks_and_words_of_the_phrase() -> None:
    for value in ("{path}", "a\nb", "a is not a file", "%s", "\\1"):
        assert in_german(f"{value} is not a file.") == f"{value} ist keine Datei."


def test_of_two_phrases_the_one_that_says_more_counts() -> None:
    phrase("{thing} is so")
    more = phrase("{thing} is really so")
    assert translated(
        more.format(thing="It"), lambda said: said.upper().replace("{THING}", "{thing}")
    ) == ("It IS REALLY SO")
