"""ETags of single objects: 304 for an unchanged copy, 412 instead of a lost update.

An object's tag is a hash of its representation for the user who asks. Other media types than JSON have the same
hash with a suffix (`"5f0c…-yaml"`): as HTTP wants, equal tags mean equal bytes; and whichever a client
has read, `If-Match` compares the hash alone.
"""

import hashlib
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from flexapi.api.errors import PreconditionFailed


def state_hash(state: Any) -> str:
    """The hash of a representation (anything the JSON renderer takes), or of bytes, as 32 hex digits."""
    data = state if isinstance(state, bytes) else JSONRenderer().render(state)
    return hashlib.blake2b(data, digest_size=16).hexdigest()


class EtagMixin(GenericAPIView):
    """For views of single objects. Override `etag_state` where the JSON is not all there is to an object."""

    # For the OpenAPI document: which actions answer an ETag, and which heed `If-Match`.
    etag_actions: tuple[str, ...] = ("retrieve",)
    guarded_actions: tuple[str, ...] = ("update", "partial_update", "destroy")

    def etag_state(self, instance: Any) -> Any:
        """What has to change for the tag to change; by default the object's representation."""
        return self.get_serializer(instance).data

    def check_preconditions(self, instance: Any) -> None:
        """Raise PreconditionFailed where `If-Match` or `If-None-Match` speaks against writing to this object.

        Call it under the lock that the write is made under; `instance` is what a client would read now,
        or None where there is no such object.
        """
        match = parse_etags(self.request.headers.get("If-Match", ""))
        none_match = parse_etags(self.request.headers.get("If-None-Match", ""))
        if not match and not none_match and "If-Match" not in self.request.headers:
            return
        current = None if instance is None else state_hash(self.etag_state(instance))
        if "If-Match" in self.request.headers and not _names(match, current, strong=True):
            raise PreconditionFailed
        if none_match and _names(none_match, current, strong=False):
            raise PreconditionFailed(gettext("The object exists already."))

    def etag_suffix(self, response: Response) -> str:
        """What tells representations of one state apart; a media type other than JSON, by default."""
        media_type: str = self.request.accepted_renderer.media_type
        return "" if media_type == "application/json" else "-" + media_type.rpartition("/")[2]

    def with_etag(self, response: Response, instance: Any, state: Any = None) -> Response:
        """Give the answer its ETag; a GET whose client has it already becomes a 304.

        `state` saves building the representation once more where the caller has it.
        """
        tag = state_hash(self.etag_state(instance) if state is None else state)
        tag += self.etag_suffix(response)
        known = parse_etags(self.request.headers.get("If-None-Match", ""))
        unchanged = "*" in known or any(item.removeprefix("W/") == f'"{tag}"' for item in known)
        if unchanged and self.request.method in ("GET", "HEAD"):
            response = Response(status=304)
        response["ETag"] = f'"{tag}"'
        return response


def _names(tags: list[str], current: str | None, *, strong: bool) -> bool:
    """Whether the tags of a header name the hash `current`; a weak tag never does for `If-Match`."""
    if current is None:
        return False
    if "*" in tags:
        return True
    if strong:
        tags = [tag for tag in tags if not tag.startswith("W/")]
    return any(tag.removeprefix("W/").strip('"').partition("-")[0] == current for tag in tags)
