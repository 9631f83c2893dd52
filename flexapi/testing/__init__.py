"""What tests and benchmarks share, and a plugin's tests may use: a FlexGet home, a live server, a cluster."""
