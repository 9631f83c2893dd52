"""Searching the log lines of all runs: their index of words, who keeps it, and `/api/log`."""
