"""A region of interest: a box, turned in any way, that limits what is segmented.

In options and jobs it is ``{"center", "axes", "size"}``: the box's middle in millimetres, three
directions, and its length along each in millimetres, all in the physical space of the image's file
with LPS axes (x to the patient's left, y to the back, z to the head), as in NRRD and DICOM files.
Directions need not be at right angles: under a shearing transform a box becomes a slanted one.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import (
    Wrong,
    check,
    list_of,
    maybe,
    number,
    one_of,
    read_document,
    record,
    text,
)

ENDING = ".json"
OUTSIDE = "outside"  # the detail of the error of an image that a region does not meet
AXES = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
# Of a picture, whose pixels lie in one plane: as far as anybody may have moved its box.
_THROUGH = 1e6
_FARTHEST = 1e7  # mm
_FLATTEST = 1e-6  # volume of a box over that of a cube with its sides

_VECTOR = list_of(number(-_FARTHEST, _FARTHEST), 3, least=3)
_FIELDS = record(
    {
        "center": _VECTOR,
        "axes": list_of(_VECTOR, 3, least=3),
        "size": list_of(number(0, _FARTHEST), 3, least=3),
    }
)
_BOX = record(
    {},
    {
        "coordinateSystem": one_of("LPS", "RAS", "0", "1", 0, 1),
        "roiType": one_of("Box", "BoundingBox"),
        "center": maybe(_VECTOR),
        "orientation": list_of(number(), 9, least=9),
        "size": list_of(number(0, _FARTHEST), 3, least=3),
    },
    others=True,
)
_MARKUPS = record({"markups": list_of(record({"type": text(100)}, others=True), 1000)}, others=True)
_RAS = ("RAS", "0", 0)


def region_rule(value: Any) -> None:
    """The rule for a region in a document."""
    _FIELDS(value)
    if not all(value["size"]):
        raise Wrong("has a side without length", "size")
    if abs(_flatness(value["axes"])) < _FLATTEST:
        raise Wrong("are not three directions of a box", "axes")


def region(center: Any, size: Any, axes: Any = None, *, ras: bool = False) -> dict[str, Any]:
    """A region, checked.

    Args:
        center: its middle (x, y, z) in mm.
        size: its lengths along its axes in mm.
        axes: its three directions; by default those of the coordinates.
        ras: whether centre and axes are RAS (x to the right, y to the front), as in Slicer.

    Raises:
        SemiGDAError: "bad-input".
    """
    value = {
        "center": _turned(center, ras),
        "axes": AXES if axes is None else [_turned(axis, ras) for axis in axes],
        "size": [float(length) for length in size],
    }
    check(value, region_rule, "The region of interest")
    return value


def given_region(value: str) -> dict[str, Any]:
    """The region that a command names: a file of Slicer's Markups, or numbers.

    ``x,y,z,a,b,c`` are the middle and the lengths in LPS mm; ``RAS:`` before them says that the
    middle is in RAS mm, as Slicer shows it. ``x,y,a,b`` are the middle and the sides of a rectangle
    in a picture, in pixels from its upper left corner.

    Raises:
        SemiGDAError: "bad-input".
    """
    ras = value.upper().startswith("RAS:")
    words = (value[4:] if ras else value).split(",")
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        if ras or not value.lower().endswith(ENDING):
            raise _not_understood() from None
        return read_region(value)
    if len(numbers) == 4 and not ras:
        x, y, width, height = numbers
        # A picture's first pixel has its middle at 0: the corner is half a pixel before.
        return region((x - 0.5, y - 0.5, 0), (width, height, _THROUGH))
    if len(numbers) != 6:
        raise _not_understood()
    return region(numbers[:3], numbers[3:], ras=ras)


def read_region(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The region of a ``.mrk.json`` file, in which Slicer saves a Markups ROI.

    Raises:
        SemiGDAError: "bad-input" if it is no such file, or has not exactly one placed box in mm.
    """
    what = "The file of the region of interest"
    try:
        found = read_document(Path(path), _MARKUPS, what)["markups"]
    except OSError:
        raise SemiGDAError("bad-input", f"{what} cannot be read.") from None
    boxes = [one for one in found if one["type"] == "ROI"]
    if len(boxes) != 1:
        raise SemiGDAError(
            "bad-input",
            f"{what} holds {len(boxes)} regions, not one.",
            action="Save one ROI of Slicer's Markups as a .mrk.json file.",
        )
    (box,) = boxes
    check(box, _BOX, what)
    if "mm" not in _words(box.get("coordinateUnits") or "mm"):
        # Slicer writes the unit that it shows, whatever its numbers are in.
        raise SemiGDAError(
            "bad-input",
            f"{what} says that it is in another unit than mm.",
            action="Choose mm as the unit of length in Slicer's settings, and save the ROI again.",
        )
    if box.get("insideOut"):
        raise inside_out()
    if not box.get("center") or not all(box.get("size", [0])):
        raise not_placed()
    columns = box.get("orientation") or [1, 0, 0, 0, 1, 0, 0, 0, 1]
    axes = [columns[axis::3] for axis in range(3)]
    # Axes that are not of length 1, by more than rounding, scale the box, as in Slicer.
    scales = [round(math.hypot(*axis), 6) for axis in axes]
    size = [length * scale for length, scale in zip(box["size"], scales, strict=True)]
    return region(box["center"], size, axes, ras=box.get("coordinateSystem", "LPS") in _RAS)


def _words(unit: Any) -> list[Any]:
    """Of a unit that is a word, or a code such as ["UCUM", "mm", "millimeter"]."""
    return unit if isinstance(unit, list) else [unit]


def region_text(value: dict[str, Any]) -> str:
    """A region in one line, for the header of a result."""
    numbers = [*value["center"], *sum(value["axes"], []), *value["size"]]
    return "LPS " + " ".join(f"{one:.9g}" for one in numbers)


def read_region_text(line: str) -> dict[str, Any]:
    """The region that :func:`region_text` wrote.

    Raises:
        SemiGDAError: "bad-input" for any other text.
    """
    system, *words = line.split()
    try:
        numbers = [float(word) for word in words]
        if system != "LPS" or len(numbers) != 15:
            raise ValueError
    except ValueError:
        raise SemiGDAError(
            "bad-input", "The region in which a label was made cannot be read."
        ) from None
    return region(numbers[:3], numbers[12:], [numbers[n : n + 3] for n in (3, 6, 9)])


def not_placed() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The region of interest has not been placed.",
        action="Place it on the image, or choose none.",
    )


def inside_out() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The region of interest is turned inside out.",
        action="Switch 'Inside out' off in its properties: what lies inside is segmented.",
    )


def _not_understood() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The region of interest is neither a .mrk.json file nor 6 numbers (4 for a picture).",
        action="Give x,y,z,a,b,c: its middle and its lengths in mm, in LPS, or after RAS: in RAS.",
    )


def _turned(vector: Any, ras: bool) -> list[float]:
    x, y, z = (float(one) for one in vector)
    return [0.0 - x, 0.0 - y, z] if ras else [x, y, z]  # and no -0.0


def _flatness(axes: list[list[float]]) -> float:
    """The volume that unit vectors along the axes span; 0 if one is no direction."""
    lengths = [math.hypot(*axis) for axis in axes]
    if not all(lengths):
        return 0.0
    (a, b, c), (d, e, f), (g, h, i) = axes
    volume = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return volume / math.prod(lengths)
