"""Facts that were written down, and whether files are still those they were measured of.

Standard library only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from semigda.data.contents import files_of
from semigda.data.facts_document import is_measured
from semigda.errors import SemiGDAError
from semigda.files.documents import identifier, mapping, one_of, plain, read_document, record

FACTS_SCHEMA = 2  # 1 let damaged images pass, and did not say who made a label
_DOCUMENT = record(
    {"schema": one_of(FACTS_SCHEMA), "cases": mapping(identifier(), plain())}, others=True
)


def read_facts(path: Path) -> dict[str, Any]:
    """Facts by case id, each with the ``stamp`` of its files; none if none can be read.

    What a case has that is no fact is left out: the next check measures the case anew.
    """
    try:
        content = read_document(path, _DOCUMENT, "The file of facts")
    except (OSError, SemiGDAError):
        return {}
    return {key: facts for key, facts in content["cases"].items() if is_measured(facts)}


def stamp(*paths: Path | None, called: Sequence[Path | None] | None = None) -> str:
    """A short text that changes with the paths, sizes and times of files or DICOM folders.

    Args:
        called: other paths to put in place of the files' own, such as those they were moved from.
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
