"""How many runs there were a day, how they ended and what they took: counted when they end, and kept longer than they are."""
