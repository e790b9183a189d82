"""Folders for images on their way to the engine."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from pathlib import Path

import slicer

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import clear_leftovers, temporary_path


@contextmanager
def privateFolder():
    """A new folder that only the user may read, in Slicer's temporary one. It stays, unless what
    is done in it fails.

    Raises:
        SemiGDAError: "disk-full" if it, or a file in it, cannot be written.
    """
    root = Path(slicer.app.temporaryPath)
    clear_leftovers(root)  # it may have an image: none of a crashed Slicer stays
    path = temporary_path(root)
    try:
        path.mkdir(mode=0o700, parents=True)
        yield path
    except BaseException as error:
        removeFolder(path)
        if isinstance(error, OSError):
            raise SemiGDAError("disk-full", detail=type(error).__name__) from error
        raise


def removeFolder(path: Path | None) -> None:
    """Remove it with all that is in it, as far as that can be done; None: nothing.

    A killed process may write into it for a moment yet.
    """
    for _attempt in range(10):
        if path is None or not path.exists():
            return
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            time.sleep(0.05)
