"""Moves FlexGet's tables from its SQLite file into PostgreSQL."""
