"""What people say of a change of the config: a parameter of each write, kept with the revision that it makes."""

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from flexapi.mirror.store.tables import MESSAGE_LENGTH

NAME = "message"
MESSAGE = OpenApiParameter(
    NAME,
    {"type": "string", "maxLength": MESSAGE_LENGTH},
    description="Why the config is changed; kept with the revision.",
)


def message_of(request: Request) -> str:
    """Return the request's message, "" where it has none. Raises ValidationError for one that can't be kept."""
    message = " ".join(request.query_params.get(NAME, "").split())
    if len(message) > MESSAGE_LENGTH:
        raise ValidationError(
            {
                NAME: [
                    gettext("At most {message_length} characters can be kept.").format(
                        message_length=MESSAGE_LENGTH
                    )
                ]
            }
        )
    if "\0" in message:
        raise ValidationError({NAME: [gettext("The character NUL can't be kept.")]})
    return message
