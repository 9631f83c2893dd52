"""Older states of the config: what changed between them, and which are kept."""

import difflib
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from flexapi.mirror import credentials
from flexapi.mirror.document import ParseError
from flexapi.mirror.mirror import parse
from flexapi.mirror.store.tables import ConfigFile, ConfigRevision, ConfigState

# The newest ones are kept, however old they are and whatever the settings say.
ALWAYS_KEPT = 50
HIDDEN = "# This state can't be parsed, so that its credentials can't be told from the rest.\n"


def text_of(revision: ConfigRevision, *, masked: bool) -> str:
    """Return a revision's text; with `masked`, without credentials."""
    if not masked:
        return revision.text
    try:
        document = parse(bytes(revision.content))
        return credentials.mask_document(document, credentials.known().hide)
    except ParseError:
        return HIDDEN


def diff(revision: ConfigRevision, *, masked: bool) -> str:
    """Return the unified diff from the revision before this one; "" where that is gone or alike."""
    before = revision.previous
    if before is None and revision.problem:
        # A state that never was current: compared with the latest one before it.
        same = ConfigRevision.every.filter(file=revision.file_id)
        before = same.filter(pk__lt=revision.pk).first()
    old = text_of(before, masked=masked) if before else ""
    new = text_of(revision, masked=masked)
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"revision {before.pk}" if before else "nothing",
        f"revision {revision.pk}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def prune() -> int:
    """Delete revisions of each file beyond the settings' number and age; return how many went.

    `CONFIG_REVISIONS_KEPT` is the number of revisions and `CONFIG_REVISION_DAYS` their age in days;
    None keeps all.
    """
    states = [*ConfigState.objects.select_related("current").defer("current__content")]
    files = ConfigFile.objects.select_related("current").defer("current__content")
    current: dict[int | None, ConfigRevision | None] = {None: states[0].current if states else None}
    current.update({file.pk: file.current for file in files})
    return sum(_prune(file, held) for file, held in current.items())


def _prune(file: int | None, current: ConfigRevision | None) -> int:
    count, days = settings.CONFIG_REVISIONS_KEPT, settings.CONFIG_REVISION_DAYS
    keys = ConfigRevision.every.filter(file=file).order_by("-pk").values_list("pk", flat=True)
    doomed: set[int] = set()
    if count is not None:
        doomed.update(keys[max(count, ALWAYS_KEPT) :])
    if days is not None:
        horizon = timezone.now() - timedelta(days=days)
        newest = list(keys[:ALWAYS_KEPT])
        doomed.update(keys.filter(created__lt=horizon).exclude(pk__in=newest))
    if current is not None:
        doomed -= {current.pk, current.previous_id or 0}
    ConfigRevision.every.filter(pk__in=doomed).delete()
    return len(doomed)
