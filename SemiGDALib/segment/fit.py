"""Whether a model and a volume are of one kind, before anything runs."""

from __future__ import annotations

from slicer.i18n import tr as _


def mismatch(card, volumeNode) -> str:
    """A sentence saying how the volume is no image for the model; empty if nothing speaks against.

    Only what is certain: a model of pictures takes each slice by itself and fits it into its own
    frame, which means nothing in a volume; a volume model needs a known slice spacing.
    """
    slices = volumeNode.GetImageData().GetDimensions()[2]
    if takesPictures(card) and slices > 1:
        return _(
            "This model was trained on single pictures; the input is a volume of {count} slices."
        ).format(count=slices)
    if not takesPictures(card) and slices == 1:
        return _("This model was trained on volumes; the input is a single picture.")
    return ""


def takesPictures(card) -> bool:
    """Whether the model was trained on pictures: no slice axis, and grey values of 8 bits."""
    preprocessing = card.preprocessing
    rule = (preprocessing.get("intensity") or {}).get("rule")
    return preprocessing.get("slice_axis") == "acquisition" and rule == "8-bit"
