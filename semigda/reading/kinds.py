"""Which format a file has, by what it begins with; names can say anything."""

from __future__ import annotations

import struct
from pathlib import Path

from semigda.reading.metaimage import starts_metaimage
from semigda.reading.nifti import starts_nifti
from semigda.reading.nrrd import START as NRRD_START
from semigda.reading.voxels import GZIP_START

PICTURES = ("png", "jpeg", "tiff", "bmp")


def kind_of(path: Path) -> str | None:
    """ "nrrd", "nifti", "metaimage", "dicom", "png", "jpeg", "tiff", "bmp", or None."""
    with open(path, "rb") as file:
        start = file.read(1024)
    if start.startswith(NRRD_START):
        return "nrrd"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if start.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    if start.startswith(b"BM") and len(start) > 30:
        return "bmp"
    if start[128:132] == b"DICM":
        return "dicom"
    name = path.name.lower()
    # A gzip file holds NIfTI, as nothing else here is packed as a whole; one of a pair has no sign.
    if starts_nifti(start) or start.startswith(GZIP_START) or name.endswith(".img"):
        return "nifti"
    if starts_metaimage(start):
        return "metaimage"
    return "dicom" if _begins_like_dicom(start) else None


def _begins_like_dicom(start: bytes) -> bool:
    """Files without the preamble begin with an element of the groups 2 or 8."""
    if len(start) < 8:
        return False
    group, element = struct.unpack("<HH", start[:4])
    return group in (2, 8) and element < 0x2000
