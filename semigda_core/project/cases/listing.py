"""What the files of a folder are: images, DICOM series, or nothing to segment."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.formats import ENDINGS, endings
from semigda_core.files.stamps import state
from semigda_core.labels.made import is_own_image, is_own_picture
from semigda_core.project.cases.naming import natural

# Why a file is not a case of its own.
NO_IMAGE = "no image"
MIXED = "one of several DICOM series in a folder"
CHANNEL = "another channel of a case"
SAME = "the same case in another format"
GONE = "a link to a file that is not there"
CLOSED = "a folder that may not be opened"
WITHOUT_IMAGE = "a DICOM file without an image, such as a segmentation"
NO_LABEL = "no label"
NESTED = "in a subfolder, to be taken by itself"

_HEAD = 8192
# A tag, and its value with type and length, or with the length alone.
_SERIES = re.compile(rb"\x20\x00\x0e\x00(?:UI(..)|(..)\0\0)", re.DOTALL)
_MODALITY = re.compile(rb"\x08\x00\x60\x00(?:CS(..)|(..)\0\0)", re.DOTALL)
_WITHOUT_IMAGE = (b"SEG", b"RTSTRUCT", b"RTPLAN", b"RTDOSE", b"SR", b"PR", b"KO", b"REG", b"DOC")
_SKIPPED = ("__macosx",)


@dataclass
class Listing:
    """Images and labels of folders, what is left out and why, and the number of files in each DICOM
    folder."""

    files: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    slices: dict[Path, int] = field(default_factory=dict)

    def take(self, folder: Path, files: Iterable[Path], *, only_dicom: bool = False) -> None:
        """The files of one folder, all or some of them."""
        series: dict[bytes, list[Path]] = {}
        for path in sorted(files, key=natural):
            if not path.is_file() and (path.is_symlink() or path.exists()):
                self.left_out.append((path, GONE if path.is_symlink() else NO_IMAGE))
                continue
            dicom = _look(path, _state(path))
            named = path.name.lower().endswith(ENDINGS)
            if dicom is not None and dicom.image:
                series.setdefault(dicom.series, []).append(path)
            elif dicom is not None:
                self.left_out.append((path, WITHOUT_IMAGE))
            elif named and not only_dicom:
                self.files.append(path)
            elif not only_dicom:
                self.left_out.append((path, NO_IMAGE))
            elif named and not is_own_image(path):
                self.left_out.append((path, NESTED))
        if len(series) == 1:
            (members,) = series.values()
            self.files.append(folder)
            self.slices[folder] = len(members)
            return
        for members in series.values():
            if len(members) == 1:
                self.files += members
            else:
                self.left_out += [(path, MIXED) for path in members]


def list_folder(folder: Path) -> Listing:
    """What a folder offers, including its subfolders of DICOM files. What else may be an image or a
    label in these, and folders in them, is left out.

    Raises:
        SemiGDAError: "bad-input" if it does not exist.
    """
    if not folder.is_dir():
        raise SemiGDAError("bad-input", "The folder does not exist.", action="Choose another.")
    found = Listing()
    found.take(folder, _files(folder))
    for path in _folders(folder):
        before = len(found.files) + len(found.left_out)
        try:
            found.take(path, _files(path), only_dicom=True)
            found.left_out += [(one, NESTED) for one in _folders(path) if _may_offer(one)]
        except PermissionError:  # as the system's own at the top of a drive
            found.left_out.append((path, CLOSED))
            continue
        told = len(found.files) + len(found.left_out) > before
        if not told and path.name.lower().endswith(ENDINGS):
            found.left_out.append((path, NO_IMAGE))  # some unpack "a.nii.gz" into such a folder
    found.files.sort(key=natural)
    return found


def list_files(paths: Iterable[Path]) -> Listing:
    """The same for single files and DICOM folders; slices become their folder."""
    found = Listing()
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        if path.is_dir():
            found.take(path, _files(path), only_dicom=True)
        else:
            by_folder.setdefault(path.parent, []).append(path)
    for folder, files in by_folder.items():
        found.take(folder, files)
    return found


def series_files(folder: Path) -> list[Path]:
    """The images of the DICOM series in a folder, beside which other files may lie. The order of
    their names says nothing of where they are."""
    looked = [(path, _look(path, _state(path))) for path in sorted(_files(folder), key=natural)]
    return [path for path, dicom in looked if dicom is not None and dicom.image]


def _folders(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.name[0] != "." and path.is_dir())
    return [p for p in found if p.name.lower() not in _SKIPPED and not is_own_picture(p)]


def _may_offer(folder: Path) -> bool:
    """Whether there are folders in it, which are not looked into, or a file that may be an image or
    a label."""
    if _folders(folder):
        return True
    return any(
        (path.name.lower().endswith(ENDINGS) and not is_own_image(path))
        or _look(path, _state(path)) is not None
        for path in _files(folder)
    )


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.name[0] != "." and not path.is_dir())
    return [path for path in found if not is_own_picture(path)]


@dataclass(frozen=True)
class _Dicom:
    series: bytes
    image: bool


@functools.lru_cache(maxsize=100_000)  # a dialog asks again at every typed letter
def _look(path: Path, seen: tuple[int, int, int]) -> _Dicom | None:
    """The tags of a DICOM file; None for another file, or an unreadable one."""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    if not (head[128:132] == b"DICM" or _begins_as_dicom(head, path)):
        return None
    modality = _value(_MODALITY, head)
    image = modality not in _WITHOUT_IMAGE and path.name.upper() != "DICOMDIR"
    return _Dicom(_value(_SERIES, head), image)


def _state(path: Path) -> tuple[int, int, int]:
    try:
        return state(path.stat())
    except OSError:
        return 0, 0, 0


def _begins_as_dicom(head: bytes, path: Path) -> bool:
    """Without a preamble, a DICOM file begins with an element of group 2 or 8 and does not have
    another format's ending."""
    if path.name.lower().endswith(endings(dicom=False)) or len(head) < 8:
        return False
    group, element = (int.from_bytes(head[n : n + 2], "little") for n in (0, 2))
    named = head[4:6].isalpha() and head[4:6].isupper()
    short = int.from_bytes(head[4:8], "little") < 256
    return group in (2, 8) and element < 0x100 and (named or short)


def _value(tag: re.Pattern[bytes], head: bytes) -> bytes:
    found = tag.search(head)
    if found is None:
        return b""
    length = int.from_bytes(found[1] or found[2], "little")
    return head[found.end() : found.end() + length].strip(b"\0 ")
