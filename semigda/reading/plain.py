"""A short cut for the volumes that Slicer passes on: uncompressed 3-D ``.nrrd`` of our own writing.

They are read here, without the reader process. A file with any unknown field is not read here at
all.
"""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import numpy as np

from semigda.reading.formats.nrrd import MOST_BYTES, START, Fields, declared, read_fields
from semigda_core.errors import SemiGDAError

_KNOWN = {
    "type",
    "dimension",
    "sizes",
    "space",
    "space directions",
    "space origin",
    "kinds",
    "endian",
    "encoding",
    "content",
}
# To LPS.
_SIGNS = {
    **dict.fromkeys(("left-posterior-superior", "lps"), (1.0, 1.0, 1.0)),
    **dict.fromkeys(("right-anterior-superior", "ras"), (-1.0, -1.0, 1.0)),
}
_FIRST = 65536


def read_plain(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """The voxels (z, y, x) of an attached raw NRRD file and its (4, 4) voxel-to-LPS matrix.

    None for every other file, and for one with an unexpected header or length: the reader process
    says what is wrong with it.
    """
    with open(path, "rb") as file:
        start = file.read(_FIRST)
        if not start.startswith(START):
            return None
        if b"\n\n" not in start and b"\n\r\n" not in start:
            start += file.read(MOST_BYTES - _FIRST)
        try:
            fields = read_fields(start)
            sizes, dtype, _ = declared(fields)
            affine = _affine(fields, sizes)
        except (SemiGDAError, KeyError, ValueError):
            return None
        count = math.prod(sizes)
        if affine is None or not count or fields.end is None:
            return None
        if os.fstat(file.fileno()).st_size != fields.end + count * dtype.itemsize:
            return None
        file.seek(fields.end)
        array = np.fromfile(file, dtype, count)
    if len(array) != count:  # cut while it was being read
        return None
    native = array.dtype.newbyteorder("=")
    return array.astype(native, copy=False).reshape(sizes[::-1]), affine


def _affine(fields: Fields, sizes: tuple[int, ...]) -> np.ndarray | None:
    values = fields.values
    if fields.end is None or not set(values) <= _KNOWN or len(sizes) != 3:
        return None
    if values["encoding"].lower() != "raw" or not _are_domains(values.get("kinds")):
        return None
    signs = _SIGNS[values["space"].lower()]
    steps = np.array([_vector(text) for text in _vectors(values["space directions"], 3)])
    origin = np.array(_vector(_vectors(values["space origin"], 1)[0]))
    # As in ITK, to the last bit: spacing and direction apart.
    spacing = np.sqrt(steps[:, 0] ** 2 + steps[:, 1] ** 2 + steps[:, 2] ** 2)
    if not (np.isfinite(spacing) & (spacing > 0)).all():
        return None
    affine = np.eye(4)
    affine[:3, :3] = (steps * (1 / spacing[:, None]) * signs).T * spacing
    affine[:3, 3] = origin * signs
    return affine if np.isfinite(affine).all() else None


def _are_domains(kinds: str | None) -> bool:
    words = kinds.lower().split() if kinds is not None else ["domain"] * 3
    return len(words) == 3 and set(words) <= {"domain", "space"}


def _vectors(text: str, count: int) -> list[str]:
    found = re.findall(r"\(([^()]*)\)", text)
    if len(found) != count or re.sub(r"\([^()]*\)|\s", "", text):
        raise ValueError("vectors")
    return found


def _vector(text: str) -> list[float]:
    numbers = [float(word) for word in text.split(",")]
    if len(numbers) != 3:
        raise ValueError("vector")
    return numbers
