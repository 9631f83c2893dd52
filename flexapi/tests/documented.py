"""A server that the commands of README.md and docs/ are tried on, and how they are run.

Numbers and secrets that a text shows stand for those that the server gives: `{"id": 901, …}` in an output says that 901 is the
id which that command's answer has, and later commands of the text get the real one. `…` in an output stands for anything.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from flexapi.sample_config import SAMPLE
from flexapi.testing.live import LiveServer
from flexapi.testing.process import ROOT

# What the texts call the task `tv`: as docs/mirror.md shows it, its `download` in line 11.
TV = """\
# FlexGet's config.

tasks:
  # Shows of the week
  tv:
    rss: https://feeds.example.com/tv.xml   # slow on Mondays
    series:
    - Show One
    - Show Two:
        quality: 720p     # no space for more
    download: /media/tv
"""
# A FlexGet plugin that has feeds say the same without being asked.
FEEDS = """
from flexget.entry import Entry
from flexget.plugins.input.rss import InputRSS

def entries(self, task, config):
    titles = ("Show S01E02 720p", "Show One S01E01 720p", "Show Two S02E03 1080p")
    return [Entry(title=title, url=f"http://localhost:1/{title[-9:]}") for title in titles]

InputRSS.on_task_input = entries
"""
MENDED = "tv:\n  rss: https://feeds.example/tv\n  series: [Show]\n  qualty: 1080p\n"
# `api`, as README.md has it, unless a text says otherwise.
API = 'curl -s -H "Authorization: Token $TOKEN" -H "Content-Type: application/json"'
ITS_API = re.compile(r"`api` stands for `([^`]+)`")
PRELUDE = """
curl() { command curl -sS --max-time 60 -w '%{stderr}status %{http_code}\\n' "$@"; }
"""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")


class Reader:
    """Somebody who reads a text, and does in a folder what it says; `meant` is what its numbers stand for."""

    def __init__(self, server: LiveServer, folder: Path, text: Path, meant: dict[str, str]) -> None:
        self.server = server
        self.folder = folder
        self.meant = meant
        its_own = ITS_API.search(text.read_text())
        self.prelude = f'{PRELUDE}api() {{ {its_own[1] if its_own else API} "$@"; }}\n'
        # `python` is the one that runs this, as in an activated environment.
        python = Path(sys.executable).parent
        self.environment = server.environment | {
            "TOKEN": server.token(),
            "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        }
        for name in ("manage.py", ".venv", "docs"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "tv.yml").write_text(MENDED)
        (folder / "before.yml").write_text(server.home.config.read_text())
        (folder / "config.yml").symlink_to(server.home.config)

    def do(self, command: str, output: str) -> str:
        """Run a command; return what is wrong with it, "" where all is well."""
        done = subprocess.run(
            ["bash", "-c", self.prelude + self._here(command)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        failed = [
            status for status in re.findall(r"^status (\d+)", done.stderr, re.M) if status >= "400"
        ]
        # `diff` ends with 1 where there is something to show.
        if failed or done.returncode > int(command.startswith("diff")):
            return f"{done.returncode} {failed}: {done.stdout} {done.stderr}"
        if secret := re.search(r'"secret": ?"([^"]+)"', done.stdout):
            self.environment["SECRET"] = secret[1]
        return self._compare(output, done.stdout)

    def _here(self, command: str) -> str:
        here = re.sub(r"(https?://)?(localhost|127\.0\.0\.1):8000", self.server.url, command)
        here = here.replace("https://flexget.example", self.server.url)
        # At once: a number may stand for one that the text has too.
        numbers = rf"\b({'|'.join(self.meant)})\b(?!:)"
        return re.sub(numbers, lambda found: self.meant[found[1]], here)

    def _compare(self, shown: str, given: str) -> str:
        """Compare what a text shows with what a command gave."""
        if not shown:
            return ""
        if shown.startswith("{") and "…" not in shown:
            same = _without_ids(json.loads(shown)) == _without_ids(json.loads(given))
            return "" if same else f"it answers {given}"
        if shown.startswith("{"):
            shown_ids, ids = (re.findall(r'"id": ?(\d+)', text) for text in (shown, given))
            self.meant |= dict(zip(shown_ids, ids, strict=False))
            names = re.findall(r'"(\w+)": ', shown)
            lacking = [name for name in names if f'"{name}":' not in given]
            return f"it has no {lacking}: {given}" if lacking else ""
        shown, given = (MOMENT.sub("T", text).rstrip() for text in (shown, given))
        return "" if shown == given else f"it prints\n{given}\nand not\n{shown}"


def _without_ids(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_without_ids(each) for each in answer]
    if isinstance(answer, dict):
        return {name: _without_ids(each) for name, each in answer.items() if name != "id"}
    return answer


def config() -> str:
    """Return the config that the texts speak of: the task `tv`, and those of the sample."""
    _, _, hello = SAMPLE.partition("tasks:\n")
    return TV + hello
