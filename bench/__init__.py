"""Measurements against the peers: FlexGet's own daemon API and its command line.

`python -m bench` (or `make bench`) starts the servers in a temporary folder, measures both in
turns and writes one table to `bench/results/`. `python -m bench a c` runs only those parts.
"""
