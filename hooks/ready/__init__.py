"""Hooks that are ready for programs that many have: how each sends, and how its bodies are read."""
