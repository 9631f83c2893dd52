"""The movie queue inside FlexGet's process: the copy of it that a run works on, and the plugins on that copy."""
