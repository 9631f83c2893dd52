"""Who asks: logging in, tokens, roles, and the brakes on guessing."""
