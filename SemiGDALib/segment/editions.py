"""What the panel says of a result follows what is done to it."""

from __future__ import annotations

import slicer
import vtk

from SemiGDALib import nodes, timers

LATER_MS = 200  # once for all that one action changes


class Editions:
    """Calls ``onEdited`` after segments of the followed segmentation were edited, renamed, added or
    removed, by whatever means, or the segmentation itself was renamed, or lost its review map."""

    def __init__(self, onEdited):
        self._held, self._tags, self._name = None, [], None
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
            self._name = segmentationNode.GetName()
            self._tags = [
                segmentationNode.AddObserver(event, lambda *_about: self._later.start())
                for event in (
                    of.SegmentAdded,
                    of.SegmentRemoved,
                    of.SegmentModified,
                    of.SourceRepresentationModified,
                    slicer.vtkMRMLNode.ReferenceRemovedEvent,
                )
            ]
            modified = vtk.vtkCommand.ModifiedEvent
            self._tags.append(segmentationNode.AddObserver(modified, self._onModified))

    def _onModified(self, segmentationNode, _event) -> None:
        if segmentationNode.GetName() != self._name:
            self._name = segmentationNode.GetName()
            self._later.start()
