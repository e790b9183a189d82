"""Whether a model and a volume are of one kind, before anything runs."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.models import fit
from SemiGDALib import nodes


def mismatch(card, volumeNode, roi=None) -> str:
    """Sentences saying how the volume is no image for the model; empty if nothing speaks against.

    Args:
        roi: a vtkMRMLMarkupsROINode; what lies in it counts as the image.
    """
    return fit.mismatch(card, facts(volumeNode, roi))


def facts(volumeNode, roi=None) -> fit.Facts:
    """What is plain about a volume."""
    size, spacing = volumeNode.GetImageData().GetDimensions(), volumeNode.GetSpacing()
    found = fit.Facts.of(size, spacing, modalityOf(volumeNode))
    if roi is None:
        return found
    sides = zip(sorted(found.extent), sorted(roi.GetSize()), strict=True)  # it may be turned
    return found._replace(extent=tuple(min(whole, part) for whole, part in sides))


def modalityOf(volumeNode) -> str:
    """DICOM's code as the volume's series has it in the scene; "" if nobody says."""
    hierarchy = nodes.subjectHierarchy()
    item = hierarchy.GetItemByDataNode(volumeNode)
    return (hierarchy.GetItemAttribute(item, "DICOM.Modality") or "") if item else ""


class FitQuestion:
    """Asks once for each pair of volume and model that do not fit.

    Args:
        message: the panel's message area.
        segment: goes on.
    """

    def __init__(self, message, segment):
        self._message, self._segment = message, segment
        self._sure = None  # (volume's id, model) that the user wants all the same
        self._asked, self._anyway = None, None  # what the question was about, and its yes

    def forget(self) -> None:
        """The scene closes."""
        self._sure = None

    def follow(self, volumeNode, roi, model: str) -> None:
        """Withdraw the question when another volume, region or model is chosen."""
        if _about(volumeNode, roi, model) != self._asked:
            self._message.withdraw(self._anyway)

    def asks(self, card, volumeNode, roi, model: str) -> bool:
        """Whether there is something to ask; the user's yes segments."""
        pair = (volumeNode.GetID(), model)
        found = mismatch(card, volumeNode, roi) if card is not None else ""
        if not found or pair == self._sure:
            return False

        def segmentAnyway():
            self._sure = pair
            self._segment()

        self._asked, self._anyway = _about(volumeNode, roi, model), segmentAnyway
        self._message.question(
            found,
            _(
                "The result may be meaningless. Choose another model or volume, or limit it by a "
                "region of interest."
            ),
            _("Segment anyway"),
            segmentAnyway,
            _("Cancel"),
        )
        return True


def _about(volumeNode, roi, model: str) -> tuple:
    """Ids, so that no deleted node is kept alive."""
    return volumeNode and volumeNode.GetID(), roi and roi.GetID(), model
