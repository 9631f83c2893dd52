"""FlexGet plugins of the history: FlexGet loads the modules of this folder by itself, nobody imports them."""
