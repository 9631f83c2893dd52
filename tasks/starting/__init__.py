"""How a new task starts: texts with fields that people fill in, and what comes of them."""
