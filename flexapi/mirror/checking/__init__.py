"""What is to be said of a text before it is saved: complaints with their places, and warnings."""
