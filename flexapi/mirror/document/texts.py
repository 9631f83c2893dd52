"""What is said of documents and of edits: in English, and translated when it is shown (`flexapi.phrases`)."""

from flexapi.phrases import phrase

PLACE = phrase("{problem} (line {line}, column {column})")

NOTHING_AT = phrase("There is nothing at {path}")
NOTHING_HERE = phrase("There is no {key!r} here")
NO_PLACE = phrase("There is no place for {key!r} here")
NO_POSITION = phrase("There is no position {position} among {count}")
TAKEN = phrase("{key!r} is there already")
NO_NAMES = phrase("Only the entries of a mapping have names")

READ_OTHERWISE = phrase("FlexGet would read this text in another way than is shown here")
NOT_FITTING = phrase("The edit does not fit: {problem}")
CONTRADICTION = phrase("{path} shares values in a way that the edit contradicts")
ELSEWHERE_TOO = phrase("{path} cannot be edited without changing something else")
DEPENDENT = phrase("An edit depends on another")
ANOTHER_WAY = phrase("An edit needs another way")
DISTURBING = phrase("The edits disturb each other")
OTHER_MEANING = phrase("The text of {path} means something else in its place")
ONE_ENTRY = phrase("The text has to hold the one entry {key!r}")
ONLY_ENTRY = phrase("The text has to hold the one entry {key!r} and nothing else")
ONLY_ITEM = phrase("The text has to hold one list entry and nothing else")
OTHER_NAME = phrase("The text has to be of {key!r}; renaming is done in another way")
WRONG_KIND = phrase("{path} is {found} where {wanted} is needed; mend that in the file first")
KINDS = {
    dict: phrase("a mapping"),
    list: phrase("a list"),
    str: phrase("a text"),
    bool: phrase("yes or no"),
}
phrase("a list or yes or no")
SINGLE = phrase("a single value")

LINE = phrase("line {line}")
LINES = phrase("lines {lines}")
SHARED = phrase(
    "{path} is shared as &{anchor} with {where}, which the edit would change or break. To change it for all of them, edit "
    "the YAML text; to change it in one place, first write out what the alias in {where} stands for"
)
MERGED = phrase(
    "{path} comes from &{anchor} (line {line}) by the `<<` in line {merge}, and can't be taken out of that. Give it another "
    "value here, or change it in line {line} for all who merge it"
)
STANDS_TWICE = phrase(
    "{path} stands twice, in {where}, and the edit would change what that means. Join the two first"
)
IGNORED = phrase("FlexGet doesn't see {path}: {problem}")
# By how often it stands there.
TWINS = {
    2: phrase(
        "{path} stands twice: FlexGet reads line {last} and ignores line {others}. Join them, or delete or rename one"
    ),
    3: phrase(
        "{path} stands three times: FlexGet reads line {last} and ignores lines {others}. Join them, or delete or rename one"
    ),
}
MANY_TWINS = phrase(
    "{path} stands several times: FlexGet reads line {last} and ignores lines {others}. Join them, or delete or rename one"
)

# What became of values that were shared.
AT_LINE = phrase("&{anchor} (line {line})")
WAS_ALIAS = phrase(
    "{path} was the alias *{alias} (line {line}). It is a copy now, with this edit; later changes of {where} no longer "
    "reach it."
)
CAME_MERGED = phrase(
    "{path} came from {where} by the `<<` in line {merge}. It has a value of its own here now."
)
MERGE_GONE = phrase(
    "The `<<` in line {merge} is gone: what else it brought in stands in {path} now, and later changes of {where} no "
    "longer reach it."
)
ALL_DELETED = phrase("{path} stood in {where}; each of them was deleted.")
ALL_RENAMED = phrase("{path} stood in {where}; each of them was renamed.")

TOO_MANY_BYTES = phrase("The file has more than {count} bytes")
TOO_MANY_CHARACTERS = phrase("The text has more than {count} characters")
NOT_VALID = phrase("The file is not valid {encoding}: {reason}")
NOT_IN_YAML = phrase("YAML does not allow the character {character}")
NO_VALUE = phrase("{value!r} is no valid value: {reason}")
NESTED_TOO_DEEP = phrase("The text nests more than {count} levels deep")
TOO_MANY_VALUES = phrase("With its aliases expanded the text has more than {count} values")
SECOND_DOCUMENT = phrase("A second document starts here; only one is allowed")
NO_ANCHOR = phrase("There is no anchor &{anchor} before this alias")
IN_ITSELF = phrase("The anchor &{anchor} contains itself")
ANCHOR_TWICE = phrase("The anchor &{anchor} is there twice")
NO_TYPE = phrase("Values of the type {type} are not allowed")
UNREADABLE_VALUE = phrase("The text holds a value that cannot be read: {reason}")
TOO_DEEP = phrase("The value is too large or too deep to be shown")

NOT_WRITTEN = phrase("A value of the type {type} cannot be written")
NO_KEY = phrase("A mapping or list cannot be a key")
LONG_KEY = phrase("A key of more than {count} characters cannot be written")
ZONE_WITH_SECONDS = phrase("A time zone with seconds cannot be written")
HALF_PAIR = phrase("The text has half of a surrogate pair, which YAML cannot hold")
