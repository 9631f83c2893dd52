"""glibc's allocator, told to keep less for later. Elsewhere there is nothing to tell."""

import ctypes

_LIBRARY = ctypes.CDLL(None)
_M_ARENA_MAX = -8


def few_arenas() -> None:
    """Let all threads share two arenas, where each may have one of its own. To be called before there are threads."""
    if hasattr(_LIBRARY, "mallopt"):
        _LIBRARY.mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Give memory that is free back to the system; it takes a millisecond or two."""
    if hasattr(_LIBRARY, "malloc_trim"):
        _LIBRARY.malloc_trim(0)
