"""Credentials in free text, by how it is written: URLs, commands, headers, pairs of a name and a value."""

import re
from collections.abc import Callable

from flexapi.mirror.credentials.names import is_credential

MASK = "********"

# Parameters of URLs that carry credentials, beside those whose names say so.
PARAMETERS = frozenset(
    {"key", "auth", "hash", "sid", "uid", "tk", "u", "r", "h", "i", "k", "pk", "pid", "tp", "uk"}
)
# What looks like a generated key: long, and either hexadecimal or a mix of letters and digits.
_KEY = r"(?:[0-9a-fA-F]{20,}|(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[0-9A-Za-z]{24,})"
_JINJA = r"\{\{.{0,500}?\}\}|\{\?.{0,500}?\?\}"
_URL = re.compile(rf"[a-zA-Z][a-zA-Z0-9+.\-]*://(?:{_JINJA}|[^\s\"'<>])+")
_USER_INFO = re.compile(rf"(?<=://)(?:([^\s/:@?#\"']*):([^\s/@\"']+)|(){_KEY})@")
_PARAMETER = re.compile(rf"([?&;])([\w.\-\[\]]+)=((?:{_JINJA}|[^&;#\s\"'<>])+)")
_SEGMENT = re.compile(rf"(?<=/){_KEY}(?=[/?#.\s\"']|$)")
# Where services have the key of their user in a path: Discord and Teams, Slack, Telegram, IFTTT, Cronitor.
_SERVICE = re.compile(
    r"/webhooks?/(?P<hook>[^\s?#\"'<>]+)|/services/(?P<slack>[^\s?#\"'<>]+)|/bot(?P<bot>[0-9]{5,}:[^\s/?#\"']+)"
    r"|/with/key/(?P<ifttt>[^\s?#\"'<>]+)|//cronitor\.link/(?P<monitor>[^\s/?#\"'<>]+)"
)
# Whether a text may hold anything of what is below; most texts don't, and then it isn't looked at closely.
_HINT = re.compile(
    r"pass|pwd|key|tok|secret|auth|cookie|cred|bearer|basic|digest|\bpin|session|sessid|hook|cfduid"
    r"|-u|--user|--proxy-user|[0-9]:",
    re.IGNORECASE,
)
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
# `curl -u user:password`, `--user "user:password"`, `-U user%password`.
_USER_OPTION = re.compile(
    r"(?<![\w-])(?:-[uU]|--(?:user|proxy-user|login))(?:=|\s{0,9})[\"']?[^\s:%\"']{0,200}[:%]"
    rf"(?P<value>{_QUOTED}|[^\s\"']+(?:[^\"'\n]{{0,200}}(?=[\"']))?)"
)
# `Authorization: Bearer abc`, also without the header's name.
_SCHEME = re.compile(
    r"\b(?:bearer\s{1,9}(?P<value>[^\s\"',;]+)"
    r"|(?:basic|token|digest|negotiate)\s{1,9}(?P<other>(?=[^\s\"',;]{0,200}[0-9=])[^\s\"',;]{6,}))",
    re.IGNORECASE,
)
# `--password abc`: with a space, as options have it.
_OPTION = re.compile(rf"(?<![\w-])--?(?P<name>[\w-]++)\s+(?P<value>{_QUOTED}|[^\s\"'-][^\s\"']*)")
# `API_KEY=abc`, `--password=abc`, `password: abc`, `{'password': 'abc'}`, `X-Api-Key: abc`.
_PAIR = re.compile(
    rf"(?<![\w.-])(?P<name>[\w.-]++)[\\\"']*\s?(?::|=>?)\s?"
    rf"(?:\\[\"'](?P<escaped>[^\"'\\]+)|(?P<value>{_QUOTED}|[^\s\"',;&<>)}}\]]+))"
)
# A cookie has several pairs in one value.
_COOKIE = re.compile(
    r"\bcookies?[\\\"']{0,2}\s?[:=]\s?[\"']?(?P<value>[^\n\"'\[{]+)", re.IGNORECASE
)
_SSHPASS = re.compile(rf"\bsshpass\s+-p\s*(?P<value>{_QUOTED}|\S+)")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<value>(?:[^-]|-(?!----))+)")
_BOT_TOKEN = re.compile(r"(?<![\w:])(?P<value>[0-9]{6,12}:[\w-]{30,})")
# What stands in a value's place and gives nothing away: nothing at all, a reference, a mask.
_NOTHING = re.compile(
    r"\W*(?:true|false|none|null|yes|no|bearer|basic|token|digest|negotiate)?\W*\Z|\W*(?:\{\{|\{\?|\$|%[({])|[\"']?\*{8}",
    re.IGNORECASE,
)

