"""The tables of docs/settings.md, made of what `flexapi.declared` says."""

from typing import Any

from flexapi.declared import SECTIONS
from flexapi.testing.process import ROOT
from flexapi.variables import Section, Setting

from .generated import Part

ON_PAGE = Part(ROOT / "docs" / "settings.md", "flexapi/declared.py")


def tables() -> str:
    """Return a heading and a table for each section; each setting has an anchor, its name in small letters."""
    return "\n".join(_table(section) for section in SECTIONS)


def _table(section: Section) -> str:
    rows = "".join(f"{_row(setting)}\n" for setting in section.settings)
    return f"## {section.title}\n\n| variable | what it sets | value | default |\n|---|---|---|---|\n{rows}"


def _row(setting: Setting[Any]) -> str:
    name = f'<a id="{setting.name.lower()}"></a>`{setting.name}`'
    if setting.option:
        name += f" (`{setting.option}`)"
    form = f"{setting.form.what}: `{setting.form.example}`"
    return f"| {name} | {setting.about} | {form} | {setting.unset or _default(setting.default)} |"


def _default(value: object) -> str:
    if isinstance(value, bool):
        value = int(value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
