"""What ITK reads: geometry from headers, pictures and DICOM. Only in the reader process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from semigda.reading.errors import (
    bad_spacing,
    complex_numbers,
    no_voxels,
    not_at_right_angles,
    unreadable,
)
from semigda_core.errors import SemiGDAError

_CODES = {"signed integer": "i", "unsigned integer": "u", "float": "f"}


@dataclass(frozen=True)
class Information:
    """Sizes (fastest axis first), values a voxel, their type, and the voxel-to-LPS matrix."""

    sizes: tuple[int, ...]
    components: int
    dtype: np.dtype
    affine: np.ndarray


def information(path: Path, image_io: str) -> Information:
    """What a file declares; ``image_io`` is ITK's name of the reader.

    Raises:
        SemiGDAError: "bad-input".
    """
    reader = _reader(path, image_io)
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise _error(str(error)) from error
    text = sitk.GetPixelIDValueAsString(reader.GetPixelID())
    if "complex" in text:
        raise complex_numbers()
    if 0 in reader.GetSize():
        raise no_voxels()
    return Information(
        tuple(reader.GetSize()), reader.GetNumberOfComponents(), _dtype(text), affine_of(reader)
    )


def read(path: Path, image_io: str) -> sitk.Image:
    """A whole picture or DICOM file. Raises SemiGDAError "bad-input"."""
    information(path, image_io)
    try:
        return _reader(path, image_io).Execute()
    except RuntimeError as error:
        raise _error(str(error)) from error


def _reader(path: Path, image_io: str) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO(image_io)  # ITK goes by names and tries twenty others first
    return reader


def affine_of(image) -> np.ndarray:
    """The (4, 4) matrix from voxel index (x, y, z) to LPS mm. A 2-D image is one slice, 1 mm thick;
    a fourth dimension is dropped."""
    spacing, origin = np.array(image.GetSpacing()), np.array(image.GetOrigin())
    direction = np.array(image.GetDirection()).reshape(len(spacing), len(spacing))
    size = min(3, len(spacing))
    affine = np.eye(4)
    affine[:size, :size] = (direction * spacing)[:size, :size]
    affine[:size, 3] = origin[:size]
    return affine


def _dtype(text: str) -> np.dtype:
    """From ITK's "vector of 16-bit unsigned integer" and the like."""
    bits, kind = text.removeprefix("vector of ").split(" ", 1)
    if kind not in _CODES:
        raise unreadable()
    return np.dtype(f"{_CODES[kind]}{int(bits.split('-')[0]) // 8}")


def _error(text: str) -> SemiGDAError:
    """ITK's exception as a sentence; its own text may contain the file's name and is not passed
    on."""
    if "spacing is not supported" in text:
        return bad_spacing()
    if "orthonormal" in text:
        return not_at_right_angles()
    if "alloc" in text:
        raise MemoryError
    return unreadable()
