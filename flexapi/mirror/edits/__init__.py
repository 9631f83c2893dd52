"""How the config changes: the one way of writing, what it checks, and what can be done to sections."""
