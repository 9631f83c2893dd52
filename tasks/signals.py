"""Signals of the tasks app."""

from django.dispatch import Signal

# Sent with the names `old` and `new` of a task, in the transaction that makes it true, whoever renamed it.
renamed = Signal()
