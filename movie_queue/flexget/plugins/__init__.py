"""FlexGet plugins of the movie queue: FlexGet loads the modules of this folder by itself, nobody imports them."""
