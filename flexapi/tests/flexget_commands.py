"""The commands of the FlexGet that is installed, as its command line has them, and what does the same here
(`flexget_commands.toml`).
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from .generated import Part

HERE = Path(__file__).parent
ON_PAGE = Part(HERE.parents[1] / "docs" / "flexget.md", "flexapi/tests/flexget_commands.toml")
VERB = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^` ]+)`")
# Prints FlexGet's commands, one a line. In a process of its own: FlexGet's manager and plugins are global.
LIST = """
import sys
from flexget import plugin
from flexget.manager import Manager
from flexget.options import get_parser

def commands(parser, *names):
    parts = parser.subparsers.choices if parser.subparsers else {}
    # Only one that asks for no action does something by itself.
    if names and not (parser.subparsers and parser.subparsers.required):
        print(*names)
    for name, part in parts.items():
        commands(part, *names, name)

Manager(["-c", sys.argv[1], "execute"])
plugin.load_plugins()
commands(get_parser())
"""

# By command, `{"here": text}` or `{"left_out": reason}`.
Known = dict[str, dict[str, str]]


def known() -> Known:
    """Return what the file says."""
    return tomllib.loads((HERE / "flexget_commands.toml").read_text())


def of_flexget(config: Path) -> set[str]:
    """Return FlexGet's commands: `series list`. `config` is any that FlexGet loads."""
    done = subprocess.run(
        [sys.executable, "-c", LIST, config], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


def verbs(known: Known) -> set[str]:
    """Return the verbs of the API that the file names."""
    return {verb for row in known.values() for verb in VERB.findall(" ".join(row.values()))}


def table(known: Known) -> str:
    """Return the table."""
    lines = ["| `flexget …` | here |", "|---|---|"]
    for command, row in sorted(known.items()):
        here = row.get("here") or f"not here: {row['left_out']}"
        lines.append(f"| `{command}` | {here} |")
    return "\n".join(lines) + "\n"
