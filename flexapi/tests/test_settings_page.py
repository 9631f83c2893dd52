"""docs/settings.md says what `flexapi.declared` does, and what that declares is all that is read.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_settings_page.py` writes the tables of that page.
"""

import re
import subprocess
import sys

import pytest

from flexapi import declared
from flexapi.testing.process import ROOT
from flexapi.variables import Setting

from .settings_page import ON_PAGE, tables

# Not what tests are told, nor what the example of a plugin reads.
NAMED = re.compile(r"FLEXAPI_(?!TEST_|WATCHED_)[A-Z][A-Z_]*[A-Z]")


def test_the_page_has_all_settings() -> None:
    ON_PAGE.check(tables())


def test_each_example_is_a_value() -> None:
    for setting in declared.SETTINGS.values():
        setting.form.read(setting.form.example)


@pytest.mark.parametrize("setting", declared.SETTINGS.values(), ids=lambda setting: setting.name)
def test_each_setting_says_what_it_does_once(setting: Setting[object]) -> None:
    assert setting.about
    # A text for "nothing" where nothing is the default.
    assert bool(setting.unset) or setting.default not in ("", None, [], {})


def test_each_setting_is_read() -> None:
    code = "".join(
        (ROOT / "flexapi" / name).read_text()
        for name in ("settings.py", "paths.py", "management/commands/serve.py")
    )
    declarations = [name for name, value in vars(declared).items() if isinstance(value, Setting)]
    assert len(declarations) == len(declared.SETTINGS)
    assert [name for name in declarations if f"declared.{name}.value(" not in code] == []


def test_code_and_documentation_name_settings_that_there_are() -> None:
    command = ["git", "ls-files", "*.py", "*.md", "deploy/*", "Makefile"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    named: dict[str, str] = {}
    for name in listed.stdout.splitlines():
        if "/tests/" not in name and (ROOT / name).is_file():
            text = (ROOT / name).read_text(errors="replace")
            named |= dict.fromkeys(NAMED.findall(text), name)
    assert {name: file for name, file in named.items() if name not in declared.SETTINGS} == {}


def test_reading_a_setting_loads_no_django_app() -> None:
    code = "import flexapi.declared, sys; print('django.apps' in sys.modules, 'django.conf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"], done.stderr
