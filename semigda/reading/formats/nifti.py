"""What a NIfTI file declares: .nii, .nii.gz, pairs of .hdr and .img, versions 1 and 2."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np

from semigda.reading.errors import bad_spacing, complex_numbers, damaged, unreadable
from semigda.reading.header import Header, checked_sizes
from semigda.reading.request import Budget, Request
from semigda.reading.volume import read_volume
from semigda.reading.voxels import GZIP_START, Part, Voxels, inflated_gzip
from semigda_core.errors import SemiGDAError

_LENGTH = {348: 1, 540: 2}
_TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
_COLOURS = {128: 3, 2304: 4}  # values a voxel, each a byte
_COMPLEX = (32, 1792, 2048)
_MAGIC = {1: (b"n+1\0", b"ni1\0"), 2: (b"n+2\0\r\n\x1a\n", b"ni2\0\r\n\x1a\n")}
_SINGLE_START = {1: 352, 2: 544}


def begins(start: bytes) -> bool:
    return _version_and_order(start) is not None


def may_be(start: bytes, name: str) -> bool:
    """No other format is compressed as a whole, and the voxels of a pair have no signature."""
    return start.startswith(GZIP_START) or name.endswith(".img")


def read(request: Request, budget: Budget) -> dict[str, Any]:
    return read_volume(request, budget, read_header(request.path), "NiftiImageIO")


def _version_and_order(start: bytes) -> tuple[int, str] | None:
    if len(start) < 4:
        return None
    for order in "<>":
        length = struct.unpack(order + "i", start[:4])[0]
        if length in _LENGTH and len(start) >= length:
            return _LENGTH[length], order
    return None


def read_header(path: Path) -> Header:
    """Raises SemiGDAError "bad-input" if the file declares more than it holds."""
    path = _header_file(path)
    start = _start(path)
    found = _version_and_order(start)
    if found is None:
        raise unreadable()
    version, order = found
    at = 344 if version == 1 else 4
    magic = start[at : at + len(_MAGIC[version][0])]
    if magic not in _MAGIC[version]:
        raise SemiGDAError(
            "bad-input",
            "The image is an ANALYZE file, which does not say which side is the left.",
            action="Save it as NIfTI or NRRD in the program that it comes from.",
        )
    single = magic == _MAGIC[version][0]
    dims, kind, steps, offset, slope, inter = _fields(start, version, order)
    if kind in _COMPLEX:
        raise complex_numbers()
    if not 1 <= dims[0] <= 7 or kind not in _TYPES and kind not in _COLOURS:
        raise unreadable()
    if any(not step > 0 for step in steps[1 : 1 + min(3, dims[0])]):
        raise bad_spacing()
    sizes = checked_sizes(dims[1 : 1 + dims[0]])
    values_axis = 4 if len(sizes) > 4 and sizes[4] > 1 else None
    if kind in _COLOURS:
        sizes, values_axis = (_COLOURS[kind], *sizes), 0
    dtype = np.dtype(order + _TYPES.get(kind, "u1"))
    if single and (not math.isfinite(offset) or offset < _SINGLE_START[version] - 4):
        offset = _SINGLE_START[version]  # as nifticlib
    if not 0 <= offset < 1 << 40:
        raise unreadable()
    if not (math.isfinite(slope) and slope) or kind in _COLOURS:
        slope, inter = 1.0, 0.0
    inter = inter if math.isfinite(inter) else 0.0
    voxels_file = path if single else _beside(path, "img")
    with open(voxels_file, "rb") as file:
        packed = file.read(2) == GZIP_START
    if packed:
        part = Part(voxels_file, skip=int(offset), alone=single)
    else:
        part = Part(voxels_file, start=int(offset), alone=single)
    voxels = Voxels(sizes, dtype, "gzip" if packed else "raw", (part,))
    return Header(voxels, _geometry(start, version, order), "image.nii", values_axis, slope, inter)


def _fields(start: bytes, version: int, order: str):
    if version == 1:
        dims = struct.unpack(order + "8h", start[40:56])
        kind = struct.unpack(order + "h", start[70:72])[0]
        steps = struct.unpack(order + "8f", start[76:108])
        offset, slope, inter = struct.unpack(order + "3f", start[108:120])
    else:
        kind = struct.unpack(order + "h", start[12:14])[0]
        dims = struct.unpack(order + "8q", start[16:80])
        steps = struct.unpack(order + "8d", start[104:168])
        offset, slope, inter = struct.unpack(order + "q2d", start[168:192])
    return dims, kind, steps, offset, slope, inter


def _check_place(start: bytes, version: int, order: str) -> None:
    """Check that the transforms in use are finite: ITK never ends with others."""
    codes, place, kind = ("2h", 252, "f") if version == 1 else ("2i", 344, "d")
    by_quaternion, by_matrix = struct.unpack_from(order + codes, start, place)
    numbers = struct.unpack_from(f"{order}18{kind}", start, place + struct.calcsize(codes))
    used = (numbers[:6] if by_quaternion else ()) + (numbers[6:] if by_matrix else ())
    if not all(map(math.isfinite, used)):
        raise SemiGDAError("bad-input", "The image's voxel spacing or axes are not usable.")


def _geometry(start: bytes, version: int, order: str) -> bytes:
    """The header as that of a single file without extensions."""
    _check_place(start, version, order)
    if version == 1:
        header = bytearray(start[:348] + bytes(4))
        header[108:112] = struct.pack(order + "f", 352)
        header[344:348] = _MAGIC[1][0]
    else:
        header = bytearray(start[:540] + bytes(4))
        header[168:176] = struct.pack(order + "q", 544)
        header[4:12] = _MAGIC[2][0]
    return bytes(header)


def _start(path: Path) -> bytes:
    with open(path, "rb") as file:
        start = file.read(540)
        if start[:2] != GZIP_START:
            return start
        file.seek(0)
        start = b""
        for piece in inflated_gzip(file):
            start += piece
            if len(start) >= 540:
                break
        return start[:540]


def _header_file(path: Path) -> Path:
    """The file with the header: either file of a pair may be given."""
    stem = path.name.lower()
    return _beside(path, "hdr") if stem.endswith((".img", ".img.gz")) else path


def _beside(path: Path, ending: str) -> Path:
    """The other file of a pair: "case.img" or "case.img.gz" for "case.hdr"."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem = name[:-4]
    for candidate in (f"{stem}.{ending}", f"{stem}.{ending}.gz", f"{stem}.{ending.upper()}"):
        if path.with_name(candidate).is_file():
            return path.with_name(candidate)
    raise damaged("The image consists of two files (.hdr and .img), and one of them is missing")
