"""The segments that a ``.seg.nrrd`` file names in its header.

Standard library only: Slicer's own process asks for names before anything is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from semigda.errors import SemiGDAError

ENDING = ".seg.nrrd"
_MAX_HEADER_BYTES = 4_000_000
_FIELD = re.compile(r"^Segment(\d+)_(Name|LabelValue|Layer):=(.*?)\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Segment:
    """A segment: its name, and where its voxels are: ``value`` in ``layer`` of the file."""

    name: str
    value: int
    layer: int


def is_segmentation(path: Path) -> bool:
    """Whether the file is one that names its segments."""
    return path.name.lower().endswith(ENDING)


def read_segments(path: Path) -> list[Segment]:
    """The segments of a ``.seg.nrrd`` file in their order; none where it names none.

    Raises:
        SemiGDAError: "bad-input" if it is not there or no NRRD file.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_HEADER_BYTES)
    except OSError as error:
        raise SemiGDAError("bad-input", "The segmentation cannot be read.") from error
    if not data.startswith(b"NRRD"):
        raise SemiGDAError("bad-input", "The segmentation is not an NRRD file.")
    header = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0].decode("utf-8", "replace")
    found: dict[int, dict[str, str]] = {}
    for number, key, value in _FIELD.findall(header):
        found.setdefault(int(number), {})[key] = value
    return [_segment(number, found[number]) for number in sorted(found)]


def _segment(number: int, fields: dict[str, str]) -> Segment:
    # Slicer before 4.11 gave every segment a layer of its own, with the value 1, unsaid.
    try:
        value, layer = int(fields.get("LabelValue", 1)), int(fields.get("Layer", number))
    except ValueError as error:
        raise SemiGDAError("bad-input", "The segmentation's header is damaged.") from error
    name = re.sub(r"\\(n|\\)", lambda m: "\n" if m[1] == "n" else "\\", fields.get("Name", ""))
    return Segment(name.strip() or f"Segment {number + 1}", value, layer)
