"""What a model package looks like on disk.

This program may replace or remove a folder or ``.zip`` only if it identifies itself as a model and
contains nothing else.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePath

from semigda_core.errors import SemiGDAError
from semigda_core.models.card import CARD_FILE, WEIGHTS_FILE, ModelCard, parse_card

LICENCE_FILE = "LICENSE.txt"
FILES = (CARD_FILE, WEIGHTS_FILE, LICENCE_FILE)  # only the licence text may be missing
# The action by which a panel knows that it should ask the user.
NAME_TAKEN = "Give the new one another name, or let it take the place (--overwrite)."
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}


def is_litter(path: PurePath) -> bool:
    """Whether macOS or Windows left this file or folder behind."""
    return "__MACOSX" in path.parts or path.name in _LITTER or path.name.startswith("._")


def is_package(folder: Path) -> bool:
    """Whether it is a model package and nothing else."""
    if not is_package_or_damaged(folder):
        return False
    try:
        ModelCard.read(folder)
    except SemiGDAError:
        return False
    return True


def is_package_or_damaged(folder: Path) -> bool:
    """Whether a folder holds a model package's files, whatever their content, and nothing else."""
    try:
        files = [path for path in folder.iterdir() if not is_litter(path)]
        plain = all(path.is_file() and not path.is_symlink() for path in files)
    except OSError:
        return False
    names = {path.name for path in files}
    return plain and names <= set(FILES) and bool(names & {CARD_FILE, WEIGHTS_FILE})


def is_package_zip(path: Path) -> bool:
    """Whether it is a model package's ``.zip`` and nothing else."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = [entry for entry in archive.infolist() if not entry.is_dir()]
            paths = {PurePath(entry.filename): entry for entry in files}
            cards = [entry for name, entry in paths.items() if name.name == CARD_FILE]
            if {name.name for name in paths} - set(FILES) or len(cards) != 1:
                return False
            with archive.open(cards[0]) as file:
                parse_card(file)
    except (OSError, SemiGDAError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        return False
    return True
