"""Where FlexGet keeps its tables: its own SQLite file, or PostgreSQL."""
