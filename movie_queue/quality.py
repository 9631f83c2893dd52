"""Quality requirements, checked by the FlexGet that will read them."""

from django.utils.translation import gettext

from flexapi.engine.instance import engine
from movie_queue.identity import ANY_QUALITY


class BadQuality(Exception):
    """FlexGet knows no such quality; the text says which part."""


def check_quality(text: str) -> str:
    """Return the requirement as it is stored, `any` for none; asks FlexGet for others.

    Raises BadQuality, and EngineUnavailable where FlexGet can't be asked.
    """
    text = " ".join(text.split())
    if not text or text.lower() == ANY_QUALITY:
        return ANY_QUALITY
    error = engine().call("quality", {"text": text})["error"]
    if error:
        raise BadQuality(gettext("FlexGet does not know this quality: {error}").format(error=error))
    return text
