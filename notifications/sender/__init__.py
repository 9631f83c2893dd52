"""The process that talks to the addresses people give: `python -m notifications.sender`. It imports no Django.

A process of its own, so that one that hangs can be ended, that no library's memory stays in the server, and that
what an address may reach is held for all that runs in it (`guard`), whichever library it is.
"""
