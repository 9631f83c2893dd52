"""What a release has to be: `python -m releasing` checks it and changes nothing. docs/releasing.md is the way there."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
OPENAPI = ROOT / "docs" / "openapi.yaml"
