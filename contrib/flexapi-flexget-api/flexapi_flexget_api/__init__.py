"""FlexGet's own API and web UI, as a plugin of FlexAPI."""
