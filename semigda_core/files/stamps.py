"""Whether files have changed since they were last read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from semigda_core.files.contents import files_of

_WINDOWS = os.name == "nt"


def stamp(*paths: Path | None, called: Sequence[Path | None] | None = None) -> str:
    """A short text that changes with the paths and the :func:`state` of files or DICOM folders.

    Args:
        called: other paths to use instead of the files' own, such as those they were moved from.
    """
    digest = hashlib.blake2b(digest_size=12)
    for path, name in zip(paths, called or paths, strict=True):
        digest.update(repr(_seen(path, name)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def place_of(path: Path) -> str:
    """A short text for where a file is, whatever it holds."""
    where = os.path.abspath(path).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(where, digest_size=12).hexdigest()


def _seen(path: Path | None, called: Path | None) -> object:
    if path is None:
        return None
    try:
        files = files_of(path)
        states = [(file.name, file.stat()) for file in files]
    except OSError:
        return str(called), "missing"
    if called is not None and not path.is_dir():
        return str(called), [(called.name, *state(status)) for _, status in states]
    return str(called), [(name, *state(status)) for name, status in states]


def state(status: os.stat_result) -> tuple[int, int, int]:
    """What distinguishes a file from another one of its name: size, modification time and a third
    mark, because archives give a whole data set one time, and ``mv`` and ``cp -p`` keep it.

    The third mark is the time of the last change of any kind: of renaming and overwriting the file,
    too, but not of moving a folder above it. It may change for no good reason, such as ``chmod``,
    so a file in another state is read again, not rejected. Windows has no such time; there it is
    the file's number, which a renamed file keeps. On other systems that number may last only until
    the drive is connected again.
    """
    return status.st_size, status.st_mtime_ns, status.st_ino if _WINDOWS else status.st_ctime_ns
