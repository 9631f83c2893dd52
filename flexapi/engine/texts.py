"""What FlexGet's processes say in FlexAPI's words: in English, and translated when it is shown (`flexapi.phrases`).

Both sides import this, so that the server knows these texts again. What FlexGet itself says is in none of them.
"""

from flexapi.phrases import phrase

# Of calls.
STOPPING = phrase("The server stops.")
RELOADED = phrase("FlexGet is loaded again.")
OLD_ENDED = phrase("FlexGet's old host ended.")
NO_ANSWER = phrase("FlexGet did not answer {method!r} within {seconds:g} s.")
NOT_STARTED = phrase("FlexGet's host does not start the execution.")

# Of runs.
ANOTHER_RUN = phrase("another run")
ANOTHER_RUN_OF = phrase("another run of task {task}")
NO_SUCH_TASK = phrase("The config doesn't have a task any more that matches what was asked for.")
EXITED = phrase("Plugin {plugin} ended the process (exit code {code}).")
REFUSED = phrase("FlexGet refuses the config: {complaints}")
REFUSED_MORE = phrase("FlexGet refuses the config: {complaints} (and {count} more)")
UNWORKABLE = phrase("FlexGet can't work with {file}: {error}.")
NO_PERMISSION = phrase(
    "User {user}, as which FlexGet runs here, has no permission for {file} ({error}): give it to that user, or run FlexAPI as "
    "its owner."
)

# Of FlexGet's database.
WAITS = phrase("Nothing was done: it waits for {problem}. Try again when that has ended.")
HAS_CHANGED = phrase("It has changed since it was read.")
DATABASE_MISSING = phrase(
    "FlexGet's database {file} is missing. Put it back, or let the next run make a new one."
)
DATABASE_OLDER = phrase(
    "FlexGet's database is of an older FlexGet (the tables of {plugin} have version {stored}, not {known}). The next run "
    "upgrades it."
)
DATABASE_NEWER = phrase(
    "FlexGet's database is of a newer FlexGet (the tables of {plugin} have version {stored}, not {known}). Upgrade the FlexGet "
    "that FlexAPI runs."
)
CONTRADICTS = phrase("It contradicts what is there: {error}")
UNSTORABLE = phrase("FlexGet's database can't store it: {error}")
DATABASE_UNUSABLE = phrase("FlexGet's database can't be used: {error}")
