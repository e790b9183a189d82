"""The segments that a segmentation file names in its header.

Slicer saves segmentations as ``.seg.nrrd``, ``.seg.nhdr``, ``.nrrd`` and ``.nhdr``: the content
tells what a file is, not its name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from semigda_core.labels.finished import is_ignored
from semigda_core.labels.nrrd import read_keys
from semigda_core.labels.structures import structures

ENDING = ".seg.nrrd"
_KEY = re.compile(r"Segment(\d{1,6})_(Name|ID|LabelValue|Layer|Tags)")


@dataclass(frozen=True)
class Segment:
    """A segment: its name, and its voxels: those with ``value`` in ``layer`` of the file.

    ``tags`` is what Slicer stores with it, such as terminology and the model that made it.
    """

    name: str
    value: int
    layer: int
    tags: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def ignored(self) -> bool:
        """Whether its voxels are unlabelled: neither a class nor background."""
        return is_ignored(self.tags)


def read_segments(path: Path) -> list[Segment]:
    """The segments of a file in order; none if it is not a segmentation. Of a folder, the
    structures that have a file of their own there.

    Names are as Slicer shows them, on one line.

    Raises:
        SemiGDAError: "bad-input" if the file does not exist, or its text about a segment is
        damaged.
    """
    if path.is_dir():
        return [Segment(name, 1, layer) for layer, name in enumerate(_structures(path))]
    found: dict[int, dict[str, str]] = {}
    for key, value in read_keys(path).items():
        if match := _KEY.fullmatch(key):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [_segment(number, found[number]) for number in sorted(found)]


def read_all_tags(path: Path) -> list[dict[str, str]]:
    """Those of a label's segments; without any, its header's keys. Errors as :func:`read_segments`.

    A file's own keys remain even if the segments say that a person corrected them.
    """
    return [segment.tags for segment in read_segments(path)] or [read_keys(path)]


def _structures(folder: Path) -> dict[str, Path]:
    try:
        return structures(folder)
    except OSError as error:
        raise SemiGDAError("bad-input", "The folder of the label cannot be read.") from error


def folded_name(name: str) -> str:
    """The same text for equivalent names: whatever their case, and however accents are stored."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def classes_by_name(names: Iterable[str], classes: Mapping[str, int]) -> dict[str, int]:
    """The class of each segment that has a class's name, or differs from the name of one only as
    :func:`folded_name` allows."""
    alike: dict[str, set[int]] = {}
    for name, value in classes.items():
        alike.setdefault(folded_name(name), set()).add(value)
    found = {}
    for name in names:
        fitting = {classes[name]} if name in classes else alike.get(folded_name(name), set())
        if len(fitting) == 1:
            (found[name],) = fitting
    return found


def _segment(number: int, fields: dict[str, str]) -> Segment:
    # Slicer before 4.11 gave every segment its own layer, with an implied value of 1.
    try:
        value, layer = int(fields.get("LabelValue", 1)), int(fields.get("Layer", number))
        if layer < 0 or value < 1:  # 0 is the background of every segment
            raise ValueError
    except ValueError as error:
        raise SemiGDAError("bad-input", "The segmentation's header is damaged.") from error
    name = one_line(fields.get("Name", "")) or f"Segment {number + 1}"
    return Segment(name, value, layer, read_tags(fields.get("Tags", "")))


def read_tags(text: str) -> dict[str, str]:
    """Slicer's text of a segment's tags: ``key:value|key:value|``."""
    pairs = (tag.partition(":") for tag in text.split("|"))
    return {key.strip(): value for key, colon, value in pairs if colon}


def tags_text(tags: Iterable[tuple[str, str]]) -> str:
    """The text that :func:`read_tags` reads; "|", which ends a tag, becomes "/"."""
    return "".join(f"{key}:{value.replace('|', '/')}|" for key, value in tags if value)
