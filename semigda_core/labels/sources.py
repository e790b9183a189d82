"""Names of other programs whose results a training learns from."""

from __future__ import annotations

from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import has_controls
from semigda_core.labels.provenance import said
from semigda_core.labels.segments import read_all_tags

LONGEST = 64  # letters of a name


def is_source(name: object) -> bool:
    """Whether a value may name a program: cards and logs show it, so it is never a path."""
    return (
        isinstance(name, str)
        and 0 < len(name) <= LONGEST
        and name == name.strip()
        and not has_controls(name)
        and not set("/\\") & set(name)
    )


def checked_source(name: str) -> str:
    """The name without blanks around it; "bad-input" if it cannot name a program."""
    name = name.strip()
    if not is_source(name):
        raise SemiGDAError(
            "bad-input",
            f"The program's name has 1 to {LONGEST} letters, and no slash.",
            action="Give its name, such as TotalSegmentator.",
        )
    return name


def source_said(path: Path) -> str | None:
    """The program that made a label, as its header tells; None if it does not.

    Raises:
        SemiGDAError: "bad-input" as :func:`read_segments`.
    """
    for tags in read_all_tags(path):
        known = said(tags)
        name = known.get("ModelTitle") or known.get("Model")
        named = f"SemiGDA {name}" if name else tags.get("DICOM.SegmentAlgorithmName", "")
        named = " ".join(named.replace("/", " ").replace("\\", " ").split())[:LONGEST].strip()
        if is_source(named):
            return named
    return None
