"""The endpoints of what FlexGet remembers and of its lists. Each request is one call of FlexGet's process."""
