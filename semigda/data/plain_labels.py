"""The meaning of voxels in a label without names: whole values, colours, or one map a class.

A label is read exactly or refused: no value is guessed, and nothing is rounded but what is a whole
number within a thousandth.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semigda.data.smoothed import refuse_smoothed
from semigda_core.errors import SemiGDAError

_DICOM_SEG = b"1.2.840.10008.5.1.4.1.1.66.4"  # the UID of its SOP class
_MOST_COLOURS = 64
_ROUNDING = 1e-3  # of whole numbers that were stored as fractions of others (NIfTI's scl_slope)
_JPEG_ERROR = 48  # largest change of grey levels by JPEG in a black and white mask


def check_dicom_label(path: Path) -> None:
    """Refuse a DICOM segmentation, whose voxels are packed bits, with a reason."""
    with open(path, "rb") as file:
        if _DICOM_SEG in file.read(2048):
            raise SemiGDAError(
                "bad-input",
                "The label is a DICOM segmentation, which cannot be read as a file.",
                action="Load it in Slicer, and save it as .seg.nrrd or add it from the scene.",
            )


def of_jpeg(array: np.ndarray) -> np.ndarray:
    """A black and white mask as it was before JPEG blurred it: uint8 (z, y, x), 0 and 1.

    Raises:
        SemiGDAError: "bad-input" if a grey value could be either, or neither.
    """
    planes = array if array.ndim == 4 else array[..., np.newaxis]
    white = planes >= 255 - _JPEG_ERROR
    clear = white | (planes <= _JPEG_ERROR)
    same = (white == white[..., :1]).all()
    # Without white, greys near black may be the values 1 and 2.
    known = white.any() or not planes.any()
    if array.dtype != np.uint8 or not (clear.all() and same and known):
        raise SemiGDAError(
            "bad-input",
            "The label is a JPEG picture, and its compression changed the values.",
            action="Take the label as it was before, as PNG, .nrrd or .nii.gz; a JPEG picture that "
            "was converted to these stays changed.",
        )
    return white[..., 0].astype(np.uint8)


def whole_values(array: np.ndarray) -> np.ndarray:
    """Values of a label map as uint8 of the same shape.

    Raises:
        SemiGDAError: "bad-input" for values between whole numbers or other than 0 to 255, and for
            greys that smoothing made.
    """
    if array.dtype.kind == "f":
        for plane in array:
            between = plane[np.isfinite(plane) & (np.abs(plane - np.rint(plane)) > _ROUNDING)]
            if between.size:
                raise SemiGDAError(
                    "bad-input",
                    f"The label map holds values between whole numbers, such as {between[0]!s}: "
                    "it was interpolated.",
                    action="Resample it again with nearest neighbour, from the label as it was.",
                )
        array = np.rint(array)
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255):  # written so that NaN fails too
        if array.dtype == np.uint16:
            refuse_smoothed((array >> 8).astype(np.uint8))
        odd = low if low < 0 else high
        raise SemiGDAError(
            "bad-input",
            f"The label map holds values other than 0 to 255, such as {odd}.",
            action="Give each structure a value from 1 to 254, or save the label as .seg.nrrd in "
            "Slicer.",
        )
    labels = array.astype(np.uint8, copy=False)
    refuse_smoothed(labels)
    return labels


def colours(array: np.ndarray) -> np.ndarray:
    """Colours (z, y, x, 3) as numbers 0xRRGGBB (z, y, x).

    Raises:
        SemiGDAError: "bad-input" for more colours than a label can have, and for smoothed ones.
    """
    if array.dtype == np.uint16 and not (array % 257).any():
        array = (array // 257).astype(np.uint8)  # 8 bits stored as 16
    if array.dtype != np.uint8:
        raise SemiGDAError("bad-input", "The label is coloured, with more than 8 bits a colour.")
    red, green, blue = (array[..., n].astype(np.uint32) for n in range(3))
    packed = red << 16 | green << 8 | blue
    count = len(np.unique(packed))
    if count > _MOST_COLOURS:
        raise SemiGDAError(
            "bad-input",
            f"The label has {count} colours: it is a photograph, or was smoothed.",
            action="Choose a label with one colour for each class, saved without smoothing.",
        )
    for n in range(3):
        refuse_smoothed(array[..., n])
    return packed


def flags(array: np.ndarray) -> np.ndarray:
    """One class's map (z, y, x) as uint8, 0 and 1.

    Raises:
        SemiGDAError: "bad-input" if it contains anything else.
    """
    if not ((array == 0) | (array == 1)).all():
        raise SemiGDAError(
            "bad-input",
            "The label has several maps, and they are not of zeros and ones.",
            action="Save one label map, with a whole value for each class.",
        )
    return array.astype(np.uint8)


def is_grey(array: np.ndarray) -> bool:
    """Whether all channels of (z, y, x, channels) are the same."""
    return bool((array == array[..., :1]).all())
