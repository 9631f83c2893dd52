"""The catalogues of languages hold what the sources say, all of it; and the sources mark what they say."""

from pathlib import Path

import pytest

from flexapi.testing.languages import catalogues, unmarked
from flexapi.testing.languages.extraction import modules, of_script, scripts, templates
from flexapi.testing.languages.javascript import tokens
from flexapi.testing.process import ROOT

# What is not translated: names, and what looks like a text and is none.
NAMES = {"FlexAPI", "API", "IRC", "JSON", "NDJSON", "YAML", "FlexGet"}
IN_SCRIPTS = {
    # Names of browsers, of languages and of formats; a browser is called so in a channel's name.
    *("Browser", "Edge", "Opera", "Firefox", "Chrome", "Safari", "Python", "Django"),
    *("Deutsch", "Italiano", "Nederlands", "Polski", "Svenska", "English (26 Nov, 14:05)"),
    "English, US (Nov 26, 02:05 PM)",
    # Classes, keys, configuration, names of features.
    *("callout aborted", "callout failed", "entry changed", "task off", "quiet danger", "light dark"),
    *("cut off", "variables: yes", "movie_queue: accept", "pending_approval: yes", "Notification"),
    "flexget daemon stop",
    *("720p-1080p bluray|webdl", "{0}-help {1}-fault", "connection {0}", "log-line level-{0}{1}"),
}  # fmt: skip
# Of Swagger UI, which itself is in English only.
ENGLISH_ONLY = {"api_docs.js", "service_worker.js"}
# Modules whose texts are in English only, and why.
ENGLISH_MODULES = (
    # FlexGet's API, which answers in English, as FlexGet's daemon does.
    "contrib/",
    # FlexGet's own words for what its schema refuses.
    "schedules/times.py",
)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
@pytest.mark.parametrize("domain", catalogues.DOMAINS)
def test_a_catalogue_has_every_text_and_is_compiled(language: str, domain: str) -> None:
    assert list(catalogues.faults(language, domain)) == []


def test_scripts_mark_their_texts() -> None:
    found = {
        f"{path.name}: {text}"
        for path in scripts()
        if path.name not in ENGLISH_ONLY
        for text in unmarked.in_script(path.read_text(encoding="utf-8"))
        if text not in NAMES | IN_SCRIPTS
    }
    assert not found, "Mark these (docs/languages.md):\n" + "\n".join(sorted(found))


def test_templates_mark_their_texts() -> None:
    found = {
        f"{path.name}: {text}"
        for path in templates()
        for text in unmarked.in_template(path.read_text(encoding="utf-8"))
        if text not in NAMES
    }
    assert not found, "Mark these (docs/languages.md):\n" + "\n".join(sorted(found))


def test_exceptions_for_people_mark_their_texts() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in modules()
        if not path.relative_to(ROOT).as_posix().startswith(ENGLISH_MODULES)
        for text in unmarked.in_python(path.read_text(encoding="utf-8"))
    }
    assert not found, "Mark these (docs/languages.md):\n" + "\n".join(sorted(found))


def test_a_text_without_a_mark_is_found() -> None:
    assert list(unmarked.in_script('toast("It broke.");')) == ["It broke."]
    assert list(unmarked.in_script('h("p", { class: "so wide" }, `Took ${n} days`)')) == [
        "Took {0} days"
    ]
    assert list(unmarked.in_script("toast(t`It broke.`, `a-${b}`);")) == []
    assert list(unmarked.in_template('<p title="A hint">Hello {{ name }}</p>')) == [
        *("A hint", "Hello")
    ]
    module = 'raise ValidationError({"a": f"No {b} here."})\nraise KeyError("not for people")'
    assert list(unmarked.in_python(module)) == ["No {} here."]
    marked = 'raise api.Conflict(gettext("No {b} here.").format(b=", ".join(c)), "a_code")'
    assert list(unmarked.in_python(marked)) == []
    permission = (
        'class May:\n    message = "You may not."\n    def a(self): return Conflict("No, no.")'
    )
    assert list(unmarked.in_python(permission)) == ["You may not.", "No, no."]
    assert list(unmarked.in_template('<p>{% translate "Hello" %}</p>')) == []


def test_texts_of_scripts_are_read_as_the_browser_reads_them() -> None:
    script = r"""
        // t`not this`
        const a = t`One ${`nested ${t`two`}`} \`three\``, b = /t`no`/, c = "t`nor this`";
        ngettext("{0} line", "{0} lines", n, sentence`by ${link}`); pgettext("allowed", "May");
    """
    found = [(one.context, one.ids, one.note) for one in of_script(script, "x.js")]
    assert found == [
        (None, ("One {0} `three`",), "{0}: `nested ${t`two`}`"),
        (None, ("two",), ""),
        (None, ("{0} line", "{0} lines"), ""),
        (None, ("by {0}",), "{0}: link"),
        ("allowed", ("May",), ""),
    ]
    with pytest.raises(ValueError, match="has no end"):
        tokens("t`${a")


def test_a_placeholder_that_differs_and_a_stale_file_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = catalogues.path_of("de", "djangojs").read_text(encoding="utf-8")
    broken = original.replace("Ausführung {0} abbrechen ({1})?", "Ausführung {0} abbrechen?")
    assert broken != original
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    path = catalogues.path_of("de", "djangojs")
    path.parent.mkdir(parents=True)
    path.write_text(broken, encoding="utf-8")
    faults = "\n".join(catalogues.faults("de", "djangojs"))
    assert "the placeholders of 'Ausführung {0} abbrechen?'" in faults
    assert "changed and not compiled" in faults
    catalogues.update("de", "djangojs")
    assert "not compiled" not in "\n".join(catalogues.faults("de", "djangojs"))
