"""From the queue to the end of a run: who claims it, runs it, and stores what it reports."""
