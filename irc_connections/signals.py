"""Signals of the app."""

from django.dispatch import Signal

# Sent once it is stored that somebody wants something of a connection.
steered = Signal()
