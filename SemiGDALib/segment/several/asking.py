"""The question before a run over volumes of which some are no images for the model."""

from __future__ import annotations

from slicer.i18n import tr as _

from SemiGDALib.segment import fit
from SemiGDALib.segment.several.rows import LEFT_OUT, Row


def unlike(card, rows: list[Row], places: list[int], roi) -> dict[int, str]:
    """Of these places those whose volume is no image for the model, each with what speaks against.

    Files say it when they are read: in the notes of their results.
    """
    found = {}
    for place in places:
        volume = rows[place].volume
        if volume is not None and volume.GetImageData() is not None:
            sentence = fit.mismatch(card, volume, roi)
            if sentence:
                found[place] = sentence
    return found


def leaveOut(rows: list[Row], found: dict[int, str]) -> None:
    for place, sentence in found.items():
        rows[place].become(LEFT_OUT, notes=[sentence])


def ask(message, found: dict[int, str], count: int, segmentAll, segmentOthers) -> None:
    """Ask once for all: the first one's sentence, and how many of ``count`` are like it."""
    text = _("Not the kind of image that this model was trained on: {number} of {count}.")
    message.question(
        text.format(number=len(found), count=count),
        next(iter(found.values())),
        _("Segment all"),
        segmentAll,
        _("Cancel"),
        _("Leave them out"),
        segmentOthers,
    )
