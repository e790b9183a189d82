"""Whether the output segmentation is of the input volume, before anything runs."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from SemiGDALib import nodes


class OutputQuestion:
    """Asks once for each pair of a volume and a segmentation with segments of another one.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel`.
    """

    def __init__(self, panel):
        self._panel = panel
        self._sure = None  # the pair that the user wants all the same
        self._asked, self._makeNew = None, None  # what the question was about, and its first answer

    def forget(self) -> None:
        """The scene closes."""
        self._sure = None

    def follow(self, volumeNode, segmentationNode) -> None:
        """Withdraw the question when another volume or output is chosen."""
        if _pair(volumeNode, segmentationNode) != self._asked:
            self._panel.message.withdraw(self._makeNew)

    def asks(self, volumeNode, segmentationNode) -> bool:
        """Whether there is something to ask; both answers segment."""
        pair, others = _pair(volumeNode, segmentationNode), imagesOf(segmentationNode)
        if not others or volumeNode in others or pair == self._sure:
            return False

        def makeNew():
            self._panel.parameters.outputSegmentation = None
            self._panel.segment()

        def add():
            self._sure = pair
            self._panel.segment()

        self._asked, self._makeNew = pair, makeNew
        self._panel.message.question(
            _("The output segmentation is of another volume: {name}.").format(
                name=others[0].GetName()
            ),
            _("The new segments would lie beside those of that one."),
            _("New segmentation"),
            makeNew,
            _("Cancel"),
            _("Add to it"),
            add,
        )
        return True


def imagesOf(segmentationNode) -> list:
    """The volumes that a segmentation's segments are of, as far as it says; of one without
    segments, or None, there are none."""
    if segmentationNode is None or not segmentationNode.GetSegmentation().GetNumberOfSegments():
        return []
    geometry = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    found = [segmentationNode.GetNodeReference(role) for role in (nodes.INPUT_REFERENCE, geometry)]
    return [node for node in found if node is not None]


def _pair(volumeNode, segmentationNode) -> tuple:
    """Ids, so that no deleted node is kept alive."""
    return volumeNode and volumeNode.GetID(), segmentationNode and segmentationNode.GetID()
