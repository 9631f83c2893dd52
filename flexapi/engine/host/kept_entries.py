"""Entries as they came in: what they were behind the inputs of a task, kept so that changed filters can be tried on them.

They are FlexGet's own serialization of entries, a line of JSON each, compressed.
"""

import base64
import json
import zlib
from collections.abc import Iterable

from flexget.entry import Entry
from loguru import logger

logger = logger.bind(name="flexapi")

# Phases behind which the entries are there.
BEFORE = frozenset(("prepare", "start", "input"))
# Quick, and nearly as small as it gets: entries of one feed look alike.
_LEVEL = 3
# Entries between two looks at the size: until it is told to, the compressor keeps back what it has.
_TOGETHER = 50


def packed(entries: Iterable[Entry], limit: int) -> tuple[str, int]:
    """Return entries as text, and how many they are: those that fit into about `limit` bytes."""
    compressor = zlib.compressobj(_LEVEL)
    data, count = bytearray(), 0
    for entry in entries:
        if len(data) > limit:
            break
        try:
            line = json.dumps(Entry.serialize(entry), separators=(",", ":"))
        except Exception as error:  # noqa: BLE001  what a plugin made a field of must not end the run
            logger.debug("An entry can't be kept: {}", error)
            continue
        data += compressor.compress(f"{line}\n".encode("ascii"))
        count += 1
        if count % _TOGETHER == 0:
            data += compressor.flush(zlib.Z_SYNC_FLUSH)
    data += compressor.flush()
    return base64.b85encode(data).decode("ascii"), count


def unpacked(text: str) -> list[Entry]:
    """Return new entries of what `packed` made; without those that a plugin that is gone would be needed for."""
    entries = []
    for line in zlib.decompress(base64.b85decode(text)).splitlines():
        try:
            entries.append(Entry.deserialize(json.loads(line), 1))
        except Exception as error:  # noqa: BLE001  as above
            logger.warning("An entry of that run can't be had again: {}", error)
    return entries
