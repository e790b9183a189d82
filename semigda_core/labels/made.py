"""Whether a file identifies itself as made by this program. Standard library only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import list_of, maybe, number, record, sound_document, text
from semigda_core.labels.nrrd import read_keys

# A separate header line. Slicer drops it when it saves an edited segmentation, and keeps it only in
# the segments' tags, as their origin.
_KEY = "SemiGDA_Engine"
# In a folder of results: its mark, the contact sheet, and the folder of the pictures on it.
COHORT, SHEET, PICTURES = "cohort.json", "contact-sheet.png", "pictures"
_SEGMENT = record(
    {"name": text(), "ml": maybe(number(0)), "agreement": maybe(number(0, 1))},
    {"grade": maybe(text(20)), "range_ml": maybe(list_of(number(0), 2, least=2))},
    others=True,
)
REPORT = record(
    {
        "engine": text(100),
        "model": record({"sha256": maybe(text(64))}, others=True),
        "segments": list_of(_SEGMENT, 255),
        "seconds": record({"total": number(0)}, others=True),
    },
    {"notes": list_of(text(), 100), "unlikeness": maybe(number(0))},
    others=True,
)


def is_own_image(path: Path) -> bool:
    """Whether a ``.seg.nrrd`` or a review map has this program's mark."""
    try:
        return _KEY in read_keys(path)
    except SemiGDAError:
        return False


def is_own_picture(path: Path) -> bool:
    """Whether it is a contact sheet, or the pictures on it, of a folder of results."""
    named = path.name == PICTURES or path.name.startswith(SHEET.removesuffix(".png"))
    return named and (path.parent / COHORT).is_file()


def read_report(path: Path) -> dict[str, Any] | None:
    """The report in a file; None if it is missing or not a report."""
    return sound_document(path, REPORT)
