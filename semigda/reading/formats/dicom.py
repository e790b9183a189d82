"""What a DICOM file declares, from a walk over its elements without decoding any."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from semigda.reading import itk
from semigda.reading.errors import (
    bad_spacing,
    check_plausible,
    damaged,
    truncated,
    unreadable,
)
from semigda.reading.request import Budget, Request, write_image
from semigda.reading.series import SAME_DIRECTION, with_true_steps
from semigda.reading.voxels import DEFLATE, inflated
from semigda_core.errors import SemiGDAError

_LONG = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
_PIXELS, _UNDEFINED = 0x7FE00010, 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_SYNTAX, _FRAMES, _COLOURS = 0x00020010, 0x00280008, 0x00280004
_SAMPLES, _ROWS, _COLUMNS, _BITS = 0x00280002, 0x00280010, 0x00280011, 0x00280100
_STORED, _HIGHEST, _TABLE = 0x00280101, 0x00280102, 0x00283000
_NUMBERS = (_SAMPLES, _ROWS, _COLUMNS, _BITS, _STORED, _HIGHEST)
# Decimal strings that determine geometry and values.
_DECIMALS = {
    0x00180050: "SliceThickness",
    0x00180088: "SpacingBetweenSlices",
    0x00181164: "ImagerPixelSpacing",
    0x00182010: "NominalScannedPixelSpacing",
    0x00200032: "ImagePositionPatient",
    0x00200037: "ImageOrientationPatient",
    0x00280030: "PixelSpacing",
    0x00280034: "PixelAspectRatio",
    0x00281052: "RescaleIntercept",
    0x00281053: "RescaleSlope",
    0x30020011: "ImagePlanePixelSpacing",
    0x3004000E: "DoseGridScaling",
}
_IMPLICIT, _DEFLATED, _BIG = (f"1.2.840.10008.1.2{rest}" for rest in ("", ".1.99", ".2"))
_DEEPEST = 30  # sequences in sequences
_POSITION, _ORIENTATION, _SPACING = 0x00200032, 0x00200037, 0x00280030
_DISTANCE, _THICKNESS = 0x00180088, 0x00180050
_INTERCEPT, _SLOPE = 0x00281052, 0x00281053
_ASPECT, _DOSE = 0x00280034, 0x3004000E
# Sequences that say where the frames of a file lie, and what their values mean.
_GROUPS = (0x52009229, 0x52009230, 0x00209113, 0x00209116, 0x00289110, 0x00289145)


@dataclass
class _Found:
    """What the walk has found so far, and how the file encodes elements."""

    explicit: bool = True
    order: str = "<"
    values: dict[int, bytes] = field(default_factory=dict)
    of_frames: dict[int, list[bytes]] = field(default_factory=dict)  # from the sequences _GROUPS
    pixels: int | None = None  # bytes of the pixel data
    fragments: int = 0  # 0: not compressed
    table: bool = False  # whether one turns stored numbers into values

    def number(self, tag: int, default: int) -> int:
        data = self.values.get(tag, b"")
        return struct.unpack(self.order + "H", data[:2])[0] if len(data) >= 2 else default


def begins(start: bytes) -> bool:
    return start[128:132] == b"DICM"


def may_be(start: bytes, name: str) -> bool:
    """Files without a preamble begin with an element of group 2 or 8."""
    if len(start) < 8:
        return False
    group, element = struct.unpack("<HH", start[:4])
    return group in (2, 8) and element < 0x2000


@dataclass(frozen=True)
class _Declared:
    """What a file declares.

    Attributes:
        bytes: of its voxels, four for each; 0 if it has no image.
        positions: where each of several frames lies: (frames, 3), LPS mm.
        thickness: of a single frame, in mm; 0 if nobody says.
        sized: whether it says how large its pixels are.
    """

    bytes: int
    positions: np.ndarray | None = None
    thickness: float = 0.0
    sized: bool = False


def read(request: Request, budget: Budget) -> dict[str, Any]:
    declared = _examined(request.path)
    positions, thickness = declared.positions, declared.thickness
    if not declared.bytes:
        raise SemiGDAError("bad-input", "The DICOM file holds no image.")
    budget(request.path.stat().st_size, declared.bytes)
    image = itk.read(request.private_name(".dicom"), "GDCMImageIO")
    if positions is not None:
        image = with_true_steps(image, positions)
    elif thickness:  # which ITK passes over in most kinds of files
        image.SetSpacing([*image.GetSpacing()[:2], thickness])
    answer = write_image(request, image, itk.affine_of(image))
    thick = declared.sized and (positions is not None or thickness > 0)
    return {**answer, "thick": thick, "unsaid": [] if declared.sized else ["spacing"]}


def check_dicom(path: Path) -> int:
    """Bytes of the voxels that a DICOM file declares, four for each; 0 if it has no image.

    Raises:
        SemiGDAError: "bad-input" if some are missing, or its numbers are invalid.
    """
    return _examined(path).bytes


def _examined(path: Path) -> _Declared:
    """Errors as of :func:`check_dicom`."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        found = _Found()
        if _begin(file, found):
            data = b"".join(inflated(file, DEFLATE))
            _walk(BytesIO(data), found, len(data), 0)
        else:
            _walk(file, found, size, 0)
    for tag, what in _DECIMALS.items():
        for data in (found.values.get(tag, b""), *found.of_frames.get(tag, ())):
            _check_decimals(data, what)
    if any(step <= 0 for step in _numbers(found.values.get(_SPACING, b""))):
        raise bad_spacing()
    rows, columns = found.number(_ROWS, 0), found.number(_COLUMNS, 0)
    if not rows or not columns:
        return _Declared(0)
    _check_values(found)
    if found.pixels is None:
        raise truncated()
    frames = _frames(found.values.get(_FRAMES, b"1"))
    samples, bits = found.number(_SAMPLES, 1), found.number(_BITS, 16)
    count = rows * columns * samples * frames
    if found.fragments:
        if found.fragments - 1 < frames:  # the first one is a table
            raise truncated()
        check_plausible(count, found.pixels)
    else:
        halved = b"422" in found.values.get(_COLOURS, b"")  # two colours share their chroma
        if found.pixels < (rows * columns * frames * 2 if halved else (count * bits + 7) // 8):
            raise truncated()
    sized = any(
        any(map(_numbers, (found.values.get(tag, b""), *found.of_frames.get(tag, ()))))
        for tag, what in _DECIMALS.items()
        if what.endswith("PixelSpacing")
    )
    if not sized and len(set(_numbers(found.values.get(_ASPECT, b"")))) > 1:
        raise SemiGDAError(
            "bad-input",
            "The DICOM file says that its pixels are not square (PixelAspectRatio), and not how "
            "large they are.",
            action="Export it from its source with square pixels, or with their size.",
        )
    positions = _positions(found, frames) if frames > 1 else None
    return _Declared(4 * count, positions, _thickness(found), sized)


def _check_values(found: _Found) -> None:
    """Raises SemiGDAError "bad-input" for numbers whose values ITK does not know: it passes over a
    table and the scale of a dose, and takes the lowest bits wherever they lie."""
    if any(scale != 1 for scale in _numbers(found.values.get(_DOSE, b""))):
        raise SemiGDAError(
            "bad-input",
            "The DICOM file gives a dose in numbers of its own (DoseGridScaling), which cannot be "
            "read.",
            action="Load it in 3D Slicer, and save the volume that it makes of it.",
        )
    if found.table:
        raise SemiGDAError(
            "bad-input",
            "The DICOM file gives its values by a table (Modality LUT), which cannot be read.",
            action="Export it from its source in another way, such as with a rescale slope.",
        )
    stored = found.number(_STORED, 0)
    if 0 < stored < found.number(_BITS, 16) and found.number(_HIGHEST, stored - 1) + 1 != stored:
        raise SemiGDAError(
            "bad-input",
            "The DICOM file stores its values in other bits than the lowest (high bit), which "
            "cannot be read.",
            action="Export it from its source in another way, such as with a rescale slope.",
        )


def _thickness(found: _Found) -> float:
    """The distance of slices counts: they may overlap, or leave gaps."""
    steps = (_numbers(found.values.get(tag, b""))[:1] for tag in (_DISTANCE, _THICKNESS))
    return next((abs(step) for (step,) in filter(None, steps) if step), 0.0)


def _positions(found: _Found, frames: int) -> np.ndarray:
    """Raises SemiGDAError "bad-input" for frames that are no volume as they are: ITK takes them for
    slices of one, whatever they are, with the first one's scale."""
    positions = [_numbers(data) for data in found.of_frames.get(_POSITION, ())]
    if len(positions) != frames or any(len(position) != 3 for position in positions):
        raise SemiGDAError(
            "bad-input",
            f"The DICOM file does not say where its {frames} frames lie: it may be a film.",
            action="Load it in 3D Slicer, and use the volume or the sequence that it makes of it.",
        )
    orientations = [_numbers(data) for data in found.of_frames.get(_ORIENTATION, ())]
    scales = [
        {tuple(_numbers(data)) for data in found.of_frames.get(tag, ())}
        for tag in (_SLOPE, _INTERCEPT, _SPACING)
    ]
    turned = any(
        np.abs(np.subtract(one, orientations[0])).max() > SAME_DIRECTION for one in orientations
    )
    if turned or any(len(scale) > 1 for scale in scales):
        raise SemiGDAError(
            "bad-input",
            "The frames of the DICOM file are turned against each other, or scaled differently.",
            action="Export it from its source with a file for each slice.",
        )
    return np.array(positions)


def _numbers(data: bytes) -> list[float]:
    """Decimals that were checked."""
    return [float(word) for word in data.rstrip(b"\0").split(b"\\") if word.strip()]


def _begin(file: BinaryIO, found: _Found) -> bool:
    """Skip the file's own elements; returns whether the rest is deflated."""
    start = file.read(132)
    if start[128:] != b"DICM":
        file.seek(0)
        found.explicit = start[4:6].isalpha() and start[4:6].isupper()
        if len(start) < 8 or start[0] not in (2, 8) or start[1]:
            raise unreadable()
        if start[0] == 8:
            return False
    while True:
        at = file.tell()
        data = file.read(8)
        if len(data) < 8 or struct.unpack("<H", data[:2])[0] != 2:
            break
        file.seek(at)
        tag, _, length = _element(file, found)
        if length > 1 << 20:
            raise unreadable()
        value = file.read(length)
        if len(value) < length:
            raise truncated()
        if tag == _SYNTAX:
            found.values[tag] = value
    file.seek(at)
    syntax = found.values.get(_SYNTAX, b"").strip(b"\0 ").decode("ascii", "replace")
    found.explicit = syntax != _IMPLICIT
    found.order = ">" if syntax == _BIG else "<"
    return syntax == _DEFLATED


def _element(file: BinaryIO, found: _Found) -> tuple[int, bytes, int]:
    """Tag, type and length of the next element; tag 0 at the end of the file."""
    data = file.read(8)
    if not data:
        return 0, b"", 0
    if len(data) < 8:
        raise truncated()
    group, element = struct.unpack(found.order + "HH", data[:4])
    tag = group << 16 | element
    if tag in (_ITEM, _ITEM_END, _SEQUENCE_END) or not found.explicit:
        return tag, b"", struct.unpack(found.order + "I", data[4:])[0]
    kind = data[4:6]
    if kind in _LONG:
        more = file.read(4)
        if len(more) < 4:
            raise truncated()
        return tag, kind, struct.unpack(found.order + "I", more)[0]
    return tag, kind, struct.unpack(found.order + "H", data[6:])[0]


def _walk(file: BinaryIO, found: _Found, size: int, depth: int, of_frames: bool = False) -> None:
    """Walk over elements, to the end of the file or of an item.

    Args:
        size: where the file, or an item of known length, ends.
        of_frames: whether they tell of frames.
    """
    if depth > _DEEPEST:
        raise unreadable()
    while file.tell() < size:
        tag, _, length = _element(file, found)
        if tag in (0, _ITEM_END) or file.tell() >= size and not length:
            return
        found.table |= tag == _TABLE and depth == 0 and length > 0
        if tag == _PIXELS and depth == 0:
            if length == _UNDEFINED:
                _walk_fragments(file, found, size)
            else:
                found.pixels = min(length, size - file.tell())
                file.seek(length, 1)
            continue
        if length == _UNDEFINED:
            _walk_items(file, found, size, depth, tag in _GROUPS)
            continue
        end = file.tell() + length
        if end > size:
            raise truncated()
        if tag in _GROUPS:
            _walk_items(file, found, size, depth, True, end)
        elif (tag in _DECIMALS or tag in _NUMBERS or tag in (_FRAMES, _COLOURS)) and length < 4096:
            value = file.read(length)
            if of_frames:
                found.of_frames.setdefault(tag, []).append(value)
            if depth == 0 or tag in _DECIMALS:
                found.values.setdefault(tag, value)
        else:
            file.seek(length, 1)


def _walk_items(
    file: BinaryIO, found: _Found, size: int, depth: int, of_frames: bool, end: int | None = None
) -> None:
    """Arguments as of :func:`_walk`; ``end``: of a sequence of known length. Items of known length
    that do not tell of frames are skipped."""
    while end is None or file.tell() < end:
        tag, _, length = _element(file, found)
        if tag == _SEQUENCE_END:
            return
        if tag != _ITEM:
            raise truncated() if tag == 0 else unreadable()
        if length == _UNDEFINED:
            _walk(file, found, size, depth + 1, of_frames)
        elif file.tell() + length > size:
            raise truncated()
        elif of_frames:
            _walk(file, found, file.tell() + length, depth + 1, True)
        else:
            file.seek(length, 1)


def _walk_fragments(file: BinaryIO, found: _Found, size: int) -> None:
    found.pixels = 0
    while True:
        tag, _, length = _element(file, found)
        if tag in (0, _SEQUENCE_END):
            return
        if tag != _ITEM:
            raise damaged("The DICOM file is damaged: its compressed pixels are not whole")
        if file.tell() + length > size:
            raise truncated()
        found.fragments += 1
        found.pixels += length
        file.seek(length, 1)


def _frames(data: bytes) -> int:
    try:
        frames = int(data.strip(b"\0 ") or 1)
    except ValueError as error:
        raise unreadable() from error
    if not 0 < frames < 1 << 20:
        raise unreadable()
    return frames


def _check_decimals(data: bytes, what: str) -> None:
    for word in data.rstrip(b"\0").split(b"\\"):
        word = word.strip()
        try:
            if word and not math.isfinite(float(word)):
                raise ValueError
        except ValueError as error:
            raise SemiGDAError(
                "bad-input",
                f"The DICOM file writes {what} in a way that is no number.",
                action="Export it again, with points in decimal numbers, not commas.",
            ) from error
