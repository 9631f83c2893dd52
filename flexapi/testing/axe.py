"""What axe has against a page, asked for once a document and told without what it finds in order."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

# Half a megabyte, which a page that it was given has until another one is loaded.
_IS_THERE = "() => 'axe' in window"
_RUN = "async ([part, options]) => (await axe.run(part ?? document, options)).violations"


def violations(page: Any, part: str | None = None, **options: Any) -> list[dict[str, Any]]:
    """Return the violations in a page, or in the part of it that a selector names.

    `options` are those of `axe.run`. What passes is left out: to name each element of it takes longer than all of the rules.
    """
    if not page.evaluate(_IS_THERE):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        _RUN, [part, {"resultTypes": ["violations"], **options}]
    )
    return found
