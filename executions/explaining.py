"""What commonly goes wrong in a run, in plain words with what to do; the API gives both these and what was said.

Looks at text alone that the one who asks may see, so an explanation tells nothing more than it does.
"""

import re

from django.utils.translation import gettext, gettext_noop

# What the text of Python, requests or FlexGet has in it, and what that means; the first that fits counts.
_EXPLANATIONS = (
    (r"Connection refused|\[Errno 111\]|actively refused", gettext_noop("The other side refuses the connection. Is it running, and is the port right?")),
    (r"Name or service not known|Temporary failure in name resolution|NameResolutionError|getaddrinfo failed|nodename nor servname|No address associated", gettext_noop("The address can't be found. Check its spelling, and the server's DNS.")),
    (r"certificate has expired", gettext_noop("The site's certificate has expired. It has to renew it.")),
    (r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|certificate verify failed|doesn't match either of", gettext_noop("The site's certificate can't be trusted. Check the address, and the clock of this server.")),
    (r"SSLError|SSL: |WRONG_VERSION_NUMBER|TLSV1_ALERT", gettext_noop("No secure connection comes about. Check whether the address begins with http or https.")),
    (r"ConnectTimeout|ReadTimeout|timed out|Timeout while|TimeoutError", gettext_noop("The other side took too long to answer. It is tried again with the next run.")),
    (r"Connection reset|ConnectionResetError|RemoteDisconnected|Connection aborted|BrokenPipe|IncompleteRead", gettext_noop("The other side broke the connection off. It is tried again with the next run.")),
    (r"Network is unreachable|No route to host", gettext_noop("The network can't be reached from here. Check the connection of this server.")),
    (r"\b401\b.*(Unauthori[sz]ed|Client Error)|Unauthori[sz]ed|[Ii]nvalid (username|password|api ?key|credentials)|login (failed|was denied)|[Aa]uthentication fail", gettext_noop("The site does not accept the login. Check user, password or key in the config.")),
    (r"\b403\b.*(Forbidden|Client Error)|status[^\n]{0,20}\b403\b", gettext_noop("The site does not allow this. Check the key in the config, or whether it blocks this server.")),
    (r"\b(404|410)\b.*(Not Found|Gone|Client Error)|status[^\n]{0,20}\b404\b", gettext_noop("There is nothing at that address (any more). Check it in a browser.")),
    (r"\b429\b|Too Many Requests", gettext_noop("The site is asked too often. Run the task less often.")),
    (r"\b5\d\d\b.{0,5}(Server Error|Internal|Bad Gateway|Service)|Bad Gateway|Service Unavailable|status[^\n]{0,20}\b5\d\d\b", gettext_noop("The site has a fault of its own. It is tried again with the next run.")),
    (r"Invalid URL|MissingSchema|InvalidSchema|No connection adapters|No scheme supplied", gettext_noop("This is no complete address. It begins with http:// or https://.")),
    (r"TooManyRedirects|Exceeded \d+ redirects", gettext_noop("The address leads in a circle. Check it in a browser.")),
    (r"not well-formed|SAXParseException|no element found|mismatched tag|not (a )?valid (rss|xml|feed)|[Ii]nvalid (rss|xml) feed|received html|bozo", gettext_noop("What came is no feed. Open the address in a browser: it may ask for a login.")),
    (r"JSONDecodeError|Expecting value: line|Invalid JSON", gettext_noop("What came is no JSON. The site may have changed, or shows a page of its own.")),
    (r"No space left on device|\[Errno 28\]|Disk quota exceeded", gettext_noop("The disk is full. Make room, then run the task again.")),
    (r"Permission denied|\[Errno 13\]|PermissionError|Read-only file system", gettext_noop("The server may not read or write there. Check owner and mode of the folder.")),
    (r"No such file or directory|\[Errno 2\]|FileNotFoundError|path does not exist|does not exist on disk", gettext_noop("A file or folder is missing. Check the path in the config; it is one on this server.")),
    (r"database is locked", gettext_noop("FlexGet's database is in use by something else. It is tried again with the next run.")),
    (r"No module named|ModuleNotFoundError|ImportError|requires? .{0,60}(to be )?installed|DependencyError|is not installed|\bmodule\b.{0,60}\brequired", gettext_noop("A Python package that the plugin needs is not installed. Install it next to FlexGet, and reload.")),
    (r"killed by signal 9", gettext_noop("The system ended FlexGet's process, mostly for want of memory.")),
    (r"BUG: Unhandled error in plugin (\w+)", gettext_noop("The plugin {0} has a fault. The log has the details, for a report to its author.")),
)  # fmt: skip
EXPLANATIONS = tuple((re.compile(pattern), text) for pattern, text in _EXPLANATIONS)


def explained(reason: str) -> str | None:
    """Return what the reason of a failed or aborted execution, a line a task, means; None where no line is a common one."""
    known = [_of_line(line) for line in reason.splitlines()]
    lines = list(dict.fromkeys(line for line in known if line))
    return "\n".join(lines) or None


def _of_line(line: str) -> str | None:
    for pattern, text in EXPLANATIONS:
        if found := pattern.search(line):
            return gettext(text).format(*found.groups())
    return None
