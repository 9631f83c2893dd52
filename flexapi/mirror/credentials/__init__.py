"""Which values of a config are credentials, who sees them, and how everything is shown to all others.

This is the one place that is asked: `visible_to(user)`. What is shown to a user whom it denies goes through
`mask_value` (the JSON view of a config), `mask_source` (its YAML) or `shown` (all that FlexGet says).
"""

from flexapi.mirror.credentials.known import (
    Known,
    forget,
    hide_from_log,
    in_config,
    known,
    note,
    values_in_config,
)
from flexapi.mirror.credentials.names import is_credential
from flexapi.mirror.credentials.source import mask_document, mask_source, source_of
from flexapi.mirror.credentials.texts import MASK, mask_text, without_quotes
from flexapi.mirror.credentials.unmask import StillMasked, unmask
from flexapi.mirror.credentials.users import SEE, Eyes, eyes_of, shown, visible_to
from flexapi.mirror.credentials.values import (
    Hide,
    mask_message,
    mask_value,
    secret_variables,
    secrets_of,
)

__all__ = [
    "MASK",
    "SEE",
    "Eyes",
    "Hide",
    "Known",
    "StillMasked",
    "eyes_of",
    "forget",
    "hide_from_log",
    "in_config",
    "is_credential",
    "known",
    "mask_document",
    "mask_message",
    "mask_source",
    "mask_text",
    "mask_value",
    "note",
    "secret_variables",
    "secrets_of",
    "shown",
    "source_of",
    "unmask",
    "values_in_config",
    "visible_to",
    "without_quotes",
]
