"""How much of its freed memory the process keeps.

A network frees its feature maps at every layer and needs as much again at the next one. The GNU
allocator gives blocks of that size back to the system, which has to clear every page before it
hands it out again (benchmarks/results/speed.md has what that costs).
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# <malloc.h> of glibc.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
# Larger blocks, such as a whole volume, still go back at once.
_LARGEST_KEPT = 1 << 26
_MOST_KEPT = 1 << 30


def keep_freed_memory() -> None:
    """From now on the process reuses freed blocks up to 64 MB, and keeps up to 1 GB of them.

    The peak does not grow: what is kept has been in use before. Only glibc needs this; elsewhere,
    and where the user has set the allocator's variables, nothing happens. In the process itself and
    not in the environment of children, so that it holds however the process was started, and does
    not reach programs that it starts.
    """
    library = _glibc()
    if library is not None and not any(name.startswith("MALLOC_") for name in os.environ):
        # Older versions refuse more than half of an arena's heap.
        if not library.mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT):
            library.mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT >> 1)
        library.mallopt(_TRIM_THRESHOLD, _MOST_KEPT)
        library.mallopt(_ARENA_MAX, 1)  # or every thread keeps blocks that the others cannot use


@contextmanager
def importing() -> Iterator[None]:
    """Within, Python does not look for garbage: torch's modules are no garbage, and looking through
    them again and again takes up to a fifth of the time of importing it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_memory_back() -> None:
    """Return what the process keeps to the system; for a process that is about to wait."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library of this process if it is GNU's."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
