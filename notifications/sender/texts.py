"""What the process says of addresses: in English, and translated when it is shown (`flexapi.phrases`)."""

from flexapi.phrases import phrase

WOULD_RUN = phrase("A service of Apprise wanted to run a program.")
WOULD_WRITE = phrase("A service of Apprise wanted to write a file.")
WOULD_REACH = phrase("A service of Apprise wanted to reach a program of this machine.")
REDIRECT = phrase("It answers with a redirect, which is not followed: give its new address.")
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
