"""Facts that were written down, and whether files are still those they were measured of.

Standard library only.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from semigda.data.contents import files_of

FACTS_SCHEMA = 1


def read_facts(path: Path) -> dict[str, Any]:
    """Facts by case id, each with the ``stamp`` of its files; none if none can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return dict(content["cases"]) if content["schema"] == FACTS_SCHEMA else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


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
        files = files_of(path)
        states = [(file.name, file.stat()) for file in files]
    except OSError:
        return str(path), "missing"
    return str(path), [(name, state.st_size, state.st_mtime_ns) for name, state in states]
