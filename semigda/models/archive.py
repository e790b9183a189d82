"""Packing and unpacking a model package's ``.zip``: a few known files of one folder, nothing else.

A zip from outside may try to write elsewhere (absolute paths, ``..``, links), to fill the disk
(sizes that appear only when unpacked) or to bring files along; all are refused before writing.
"""

from __future__ import annotations

import errno
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_atomically
from semigda_core.models.card import CARD_FILE, MAX_CARD_BYTES, WEIGHTS_FILE
from semigda_core.models.layout import FILES, is_litter

# The largest network in use has 680 MB of float32 weights.
MAX_WEIGHTS_BYTES = 2_000_000_000
# Trained weights hardly compress; a file that shrinks this much is a bomb.
MAX_RATIO = 100
RATIO_FREE_BYTES = 10_000_000
_ENCRYPTED = 0x1
# Exceptions of zipfile for various kinds of damage.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)


def pack(folder: Path, name: str, zip_path: Path) -> None:
    """Write a package's files as ``<name>/<file>``, in one atomic write.

    The same files give the same zip: file dates, which a zip may be unable to store, are left out.
    """

    def write(target: BinaryIO) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for file in FILES:
                if (folder / file).is_file():
                    _add(archive, folder / file, f"{name}/{file}")

    write_atomically(zip_path, write)


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.file_size = path.stat().st_size
    with open(path, "rb") as source, archive.open(entry, "w") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)


def unpack(zip_path: Path, target: Path) -> None:
    """Unpack a package's files into the folder ``target``; a zip with other files is refused.

    Raises:
        SemiGDAError: "bad-input" if the file does not exist, "model-invalid" if it is refused.
    """
    if not zip_path.is_file():
        raise SemiGDAError("bad-input", "There is no such model package.")
    try:
        with zipfile.ZipFile(zip_path) as archive:
            entries = [entry for entry in archive.infolist() if not is_litter(_path(entry))]
            _check(entries)
            for entry in [entry for entry in entries if not entry.is_dir()]:
                with (
                    archive.open(entry) as source,
                    open(target / _path(entry).name, "wb") as copy,
                ):
                    # zipfile returns at most the declared size and checks the CRC at the end
                    while block := source.read(1 << 20):
                        copy.write(block)
    except _DAMAGED as error:
        raise _refused("the file is damaged or not a zip", type(error).__name__) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # the directory points before the file's start
            raise
        raise _refused("the file is damaged or not a zip", type(error).__name__) from error


def _check(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse the whole archive for its first entry that is not a plain, expected, sane file."""
    folders, seen = set(), set()
    for entry in entries:
        path = _path(entry)
        if not path.parts:
            raise _refused("a file in it has no name")
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise _refused("a file in it wants to lie outside the package")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
            raise _refused("it holds a link or a special file")
        if entry.is_dir():
            if len(path.parts) > 1:
                raise _refused("it holds folders inside the package")
            folders.add(path.parts[0])
            continue
        if entry.flag_bits & _ENCRYPTED:
            raise _refused("it is encrypted")
        if path.name not in FILES or len(path.parts) > 2 or path.name in seen:
            raise _refused("it holds unexpected files", "expected only " + ", ".join(FILES))
        limit = MAX_WEIGHTS_BYTES if path.name == WEIGHTS_FILE else MAX_CARD_BYTES
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > limit or (entry.file_size > RATIO_FREE_BYTES and ratio > MAX_RATIO):
            raise _refused("a file in it is larger than a model can be")
        seen.add(path.name)
        folders.add(path.parent.as_posix())
    if len(folders) > 1:
        raise _refused("its files do not lie in one folder")
    if not {CARD_FILE, WEIGHTS_FILE} <= seen:
        raise _refused(f"it lacks {CARD_FILE} or {WEIGHTS_FILE}")


def _path(entry: zipfile.ZipInfo) -> PurePosixPath:
    # Some Windows tools write backslashes; as plain characters they would hide a "..".
    return PurePosixPath(entry.filename.replace("\\", "/"))


def _refused(reason: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError("model-invalid", f"The model package is refused: {reason}.", detail=detail)
