"""What a NIfTI-1 file declares: .nii, .nii.gz, pairs of .hdr and .img."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np

from semigda.reading.errors import (
    bad_spacing,
    complex_numbers,
    damaged,
    not_at_right_angles,
    unreadable,
)
from semigda.reading.request import Budget, Request
from semigda.reading.volume import read_volume
from semigda.reading.voxels import GZIP_START, Header, Part, Voxels, checked_sizes, inflated
from semigda_core.errors import SemiGDAError

_LENGTH, _LENGTH_OF_NIFTI_2 = 348, 540
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
_SINGLE, _PAIR = b"n+1\0", b"ni1\0"
_SINGLE_START = 352
_UNEQUAL = 0.01  # of a step: more than rounding


def begins(start: bytes) -> bool:
    return _order(start) is not None


def may_be(start: bytes, name: str) -> bool:
    """No other format is compressed as a whole, and the voxels of a pair have no signature."""
    return start.startswith(GZIP_START) or name.endswith(".img")


def read(request: Request, budget: Budget) -> dict[str, Any]:
    return read_volume(request, budget, read_header(request.path), "NiftiImageIO")


def _order(start: bytes) -> str | None:
    """The byte order, "<" or ">"; None if it is no NIfTI header."""
    if len(start) < 4:
        return None
    for order in "<>":
        length = struct.unpack(order + "i", start[:4])[0]
        if length in (_LENGTH, _LENGTH_OF_NIFTI_2) and len(start) >= length:
            return order
    return None


def read_header(path: Path) -> Header:
    """Raises SemiGDAError "bad-input" if the file declares more than it holds."""
    path = _header_file(path)
    start = _start(path)
    order = _order(start)
    if order is None:
        raise unreadable()
    single = start[344:348] == _SINGLE
    if struct.unpack(order + "i", start[:4])[0] == _LENGTH_OF_NIFTI_2:
        raise SemiGDAError(
            "bad-input",
            "The image is a NIfTI-2 file, which cannot be read.",
            action="Save it as NIfTI-1 or NRRD in the program that it comes from.",
        )
    if not single and start[344:348] != _PAIR:
        raise SemiGDAError(
            "bad-input",
            "The image is an ANALYZE file, which does not say which side is the left.",
            action="Save it as NIfTI or NRRD in the program that it comes from.",
        )
    dims = struct.unpack_from(order + "8h", start, 40)
    kind = struct.unpack_from(order + "h", start, 70)[0]
    steps = struct.unpack_from(order + "8f", start, 76)
    offset, slope, inter = struct.unpack_from(order + "3f", start, 108)
    if kind in _COMPLEX:
        raise complex_numbers()
    if not 1 <= dims[0] <= 7 or kind not in _TYPES and kind not in _COLOURS:
        raise unreadable()
    if any(not 0 < step < math.inf for step in steps[1 : 1 + min(3, dims[0])]):
        raise bad_spacing()
    sizes = checked_sizes(dims[1 : 1 + dims[0]])
    values_axis = 4 if len(sizes) > 4 and sizes[4] > 1 else None
    if kind in _COLOURS:
        sizes, values_axis = (_COLOURS[kind], *sizes), 0
    dtype = np.dtype(order + _TYPES.get(kind, "u1"))
    if single and (not math.isfinite(offset) or offset < _SINGLE_START - 4):
        offset = _SINGLE_START
    if not 0 <= offset < 1 << 40:
        raise unreadable()
    inter = inter if math.isfinite(inter) else 0.0
    if not (math.isfinite(slope) and slope) or kind in _COLOURS:
        if inter and kind not in _COLOURS:  # ITK adds it, and the standard says not to
            raise SemiGDAError(
                "bad-input",
                "The image says what to add to its values, but not how to scale them (scl_slope): "
                "programs differ in what they make of it.",
                action="Save it again in the program that it comes from.",
            )
        slope, inter = 1.0, 0.0
    voxels_file = path if single else _beside(path, "img")
    with open(voxels_file, "rb") as file:
        packed = file.read(2) == GZIP_START
    if packed:
        part = Part(voxels_file, skip=int(offset))
    else:
        part = Part(voxels_file, start=int(offset))
    voxels = Voxels(sizes, dtype, "gzip" if packed else "raw", (part,))
    _check_place(start, order, steps[0], steps[1 : 1 + min(3, dims[0])])
    # Without a transform ITK takes the axes for LPS, and other programs take them for RAS.
    unsaid = () if max(struct.unpack_from(order + "2h", start, 252)) > 0 else ("sides",)
    about = values_axis, slope, inter
    return Header(voxels, _geometry(start, order), "image.nii", *about, unsaid=unsaid)


def _check_place(start: bytes, order: str, side: float, steps: tuple[float, ...]) -> None:
    """Check that the transforms in use are finite (ITK never ends with others), and that they do
    not contradict each other: ITK takes one of them, and other programs the other.

    Args:
        side: negative if the quaternion's third axis is reversed.
        steps: of the axes in space.
    """
    by_quaternion, by_matrix = struct.unpack_from(order + "2h", start, 252)
    numbers = struct.unpack_from(order + "18f", start, 256)
    used = (numbers[:6] if by_quaternion else ()) + (numbers[6:] if by_matrix else ())
    if not all(map(math.isfinite, used)):
        raise SemiGDAError("bad-input", "The image's voxel spacing or axes are not usable.")
    matrix = np.array(numbers[6:]).reshape(3, 4)[:, :3]
    if by_matrix <= 0 or not matrix.any():
        return
    if by_quaternion > 0 and np.linalg.det(matrix) * (-1 if side < 0 else 1) < 0:
        raise SemiGDAError(
            "bad-input",
            "The image says two different things about which side is the left (qform and sform).",
            action="Find out which is right, and save the image with that one alone.",
        )
    # A matrix of another space, such as an atlas, may stretch; ITK then goes by the quaternion.
    if by_quaternion > 0 and by_matrix not in (1, by_quaternion):
        return
    matrix = matrix[:, : len(steps)]
    lengths = np.linalg.norm(matrix, axis=0)
    products = matrix.T @ matrix
    if (np.abs(products - np.diag(lengths**2)) > _UNEQUAL * np.outer(lengths, lengths)).any():
        raise not_at_right_angles()
    if (np.abs(lengths / steps - 1) > _UNEQUAL).any():
        raise SemiGDAError(
            "bad-input",
            "The image says two different voxel spacings (pixdim and sform).",
            action="Save it again in the program that it comes from.",
        )


def _geometry(start: bytes, order: str) -> bytes:
    """The header as that of a single file without extensions."""
    header = bytearray(start[:_LENGTH] + bytes(4))
    header[108:112] = struct.pack(order + "f", _SINGLE_START)
    header[344:348] = _SINGLE
    return bytes(header)


def _start(path: Path) -> bytes:
    with open(path, "rb") as file:
        start = file.read(_LENGTH_OF_NIFTI_2)
        if start[:2] != GZIP_START:
            return start
        file.seek(0)
        start = b""
        for piece in inflated(file):
            start += piece
            if len(start) > _LENGTH_OF_NIFTI_2:
                break
        return start[:_LENGTH_OF_NIFTI_2]


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