Note = Callable[[str], object]


def mask_text(text: str) -> str:
    """Return a text with the credentials masked that can be told by how they are written."""
    return _masked(text, str)


def secrets_in(text: str) -> set[str]:
    """Return the credentials that `mask_text` masks in a text."""
    found: set[str] = set()
    _masked(text, found.add)
    return found


# What a complaint quotes of a text; what the parser calls things of YAML has angle brackets.
_QUOTED_THERE = re.compile(r"(?<!\w)(?:'[^'<\n][^'\n]+'|\"[^\"<\n][^\"\n]+\"|[*&!][^\s'\"]{2,})")


def without_quotes(complaint: str) -> str:
    """Return what the parser says of a file that can't be read, without what stands there.

    Everybody is told, and it may be a password that begins with `*` or `!`.
    """
    return _QUOTED_THERE.sub("…", complaint)


def parts_of(credential: str) -> set[str]:
    """Return the texts in which a credential may appear: as a whole, its lines, the path of a URL, what is around references."""
    found = set()
    for piece in re.split(_JINJA, credential):
        found |= {piece.strip(), *(line.strip() for line in piece.splitlines())}
        if "://" in piece:
            found.add("/" + piece.partition("://")[2].partition("/")[2])
    return found


def _masked(text: str, note: Note) -> str:
    """`note` is called with each credential."""
    if "://" in text:
        text = _URL.sub(lambda found: _mask_url(found[0], note), text)
    if "=" in text:
        text = _PARAMETER.sub(lambda found: _mask_parameter(found, is_credential, note), text)
    if not _HINT.search(text):
        return text
    for pattern in (_PEM, _SSHPASS, _USER_OPTION, _COOKIE, _SCHEME, _BOT_TOKEN):
        text = pattern.sub(lambda found: _mask_group(found, note), text)
    for pattern in (_OPTION, _PAIR):
        text = pattern.sub(lambda found: _mask_named(found, note), text)
    return text


def _mask_url(url: str, note: Note) -> str:
    url = _USER_INFO.sub(lambda found: _mask_user_info(found, note), url)
    url = _SERVICE.sub(lambda found: _mask_group(found, note), url)
    url = _SEGMENT.sub(lambda found: _noted(found[0], note), url)
    return _PARAMETER.sub(lambda found: _mask_parameter(found, _in_url, note), url)


def _mask_user_info(found: re.Match[str], note: Note) -> str:
    name, password = found[1], found[2]
    if password is None:
        return _noted(found[0][:-1], note) + "@"
    return f"{name}:{_noted(password, note)}@"


def _mask_parameter(found: re.Match[str], is_secret: Callable[[str], bool], note: Note) -> str:
    separator, name, value = found.groups()
    secret = is_secret(name) or re.fullmatch(_KEY, value)
    return f"{separator}{name}={_noted(value, note) if secret else value}"


def _in_url(name: str) -> bool:
    return name.lower() in PARAMETERS or is_credential(name)


def _mask_group(found: re.Match[str], note: Note) -> str:
    groups = found.groupdict()
    group = next(name for name, value in groups.items() if name != "name" and value is not None)
    return _replaced(found, group, note)


def _mask_named(found: re.Match[str], note: Note) -> str:
    return _mask_group(found, note) if is_credential(found["name"]) else found[0]


def _replaced(found: re.Match[str], group: str, note: Note) -> str:
    value = found[group]
    if _NOTHING.match(value):
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + _noted(value, note) + found[0][end:]


def _noted(value: str, note: Note) -> str:
    """Return what is shown of a credential, its quotes left where they were."""
    quote = value[0] if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0] else ""
    plain = value[1:-1] if quote else value
    if plain and plain != MASK:
        note(plain)
    return f"{quote}{MASK}{quote}"
