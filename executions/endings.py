"""Why executions end that FlexGet doesn't end by itself: stored in English, and translated when it is shown."""

from flexapi.phrases import phrase

BY_USER = phrase("Aborted by {user}.")
BY_SIGNAL = phrase("Aborted by a signal.")
TOO_LONG = phrase("It ran longer than {seconds} s.")
SERVER_STOPPED = phrase("The server was stopped.")
SERVER_ENDED = phrase("The server ended before this was over.")
WORKER_ENDED = phrase("The worker ended before this was over.")
# Of one that a worker had given to FlexGet when it died, before anything was heard of it.
MAY_HAVE_BEGUN = phrase(
    "{problem} FlexGet had been given this and may have begun, so it is not run again."
)
WORKER_LOST = phrase("The worker {name} was lost: it gave no sign of life for {seconds} s.")
NO_DATABASE = phrase("The worker could not reach the database.")
LOG_UNSTORED = phrase("Its log can't be stored: {error}")
END_UNSTORED = phrase("Its end can't be stored: {error}")
OUR_FAULT = phrase("FlexAPI failed; its log says more. {error}")
NOT_IN_STEP = phrase("The config can't be brought in step: {problem}")
NOT_WRITTEN = phrase("The config can't be written on this worker: {problem}")
HUNG_UP = phrase("FlexGet's host hung up.")
KILLED = phrase("FlexGet's process was killed by signal {signal} before the execution was over.")
ENDED = phrase("FlexGet's process ended with code {code} before the execution was over.")
KILLED_IN = phrase(
    "FlexGet's process was killed by signal {signal} before the execution was over, in task {task} at or after plugin "
    "{plugin}."
)
ENDED_IN = phrase(
    "FlexGet's process ended with code {code} before the execution was over, in task {task} at or after plugin {plugin}."
)


def death(status: int, task: str, plugin: str) -> str:
    """Return how FlexGet's process ended before it was done; without a plugin, it is not known where."""
    killed, ended = (KILLED_IN, ENDED_IN) if plugin else (KILLED, ENDED)
    text = killed if status < 0 else ended
    return text.format(signal=-status, code=status, task=task, plugin=plugin)
