"""Paths from names in a document: inside their folder, whatever the document says.

A folder may come from anybody. Through ``..``, absolute names and symbolic links it could make this
program write or delete elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

from semigda_core.errors import SemiGDAError


def inside(folder: str | os.PathLike[str], *parts: str) -> Path:
    """``folder/parts``, which need not exist.

    Raises:
        SemiGDAError: "bad-input" if it is not a path within ``folder``, or a link leads out of it.
    """
    folder = Path(folder)
    path = folder.joinpath(*parts)
    # normpath resolves "..", realpath resolves links; the folder itself may be reached by a link.
    for real in (os.path.normpath, os.path.realpath):
        if not Path(real(path)).is_relative_to(real(folder)) or real(path) == real(folder):
            raise SemiGDAError(
                "bad-input",
                "A name in the project leads out of the project's folder.",
                action="Open a project that was not changed by others, or put it back from a "
                "backup.",
            )
    return path


def is_inside(folder: str | os.PathLike[str], *parts: str) -> bool:
    """Whether :func:`inside` allows it."""
    try:
        inside(folder, *parts)
    except SemiGDAError:
        return False
    return True


def refuse_links(folder: Path) -> None:
    """Raise "bad-input" if a folder about to be written to contains a symbolic link."""
    for at, folders, files in os.walk(folder):
        if any(os.path.islink(os.path.join(at, name)) for name in (*folders, *files)):
            raise SemiGDAError(
                "bad-input",
                "The folder of the job holds a link to another place.",
                action="Start a new job in its place.",
            )
