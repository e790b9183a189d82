"""Whether files are still those that were looked at. Standard library only."""

from __future__ import annotations

import hashlib
from pathlib import Path


def stamp(*paths: Path | None) -> str:
    """A short text that changes with the paths, sizes and times of files or DICOM folders."""
    digest = hashlib.blake2b(digest_size=12)
    for path in paths:
        digest.update(repr(_seen(path)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _seen(path: Path | None) -> object:
    if path is None:
        return None
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        states = [(file.name, file.stat()) for file in files]
    except OSError:
        return str(path), "missing"
    return str(path), [(name, state.st_size, state.st_mtime_ns) for name, state in states]
