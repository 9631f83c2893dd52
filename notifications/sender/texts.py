"""What the process says of addresses: in English, and translated when it is shown (`flexapi.phrases`)."""

from flexapi.phrases import phrase

NO_SERVICE = phrase("An address of Apprise begins with a service, as in ntfys://topic.")
LOCAL = phrase("{scheme}:// stays on this machine; choose a service that people see.")
NOT_FITTING = phrase(
    "This is not a {scheme}:// address; https://github.com/caronc/apprise/wiki tells more."
)
UNKNOWN = phrase(
    "This is not a service that Apprise knows; https://github.com/caronc/apprise/wiki tells more."
)
NOT_APPRISE = phrase("{scheme}:// is not one of Apprise's own services.")
MACHINE = phrase(
    "{host} is an address of this machine. Set FLEXAPI_NOTIFY_PRIVATE=1 where messages are to reach this machine or the local "
    "network."
)
LINK = phrase(
    "{host} is an address of the local link. Set FLEXAPI_NOTIFY_PRIVATE=1 where messages are to reach this machine or the "
    "local network."
)
NETWORK = phrase(
    "{host} is an address of a private network. Set FLEXAPI_NOTIFY_PRIVATE=1 where messages are to reach this machine or the "
    "local network."
)
