"""What a MetaImage file declares: .mha, or .mhd with its voxels in other files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from semigda.reading.errors import bad_spacing, contradicts_itself, truncated, unreadable
from semigda.reading.request import Budget, Request
from semigda.reading.volume import read_volume
from semigda.reading.voxels import Header, Part, Voxels, checked_sizes, other_unit
from semigda_core.errors import SemiGDAError

_MOST_BYTES = 1 << 16
_MOST_CHARACTERS = 1000
_MOST_FILES = 100_000
_TYPES = {
    "CHAR": "i1",
    "UCHAR": "u1",
    "SHORT": "i2",
    "USHORT": "u2",
    "INT": "i4",
    "UINT": "u4",
    "LONG": "i4",
    "ULONG": "u4",
    "LONG_LONG": "i8",
    "ULONG_LONG": "u8",
    "FLOAT": "f4",
    "DOUBLE": "f8",
}
_SCALE = (("Slope", 1), ("Offset", 0))
_SIZES = ("ElementSpacing", "ElementSize")
# Names for the same.
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")
_ORIGINS = ("Offset", "Origin", "Position")
# Where an axis comes from, as AnatomicalOrientation says it, and in LPS where it leads.
_FROM = {
    "R": (1, 0, 0),
    "L": (-1, 0, 0),
    "A": (0, 1, 0),
    "P": (0, -1, 0),
    "I": (0, 0, 1),
    "S": (0, 0, -1),
}
_GEOMETRY = (
    "ObjectSubType",
    "DimSize",
    "ElementSpacing",
    "ElementSize",
    "Offset",
    "Origin",
    "Position",
    "TransformMatrix",
    "Rotation",
    "Orientation",
    "CenterOfRotation",
    "AnatomicalOrientation",
    "ElementNumberOfChannels",
    "ElementType",
)


def begins(start: bytes) -> bool:
    return re.match(rb"\s*(ObjectType|NDims|Comment|ObjectSubType)\s*=", start) is not None


def read(request: Request, budget: Budget) -> dict[str, Any]:
    return read_volume(request, budget, read_header(request.path), "MetaImageIO")


def read_header(path: Path) -> Header:
    """Raises SemiGDAError "bad-input" if the file declares more than it holds."""
    with open(path, "rb") as file:
        start = file.read(_MOST_BYTES)
    fields, names, end = _fields(start)
    try:
        return _header(path, fields, names, end)
    except (KeyError, ValueError, IndexError) as error:
        raise unreadable() from error


def _fields(start: bytes) -> tuple[dict[str, str], list[str], int]:
    """Fields, the lines after the last field (the names of a LIST), and the end of the last
    field."""
    fields: dict[str, str] = {}
    at = 0
    while "ElementDataFile" not in fields:
        stop = start.find(b"\n", at)
        if stop < 0 and at >= len(start):
            raise truncated()
        stop = len(start) if stop < 0 else stop
        line = start[at:stop].decode("utf-8", "surrogateescape")
        at = stop + 1
        name, equals, value = line.partition("=")
        if not line.strip():
            continue
        if not equals or len(line) > _MOST_CHARACTERS:
            raise unreadable()
        name, value = name.strip(), value.strip()
        if fields.setdefault(name, value) != value and name != "Comment":
            raise contradicts_itself()
    names: list[str] = []
    if fields["ElementDataFile"].startswith("LIST"):
        lines = start[at:].decode("utf-8", "surrogateescape").splitlines()
        names = [line.strip() for line in lines if line.strip()]
    return fields, names, at


def _header(path: Path, fields: dict[str, str], names: list[str], end: int) -> Header:
    sizes = checked_sizes(fields["DimSize"].split())
    if int(fields["NDims"]) != len(sizes):
        raise ValueError("NDims")
    # ITK reads 1,5 as 1.
    said = {
        name: [float(word) for word in fields[name].split()]
        for name in (*_SIZES, *_MATRICES, *_ORIGINS)
        if name in fields
    }
    if any(not step > 0 for name in _SIZES for step in said.get(name, ())):
        raise bad_spacing()
    for same in (_MATRICES, _ORIGINS):
        values = [said[name] for name in same if name in said]
        if any(one != values[0] for one in values):
            raise contradicts_itself()
    scale = [float(fields.get(f"ElementToIntensityFunction{name}", n)) for name, n in _SCALE]
    if scale != [n for _, n in _SCALE]:
        raise SemiGDAError(
            "bad-input",
            "The image says how to scale its values (ElementToIntensityFunctionSlope), which most "
            "programs pass over.",
            action="Save it again in the program that it comes from.",
        )
    kind = fields["ElementType"].removeprefix("MET_").removesuffix("_ARRAY")
    channels = int(fields.get("ElementNumberOfChannels", 1))
    if not 1 <= channels <= 1000:
        raise ValueError("ElementNumberOfChannels")
    big = _true(fields, "BinaryDataByteOrderMSB") or _true(fields, "ElementByteOrderMSB")
    dtype = np.dtype((">" if big else "<") + _TYPES[kind])
    packed, binary = _true(fields, "CompressedData"), _true(fields, "BinaryData", "T")
    encoding = "text" if not binary else "zlib" if packed else "raw"
    values_axis = None
    if channels > 1:
        sizes, values_axis = (channels, *sizes), 0
    voxels = Voxels(sizes, dtype, encoding, _parts(path, fields, names, end, sizes))
    kept = "".join(f"{name} = {value}\n" for name, value in fields.items() if name in _GEOMETRY)
    text = (
        f"ObjectType = Image\nNDims = {fields['NDims']}\nBinaryData = True\n"
        f"BinaryDataByteOrderMSB = False\nCompressedData = False\n{kept}ElementDataFile = LOCAL\n"
    )
    written = text.encode("utf-8", "surrogateescape")
    unit = other_unit([fields.get("DistanceUnits", "")])
    unsaid = _unsaid(fields, int(fields["NDims"]))
    return Header(voxels, written, "image.mha", values_axis, unit=unit, unsaid=unsaid)


def _unsaid(fields: dict[str, str], axes: int) -> tuple[str, ...]:
    """What a header leaves out. Directions that it says in two ways are not said either: ITK passes
    over AnatomicalOrientation, and some programs write it beside a matrix that says nothing."""
    matrix = next((fields[name] for name in _MATRICES if name in fields), None)
    letters = [_FROM.get(letter) for letter in fields.get("AnatomicalOrientation", "").upper()]
    sided = matrix is not None
    if axes > 2 and len(letters) == 3 and None not in letters:
        words = np.eye(axes) if matrix is None else np.array(matrix.split(), float)
        steps = words.reshape(axes, axes)[:3, :3]  # one row an axis
        sided = bool(((steps * np.array(letters, float)).sum(axis=1) > 0).all())
    sized = any(len(fields.get(name, "").split()) >= min(3, axes) for name in _SIZES)
    return (() if sided else ("sides",)) + (() if sized else ("spacing",))


def _true(fields: dict[str, str], name: str, unsaid: str = "F") -> bool:
    return fields.get(name, unsaid)[:1] in ("T", "t", "1")


def _parts(path: Path, fields, names: list[str], end: int, sizes) -> tuple[Part, ...]:
    """Where the voxels are. HeaderSize -1 means: at the end of the file."""
    before = int(fields.get("HeaderSize", 0))
    where = fields["ElementDataFile"]
    if where.upper() == "LOCAL":
        return (Part(path, None if before == -1 else before or end),)
    if where.startswith("LIST"):
        pass
    elif "%" in where:
        words = where.split()
        first, last, step = (int(word) for word in (words[1:4] + ["1", str(sizes[-1]), "1"])[:3])
        if len(words) == 1:
            first, last, step = 1, sizes[-1], 1
        if words[0].count("%") != 1 or not re.search(r"%0?\d*d", words[0]) or step < 1:
            raise ValueError("ElementDataFile")
        names = [words[0] % number for number in range(first, last + 1, step)]
    else:
        names = [where]
    if not 1 <= len(names) <= _MOST_FILES or before < -1:
        raise ValueError("ElementDataFile")
    start = None if before == -1 else before
    return tuple(Part(path.parent / name, start, alone=not before) for name in names)
