"""What the database holds of the config: revisions, the current one, and the rows that index it."""
