"""A look into file headers for what ITK silently repairs: spacings that are zero or negative."""

from __future__ import annotations

import gzip
import math
import re
import struct
from pathlib import Path


def bad_spacing(path: Path) -> bool:
    """Whether the header of a NIfTI, MetaImage or NRRD file says a spacing that cannot be true.

    ITK turns a negative spacing into a flipped axis and NIfTI's zero into one: the image would be
    segmented at a wrong scale or mirrored, without a word. Other formats, and headers that this
    function cannot make sense of, are left to ITK.
    """
    name = path.name.lower()
    try:
        if name.endswith((".nii", ".nii.gz")):
            spacing = _nifti(path)
        elif name.endswith((".mha", ".mhd")):
            spacing = _text(path, rb"^(?:ElementSpacing|ElementSize)\s*=(.*)$", rb"ElementDataFile")
        elif name.endswith((".nrrd", ".nhdr")):
            spacing = _text(path, rb"^spacings:(.*)$", rb"\n\r?\n")
        else:
            return False
    except (OSError, EOFError, ValueError, struct.error):
        return False
    return any(step <= 0 for step in spacing)  # NaN marks an axis without spacing in NRRD


def _nifti(path: Path) -> list[float]:
    with (gzip.open if path.name.lower().endswith(".gz") else open)(path, "rb") as file:
        header = file.read(348)
    order = "<" if struct.unpack("<i", header[:4])[0] in (348, 540) else ">"
    if struct.unpack(order + "i", header[:4])[0] != 348:
        return []  # NIfTI-2 keeps its spacing elsewhere
    dimensions = min(3, struct.unpack(order + "h", header[40:42])[0])
    steps = struct.unpack(order + "3f", header[80:92])[:dimensions]
    return [0.0 if math.isnan(step) else step for step in steps]


def _text(path: Path, field: bytes, end: bytes) -> list[float]:
    with open(path, "rb") as file:
        header = re.split(end, file.read(65536), maxsplit=1)[0]
    found = re.search(field, header, re.MULTILINE)
    return [float(word) for word in found.group(1).split()] if found else []
