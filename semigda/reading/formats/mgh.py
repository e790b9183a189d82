"""Volumes of FreeSurfer: .mgh, and .mgz, which is compressed by gzip.

The header has 284 bytes, big-endian. Scan parameters and a history may follow the voxels; they are
not read.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from semigda.reading.errors import bad_spacing, truncated, unreadable
from semigda.reading.request import Budget, Request
from semigda.reading.volume import read_volume
from semigda.reading.voxels import GZIP_START, Header, Part, Voxels, checked_sizes

# Version, width, height, depth, frames, type, degrees of freedom; whether the geometry is said;
# spacing, direction cosines of the three axes, and the middle of the volume in RAS mm.
_FIELDS = struct.Struct(">7ih15f")
_START = 284
_TYPES = {0: ("u1", "UCHAR"), 1: ("i4", "INT"), 3: ("f4", "FLOAT"), 4: ("i2", "SHORT")}
_UNSAID = (1, 1, 1, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0)  # coronal slices, the middle at 0


def begins(start: bytes) -> bool:
    start = _unpacked(start)
    if len(start) < _FIELDS.size:
        return False
    version, *sizes, kind, _ = struct.unpack(">7i", start[:28])
    return version == 1 and kind in _TYPES and min(sizes) > 0


def read(request: Request, budget: Budget) -> dict[str, Any]:
    return read_volume(request, budget, read_header(request.path), "MetaImageIO")


def read_header(path: Path) -> Header:
    """Raises SemiGDAError "bad-input" if the file declares more than it holds."""
    with open(path, "rb") as file:
        start = file.read(1024)
    packed = start.startswith(GZIP_START)
    start = _unpacked(start)
    if len(start) < _START:
        raise truncated()
    fields = _FIELDS.unpack(start[: _FIELDS.size])
    counts, kind, said, numbers = fields[1:5], fields[5], fields[7], fields[8:]
    if kind not in _TYPES:
        raise unreadable()
    sizes = checked_sizes(counts)
    code, name = _TYPES[kind]
    if packed:
        part = Part(path, skip=_START, tail=True)
    else:
        part = Part(path, start=_START, alone=False)
    voxels = Voxels(sizes, np.dtype(">" + code), "gzip" if packed else "raw", (part,))
    if said > 0:
        return Header(voxels, _geometry(sizes, name, numbers), "image.mha")
    unsaid = ("sides", "spacing")
    return Header(voxels, _geometry(sizes, name, _UNSAID), "image.mha", unsaid=unsaid)


def _unpacked(start: bytes) -> bytes:
    """The header's bytes, from a file's first bytes; empty if they are damaged."""
    if not start.startswith(GZIP_START):
        return start
    try:
        return zlib.decompressobj(31).decompress(start, _START)
    except zlib.error:
        return b""


def _geometry(sizes: tuple[int, ...], name: str, numbers) -> bytes:
    """A MetaImage header with the same geometry."""
    if not all(math.isfinite(number) for number in numbers):
        raise unreadable()
    spacing, axes = np.array(numbers[:3]), np.array(numbers[3:12]).reshape(3, 3)
    if not (spacing > 0).all():
        raise bad_spacing()
    axes, middle = (
        axes * (-1, -1, 1),
        np.array(numbers[12:]) * (-1, -1, 1),
    )  # to LPS; one row per axis
    origin = middle - (np.array(sizes[:3]) / 2 * spacing) @ axes
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    lines = {
        "ObjectType": "Image",
        "NDims": 4,
        "BinaryData": True,
        "BinaryDataByteOrderMSB": False,
        "CompressedData": False,
        "TransformMatrix": _words(matrix.ravel()),
        "Offset": _words([*origin, 0]),
        "ElementSpacing": _words([*spacing, 1]),
        "DimSize": " ".join(map(str, sizes)),
        "ElementType": f"MET_{name}",
        "ElementDataFile": "LOCAL",
    }
    return "".join(f"{key} = {value}\n" for key, value in lines.items()).encode("ascii")


def _words(numbers) -> str:
    return " ".join(repr(float(number)) for number in numbers)
