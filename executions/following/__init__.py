"""From the database to the browser: reading a log, following it, and the messages that carry it."""
