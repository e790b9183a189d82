"""Requests to the reader process, and passing on the voxels."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from semigda.reading.errors import choose_frame

if TYPE_CHECKING:
    import SimpleITK as sitk

_PIECE = 1 << 24
MODALITY = "0008|0060"
_CODE = re.compile(r"[A-Z0-9]{1,16}")
Budget = Callable[[int, int], None]


@dataclass(frozen=True)
class Request:
    """What to read, and where to write it.

    Attributes:
        frame: the requested one of several frames or values, which saves writing the others.
        frames: whether all frames of a 4-D image are wanted; the answer's axis is then theirs.
        labels: whether values are labels: a palette's indices, not its colours.
        out: a new file for the voxels, as numbers of this computer, without a header.
        work: an empty private folder.
    """

    path: Path
    frame: int | None
    frames: bool
    labels: bool
    out: Path
    work: Path

    def private_name(self, ending: str) -> Path:
        """A name for the file that ITK can use, whatever its own name, without other files beside
        it."""
        if os.name == "nt":
            return self.path
        link = self.work / f"image{ending}"
        link.symlink_to(self.path)
        return link


def write_image(
    request: Request,
    image: sitk.Image,
    affine: np.ndarray,
    values: Callable[[np.ndarray], np.ndarray] = lambda array: array,
) -> dict[str, Any]:
    """Write the voxels of an image that ITK has read, and return their description.

    Args:
        values: turns the voxels (z, y, x) or (z, y, x, n) into their meaning.
    """
    from SimpleITK import GetArrayViewFromImage  # others read here without waiting for ITK

    array = GetArrayViewFromImage(image)
    components = image.GetNumberOfComponentsPerPixel()
    if image.GetDimension() == 2:
        array = array[np.newaxis]
    if array.ndim - (components > 1) > 3:
        raise choose_frame(array.shape[0])
    array = values(array)
    with open(request.out, "xb", buffering=0) as out:
        for plane in array:
            Whole(out).write(np.ascontiguousarray(plane).data.cast("B"))
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "axis": 3 if array.ndim == 4 else None,
        "frames": components,
        "affine": affine.tolist(),
        "picture": False,
        "modality": _modality(image),
        "unit": "",
        "unsaid": [],
        "thick": image.GetDimension() > 2,
    }


def _modality(image: sitk.Image) -> str:
    """As DICOM's code; "" if the image has none, or no code."""
    said = image.GetMetaData(MODALITY).strip() if image.HasMetaDataKey(MODALITY) else ""
    return said if _CODE.fullmatch(said) else ""


class Whole:
    """Writes everything, or raises the OSError that says why not."""

    def __init__(self, file):
        self.file = file

    def write(self, data: memoryview) -> None:
        while len(data):
            data = data[self.file.write(data[:_PIECE]) :]
