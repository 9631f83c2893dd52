"""What a config may have: FlexGet's schema of it, its plugins, and how often this one uses them."""
