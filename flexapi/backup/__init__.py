"""A backup of everything as one file, made while the server runs, and the way back."""
