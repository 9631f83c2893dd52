"""The files that the config names: found, kept as the config is, checked and edited."""
