"""docs/openapi.yaml: the OpenAPI document as the server serves it, committed."""

import os
from typing import Any

import yaml

from . import OPENAPI

REWRITE = "FLEXAPI_TEST_WRITE=1 make test ARGS=releasing/tests/test_openapi_document.py"


def served() -> str:
    """Return the document as `/api/schema?format=yaml` answers; Django must be set up."""
    from drf_spectacular.renderers import OpenApiYamlRenderer

    from flexapi.api.docs import document

    rendered: bytes = OpenApiYamlRenderer().render(document(), renderer_context={})
    return rendered.decode()


def committed() -> str:
    """Return what stands in the file, "" where it is missing."""
    return OPENAPI.read_text(encoding="utf-8") if OPENAPI.exists() else ""


def write() -> None:
    """Write the file again."""
    OPENAPI.write_text(served(), encoding="utf-8")


def parsed(text: str) -> dict[str, Any]:
    """Return the document of a text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  both are safe
    return document


def set_up() -> None:
    """Set Django up, in a program that isn't the server."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")
    django.setup()
