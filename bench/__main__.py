"""`python -m bench [PART …]`: measure, print one table and write it to `bench/results/`."""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from . import machine
from .figures import Figure, table
from .parts import log_delay, many_watchers, memory, run_to_end, task_list
from .processes import ROOT
from .session import FULL, QUICK, Session

RESULTS = Path(__file__).with_name("results")
PARTS: dict[str, Callable[[Session], list[Figure]]] = {
    "a": run_to_end.measure,
    "b": log_delay.measure,
    "c": many_watchers.measure,
    "d": task_list.measure,
    "e": memory.measure,
}
# Modules beside this one that measure and print by themselves, in a process of their own.
PROGRAMS = (
    "runs",
    "endurance",
    "deletes",
    "mirror",
    "rivals",
    "history",
    "flexget_api",
    "log_search",
    "growth",
    "pages",
    "editor",
    "schedules",
    "workers",
    "slots",
    "notices",
    "scale",
    "parallel",
    "asgi",
)
# What a machine lacks (chromium, PostgreSQL, Redis) is said by the program that wants it, and the rest goes on.
BY_DEFAULT = (*PARTS, *PROGRAMS)


def main() -> int:
    """Run the command line; 1 where a goal is missed."""
    parser = _parser()
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - {*PARTS, *PROGRAMS})
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    chosen: Sequence[str] = options.parts or BY_DEFAULT
    described = machine.describe()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as folder:
        session = Session(Path(folder), QUICK if options.quick else FULL)
        for part, measure in PARTS.items():
            if part in chosen:
                print((sys.modules[measure.__module__].__doc__ or "").strip(), flush=True)
                figures += measure(session)
    if figures:
        text = _report(figures, described, quick=options.quick)
        print(f"\n{text}")
        if not options.no_write:
            _write(text, figures, session, described, options.output)
    missed = any(figure.met is False for figure in figures)
    for program in PROGRAMS:
        if program in chosen and not _run_program(program):
            missed = True
    return int(missed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"{', '.join((*PARTS, *PROGRAMS))} (default: all)",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, less to log")
    parser.add_argument("--output", default="latest", help="name of the files (default: latest)")
    parser.add_argument("--no-write", action="store_true", help="only print the table")
    return parser


def _report(figures: list[Figure], described: dict[str, object], quick: bool) -> str:
    lines = ["# Measured by `python -m bench`", "", machine.in_words(described), ""]
    if quick:
        lines += ["A quick run: too few rounds to rely on.", ""]
    return "\n".join([*lines, table(figures), ""])


def _write(
    text: str, figures: list[Figure], session: Session, described: dict[str, object], name: str
) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    rows = [{key: getattr(figure, key) for key in figure.__slots__} for figure in figures]
    content = {"machine": described, "figures": rows, "raw": session.raw}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def _run_program(name: str) -> bool:
    """Run a module of this package, where there is one of that name; whether it ended well."""
    module = f"{__package__}.{name}"
    if importlib.util.find_spec(module) is None:
        return True
    print(f"\n{module}", flush=True)
    return subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
