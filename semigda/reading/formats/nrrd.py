"""What an NRRD file declares: attached (.nrrd) or with its voxels in other files (.nhdr)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semigda.reading.errors import bad_spacing, contradicts_itself, truncated, unreadable
from semigda.reading.request import Budget, Request
from semigda.reading.volume import read_volume
from semigda.reading.voxels import MOST_AXES, Header, Part, Voxels, checked_sizes, other_unit
from semigda_core.errors import SemiGDAError

START = b"NRRD000"
MOST_BYTES = 4_000_000  # of a header; segments' terminology makes it long
_MOST_CHARACTERS = 1000  # of a field: teem crashes on longer ones
_MOST_FILES = 100_000
_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": (
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64",
        "int64_t",
    ),
    "u8": (
        "ulonglong",
        "unsigned long long",
        "unsigned long long int",
        "uint64",
        "uint64_t",
    ),
    "f4": ("float",),
    "f8": ("double",),
}
TYPES = {word: code for code, words in _TYPES.items() for word in words}
_ENCODINGS = {
    "raw": "raw",
    "gzip": "gzip",
    "gz": "gzip",
    "bzip2": "bzip2",
    "bz2": "bzip2",
    "text": "text",
    "txt": "text",
    "ascii": "text",
    "hex": "hex",
}
_GEOMETRY = (
    "dimension",
    "sizes",
    "space",
    "space dimension",
    "space directions",
    "space origin",
    "spacings",
    "axis mins",
    "axismins",
    "axis maxs",
    "axismaxs",
    "centers",
    "centerings",
    "kinds",
    "measurement frame",
)
_ALIASES = {"datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip"}
# Spaces whose axes ITK takes for those of left-posterior-superior: patients would be mirrored.
_MIRRORED = {
    "right-anterior-superior-time",
    "rast",
    "left-anterior-superior-time",
    "last",
    "3d-left-handed",
    "3dlh",
    "3d-left-handed-time",
    "3dlht",
}
# The others say no side: ITK takes them for left-posterior-superior, and Slicer for RAS.
_SIDED = {
    "left-posterior-superior",
    "lps",
    "left-anterior-superior",
    "las",
    "right-anterior-superior",
    "ras",
    "left-posterior-superior-time",
    "lpst",
}
_DOMAINS = ("domain", "space", "time", "none", "???")


def begins(start: bytes) -> bool:
    return start.startswith(START)


def read(request: Request, budget: Budget) -> dict[str, Any]:
    return read_volume(request, budget, read_header(request.path), "NrrdImageIO")


@dataclass(frozen=True)
class Fields:
    """The header's fields by name in lower case, and where the header ends.

    ``end`` is None if the file is all header (detached voxels need no blank line).
    """

    values: dict[str, str]
    end: int | None
    files: tuple[str, ...]  # the lines after "data file: LIST"


def read_fields(start: bytes) -> Fields:
    """Read the header at the start of a file.

    Raises:
        SemiGDAError: "bad-input".
    """
    if not start.startswith(START):
        raise unreadable()
    values: dict[str, str] = {}
    files: list[str] = []
    at, end = start.find(b"\n") + 1, None
    while 0 < at < len(start):
        stop = start.find(b"\n", at)
        stop = len(start) if stop < 0 else stop
        line = start[at:stop].rstrip(b"\r").decode("utf-8", "surrogateescape")
        at = stop + 1
        if "data file" in values and values["data file"].upper().startswith("LIST"):
            files.append(line)
        elif not line:
            end = at
            break
        elif not line.startswith("#") and not re.match("[^:]*:=", line):
            name, colon, value = line.partition(":")
            if not colon or len(line) > _MOST_CHARACTERS:
                raise unreadable()
            name = name.strip().lower()
            name, value = _ALIASES.get(name, name), value.strip()
            if values.setdefault(name, value) != value:
                raise contradicts_itself()
    return Fields(values, end, tuple(name for name in files if name))


def read_header(path: Path) -> Header:
    """Raises SemiGDAError "bad-input" if the file declares more than it holds."""
    with open(path, "rb") as file:
        fields = read_fields(file.read(MOST_BYTES))
    if fields.values.get("space", "").lower() in _MIRRORED:
        raise SemiGDAError(
            "bad-input",
            "The image's header gives its directions in a way that would be read mirrored (space: "
            f"{fields.values['space']}).",
            action="Save it with the space left-posterior-superior, in the program that it comes "
            "from.",
        )
    kinds = fields.values.get("kinds", "").lower().split()
    axis = next((n for n, kind in enumerate(kinds) if kind not in _DOMAINS), None)
    try:
        voxels = _voxels(path, fields)
        unsaid = _unsaid(fields.values, len(voxels.sizes) - (axis is not None))
    except (KeyError, ValueError, IndexError) as error:
        raise unreadable() from error
    geometry = "".join(
        f"{name}: {value}\n" for name, value in fields.values.items() if name in _GEOMETRY
    )
    text = f"NRRD0005\ntype: {fields.values['type']}\n{geometry}encoding: raw\nendian: little\n\n"
    frames = axis is not None and kinds[axis] == "list"  # as in Slicer, whose colours say so
    units = (fields.values.get(name, "") for name in ("space units", "units"))
    unit = other_unit(re.findall(r'"([^"]*)"', " ".join(units)))
    written = text.encode("utf-8", "surrogateescape")
    return Header(voxels, written, "image.nrrd", axis, frames=frames, unit=unit, unsaid=unsaid)


def _unsaid(values: dict[str, str], axes: int) -> tuple[str, ...]:
    """What a header with as many axes in space, and perhaps one in time, leaves out."""
    if "(" in values.get("space directions", ""):
        return () if values.get("space", "").lower() in _SIDED else ("sides",)
    spacings = values.get("spacings", "").split()
    if sum(map(_is_number, spacings)) >= min(3, axes):
        return ("sides",)
    for name in ("axis mins", "axismins", "axis maxs", "axismaxs"):
        if any(map(_is_number, values.get(name, "").split())):
            raise SemiGDAError(
                "bad-input",
                "The image's header says where its axes begin or end (axis mins, axis maxs), "
                "and not its voxel spacing: programs differ in what they make of it.",
                action="Save it with its spacings, in the program that it comes from.",
            )
    return "sides", "spacing"


def _is_number(word: str) -> bool:
    return math.isfinite(float(word))


def declared(fields: Fields) -> tuple[tuple[int, ...], np.dtype, str]:
    """Sizes (fastest axis first), type with byte order, and encoding.

    Raises:
        SemiGDAError: "bad-input" for impossible spacings.
        KeyError, ValueError: for other nonsense.
    """
    values = fields.values
    sizes = checked_sizes(values["sizes"].split())
    if int(values["dimension"]) != len(sizes) or len(sizes) > MOST_AXES:
        raise ValueError("sizes")
    spacings = [float(word) for word in values.get("spacings", "").split()]
    if any(step <= 0 for step in spacings):  # NaN marks an axis without spacing
        raise bad_spacing()
    encoding = _ENCODINGS[values["encoding"].lower()]
    code = TYPES[values["type"].lower()]
    order = "="
    if encoding not in ("text",) and code not in ("i1", "u1"):
        order = {"little": "<", "big": ">"}[values["endian"].lower()]
    return sizes, np.dtype(order + code), encoding


def _voxels(path: Path, fields: Fields) -> Voxels:
    sizes, dtype, encoding = declared(fields)
    lines = int(fields.values.get("line skip", 0))
    skip = int(fields.values.get("byte skip", 0))
    if lines < 0 or skip < -1 or (skip == -1 and encoding != "raw"):
        raise ValueError("skip")
    if "data file" in fields.values:
        files, alone = _files(path, fields, sizes), not (lines or skip)
        start: int | None = 0
    elif fields.end is None:
        raise truncated()
    else:
        files, alone, start = [path], True, fields.end
    if skip == -1:
        start, skip = None, 0
    parts = tuple(Part(file, start, lines, skip, alone) for file in files)
    return Voxels(sizes, dtype, encoding, parts)


def _files(path: Path, fields: Fields, sizes: tuple[int, ...]) -> list[Path]:
    words = fields.values["data file"]
    if words.upper().split()[:1] == ["LIST"]:
        names: list[str] = list(fields.files)
    elif "%" in words and len(words.split()) >= 4:
        names = list(_pattern(words))
    else:
        names = [words]
    if not 1 <= len(names) <= min(_MOST_FILES, max(1, math.prod(sizes))):
        raise ValueError("data file")
    # Relative to its own folder: teem takes both "./" and bare names for files beside the header.
    return [path.parent / name for name in names]


def _pattern(words: str) -> Iterator[str]:
    """The names of "slice%03d.raw FIRST LAST STEP [SUBDIM]"."""
    found = re.fullmatch(r"(.*%0?\d*d.*?)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+\d+)?", words)
    if not found or found[1].count("%") != 1:
        raise ValueError("data file")
    first, last, step = (int(found[n]) for n in (2, 3, 4))
    if step == 0 or abs((last - first) // step) > _MOST_FILES:
        raise ValueError("data file")
    for number in range(first, last + (1 if step > 0 else -1), step):
        yield found[1] % number
