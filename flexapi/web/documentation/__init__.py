"""The documentation, served at `/docs/` as it stands in `docs/`: a machine without the internet has it too."""
