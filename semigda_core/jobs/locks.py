"""File locks of the operating system: they end with their process, however it ends."""

from __future__ import annotations

import contextlib
import errno
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


def _opened(path: Path) -> IO[bytes]:
    """A file that another user made may be read-only for this one, who can lock it all the same."""
    try:
        return open(path, "ab")
    except PermissionError:
        if sys.platform == "win32" or not path.is_file():
            raise
        return open(path, "rb")


# Some network drives cannot lock: then nobody is kept out, as no two programs can agree there.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


@contextlib.contextmanager
def locked(path: Path, waiting: Callable[[], None], seconds: float = 0.01) -> Iterator[None]:
    """Hold the lock on a file, which is made if missing and never deleted.

    Args:
        path: the file; other processes may be waiting for it.
        waiting: called before each wait of ``seconds``; may raise to stop waiting.
    """
    with _opened(path) as file:
        while True:
            try:
                _lock(file)
                break
            except (BlockingIOError, PermissionError):
                waiting()
                time.sleep(seconds)
            except OSError as error:
                if error.errno not in NO_LOCKS:
                    raise
                break
        yield  # closing the file releases the lock
