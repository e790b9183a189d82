"""What the panel says of a result follows what is done to its segments."""

from __future__ import annotations

import slicer

from SemiGDALib import nodes, timers

LATER_MS = 200  # once for all that one action changes


class Editions:
    """Calls ``onEdited`` after segments of the followed segmentation were edited, renamed, added or
    removed, by whatever means."""

    def __init__(self, onEdited):
        self._held, self._tags = None, []
        self._later = timers.once(LATER_MS, onEdited)

    def follow(self, segmentationNode) -> None:
        """Follow this one, and no other; None follows nothing."""
        before = self._held.node if self._held is not None else None
        if segmentationNode is not None and segmentationNode is before:
            return
        self._later.stop()
        for tag in self._tags if before is not None else ():
            before.RemoveObserver(tag)
        self._held, self._tags = None, []
        if segmentationNode is not None:
            of, self._held = slicer.vtkSegmentation, nodes.Held(segmentationNode)
            self._tags = [
                segmentationNode.AddObserver(event, lambda *_about: self._later.start())
                for event in (
                    of.SegmentAdded,
                    of.SegmentRemoved,
                    of.SegmentModified,
                    of.SourceRepresentationModified,
                )
            ]
