"""A config file that does not parse: its text as it is, and a mended one in its place."""
