"""`python -m flexapi.testing.english`: phrases that our texts don't use, where a pattern is safe to check.

Each has what to write instead. A line may be excused by `english: ok` in it.
"""

import re
import subprocess
import sys
from pathlib import Path

PHRASES = {
    r"(?<![Tt]here )\b(?:is|are) no (?:number|list|text|mapping|task|section|plugin|file|error|reason)s?\b": "isn't a …",
    r"(?<!user )(?<!users )\b[Ww]ho may not\b": "a user who may not",
    r"\banew\b": "again",
    r"\bshall\b": "must, may, or the present tense",
    r"\bin the place of\b": "instead of",
    r"\bthe same just so\b": "the same way",
    r"\bput on the clock\b": "set the clock forward",
    r"\bno longer a\b": "doesn't … any more",
}
SUFFIXES = {".py", ".md", ".html", ".js"}
LEFT_OUT = (
    "js/editor/codemirror.js",
    "bench/results/",
    "/migrations/",
    "flexapi/testing/english.py",
)


def faults(path: Path) -> list[str]:
    """Return `path:line: phrase, and what to write` for each phrase in a file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if "english: ok" in line:
            continue
        for pattern, instead in PHRASES.items():
            found += [
                f"{path}:{number}: {match[0]!r}: write {instead}"
                for match in re.finditer(pattern, line)
            ]
    return found


def main() -> int:
    """Check every text of the project; return how many faults there are."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    paths = [Path(name) for name in listed.stdout.splitlines()]
    found = [
        fault
        for path in paths
        if path.suffix in SUFFIXES
        and path.is_file()
        and not any(part in str(path) for part in LEFT_OUT)
        for fault in faults(path)
    ]
    print("\n".join(found) or "English: no fault")
    return len(found)


if __name__ == "__main__":
    sys.exit(min(1, main()))
