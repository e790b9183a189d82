"""Which files make up an image, and a digest of their content."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from pathlib import Path

_HEADERS = (".mhd", ".nhdr")
_DATA = re.compile(rb"^(?:ElementDataFile\s*=|data ?file:)\s*(.*)$", re.MULTILINE | re.IGNORECASE)
_MAX_HEADER_BYTES = 1_000_000


def files_of(path: Path) -> list[Path]:
    """The files of an image: the file itself, what a header file names, or a folder's files.

    Raises:
        OSError: if it does not exist.
    """
    if path.is_dir():
        return sorted(file for file in path.iterdir() if not _beside(file) and file.is_file())
    files = [path]
    if path.suffix.lower() in _HEADERS and path.is_file():  # not a pipe, which would wait
        files += _named(path)
    elif path.suffix.lower() == ".hdr":
        files.append(path.with_suffix(".img"))
    elif path.suffix.lower() == ".img":
        files.append(path.with_suffix(".hdr"))
    return files


def _beside(file: Path) -> bool:
    """Whether a file changes without the DICOM files around it: those that systems hide in every
    folder, and those of a project that lies there."""
    return file.name.startswith(".") or file.suffix == ".json" or file.name == "Thumbs.db"


def _named(header: Path) -> list[Path]:
    """The data files of a MetaImage or NRRD header: one, a list of them, or a numbered pattern."""
    with open(header, "rb") as file:
        text = file.read(_MAX_HEADER_BYTES)
    found = _DATA.search(text)
    if found is None:
        return []
    folder, named = header.parent, found[1].decode("utf-8", "surrogateescape").strip()
    if named.upper() == "LOCAL":
        return []
    if named.upper().startswith("LIST"):
        lines = text[found.end() :].decode("utf-8", "surrogateescape").splitlines()
        return [folder / line.strip() for line in lines if line.strip()]
    pattern = re.match(r"(\S*%0?\d*d\S*)", named)
    if pattern is None:
        return [folder / named]
    start = folder / pattern[1].partition("%")[0]
    return sorted(start.parent.glob(f"{start.name}*"))


def digest_of(path: Path) -> str:
    """A short text that depends on the content of an image's files, not on their location.

    Raises:
        OSError: if one cannot be read.
    """
    total = hashlib.blake2b(digest_size=16)
    for file in files_of(path):
        if not file.is_file():  # missing, or a device, whose content never ends
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with open(file, "rb") as opened:
            one = hashlib.blake2b()
            while block := opened.read(1 << 20):
                one.update(block)
        total.update(one.digest())
    return total.hexdigest()
