"""What of a folder or of dropped files was not taken, and why."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.files.texts import counted, one_line
from semigda_core.project.cases import listing

_NAMED = 3  # files in a message


def why(reason: str) -> str:
    """A reason of :mod:`semigda_core.project.cases.listing` in the user's language."""
    return {
        listing.NO_IMAGE: _("no image"),
        listing.MIXED: _("one of several DICOM series in a folder"),
        listing.GONE: _("a link to a file that is not there"),
        listing.CLOSED: _("a folder that may not be opened"),
        listing.CHANNEL: _("another channel of a case"),
        listing.SAME: _("the same case in another format"),
        listing.WITHOUT_IMAGE: _("a DICOM file without an image, such as a segmentation"),
        listing.NO_LABEL: _("no label"),
        listing.NESTED: _("in a subfolder, to be taken by itself"),
    }[reason]


def named(files) -> str:
    """The names of some files, on the screen only, never in a log."""
    names = ", ".join(one_line(file.name) for file in files[:_NAMED])
    return names + (", ..." if len(files) > _NAMED else "")


def inWords(leftOut) -> list[str]:
    """How many images a folder may have that are not segmented, and why, one text for each reason;
    files that are no image are none."""
    found: dict[str, int] = {}
    for _path, reason in leftOut:
        found[reason] = found.get(reason, 0) + 1
    found.pop(listing.NO_IMAGE, None)
    words = _("1 file left out ({why})"), _("{count} files left out ({why})")
    return [counted(count, *words, why=why(reason)) for reason, count in found.items()]
