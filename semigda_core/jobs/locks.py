"""File locks of the operating system: they end with their process, however it ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def locked(path: Path, waiting: Callable[[], None], seconds: float = 0.01) -> Iterator[None]:
    """Hold the lock on a file, which is made if missing and never deleted.

    Args:
        path: the file; other processes may be waiting for it.
        waiting: called before each wait of ``seconds``; may raise to stop waiting.
    """
    with open(path, "ab") as file:
        while True:
            try:
                _lock(file)
                break
            except (BlockingIOError, PermissionError):
                waiting()
                time.sleep(seconds)
        yield  # closing the file releases the lock
