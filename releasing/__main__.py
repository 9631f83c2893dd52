"""`make release`: say whether these files can be released, and what is to be done; nothing is changed.

With `passed`, as `make test` calls it: note that all tests passed.
"""

import argparse
import subprocess
import sys

from flexapi.version import VERSION

from . import checks
from .repository import NoRepository


def main() -> int:
    """Run the command line; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m releasing", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["check", "passed"], default="check")
    passed = parser.parse_args().what == "passed"
    try:
        if passed:
            print(checks.passed())
            return 0
        return _check()
    except (NoRepository, subprocess.CalledProcessError) as error:
        print(f"git can't be asked: {error}", file=sys.stderr)
        # The tests passed all the same.
        return 0 if passed else 2


def _check() -> int:
    wrong = 0
    for name, check in checks.CHECKS.items():
        faults = check()
        wrong += bool(faults)
        print(f"{'no ' if faults else 'yes'}  {name}", flush=True)
        for fault in faults:
            print(f"       {fault}")
    if wrong:
        print(f"\n{VERSION} can't be released yet; docs/releasing.md has the order of things.")
        return 1
    print(f"\n{VERSION} can be released. Next, as docs/releasing.md says:\n")
    print(f"    git tag --annotate v{VERSION} --message 'FlexAPI {VERSION}'")
    print("    make wheel image")
    return 0


if __name__ == "__main__":
    sys.exit(main())
