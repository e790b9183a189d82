"""Whether files have changed since they were last read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from semigda_core.files.contents import files_of


def stamp(*paths: Path | None, called: Sequence[Path | None] | None = None) -> str:
    """A short text that changes with the paths, sizes and times of files or DICOM folders.

    Args:
        called: other paths to use instead of the files' own, such as those they were moved from.
    """
    digest = hashlib.blake2b(digest_size=12)
    for path, name in zip(paths, called or paths, strict=True):
        digest.update(repr(_seen(path, name)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _seen(path: Path | None, called: Path | None) -> object:
    if path is None:
        return None
    try:
        files = files_of(path)
        states = [(file.name, file.stat()) for file in files]
    except OSError:
        return str(called), "missing"
    if called is not None and not path.is_dir():
        return str(called), [(called.name, state.st_size, state.st_mtime_ns) for _, state in states]
    return str(called), [(name, state.st_size, state.st_mtime_ns) for name, state in states]
