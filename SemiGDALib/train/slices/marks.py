"""The finished slices of an open label, kept in the tags of its segments."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import (
    FINISHED_TAG,
    IGNORE_TAG,
    FinishedSlices,
    finished_said,
    finished_tags,
    is_ignored,
)
from SemiGDALib import nodes
from SemiGDALib.train.slices import planes


def tagsOf(segment) -> dict[str, str]:
    """What a segment of the scene says about finished slices and ignored regions."""
    return nodes.tagsOf(segment, (FINISHED_TAG, IGNORE_TAG))


def isIgnored(segment) -> bool:
    """Whether the segment is a region that nobody labels."""
    return is_ignored(tagsOf(segment))


def finishedOn(segmentationNode, volumeNode) -> FinishedSlices | None:
    """The finished slices of a segmentation, as slices of the volume; None for all of them.

    Raises:
        SemiGDAError: "bad-input" if its tags cannot be read, or its slices are not the volume's.
    """
    said = finished_said(map(tagsOf, nodes.segmentsOf(segmentationNode)))
    return None if said is None else planes.onGridOf(volumeNode, said, segmentationNode)


class SliceMarks:
    """Which slices are finished: None for the whole volume, or slices along one axis.

    Segment Editor's *Undo* brings back a segment with the tags that it had then, and a new segment
    has none: both get the present ones. What was drawn is undone, what was said about it is not.

    Args:
        onChanged: called without arguments after each change.
    """

    def __init__(self, segmentationNode, finished: FinishedSlices | None, onChanged):
        self._segmentationNode = segmentationNode
        self._segmentation = segmentationNode.GetSegmentation()
        self._finished = finished
        # What is marked, also while the whole volume counts.
        self._marked = FinishedSlices(2) if finished is None else finished
        self._onChanged = onChanged
        events = (slicer.vtkSegmentation.SegmentAdded, slicer.vtkSegmentation.SegmentModified)
        self._observers = [
            self._segmentation.AddObserver(event, lambda _caller, _event: self._writeTags())
            for event in events
        ]
        self._writeTags()

    @property
    def finished(self) -> FinishedSlices | None:
        return self._finished

    def close(self) -> None:
        """Watch the segmentation no longer."""
        for observer in self._observers:
            self._segmentation.RemoveObserver(observer)
        self._observers = []

    def setWhole(self, whole: bool) -> None:
        """The whole volume is labelled; or only the slices that were marked so far."""
        if whole != (self._finished is None):
            self._set(None if whole else self._marked)

    def mark(self, axis: int, indices) -> None:
        """These slices are finished, too.

        Raises:
            SemiGDAError: "bad-input" if slices along another axis are finished.
        """
        marked = self._marked
        if marked.indices and marked.axis != axis:
            raise SemiGDAError(
                "bad-input",
                _("The finished slices of a label all lie in one direction."),
                action=_("Go on in the view that they were marked in, or unmark all of them."),
            )
        self._set(FinishedSlices(axis, (*marked.indices, *indices)))

    def unmark(self, indices) -> None:
        """These slices are not finished any more."""
        if self._finished is not None:
            self._set(self._finished.without(indices))

    def _set(self, finished: FinishedSlices | None) -> None:
        self._finished = finished
        if finished is not None:
            self._marked = finished
        self._writeTags()
        self._onChanged()

    def _writeTags(self) -> None:
        wanted = finished_tags(self._finished).get(FINISHED_TAG)
        for segment in nodes.segmentsOf(self._segmentationNode):
            if tagsOf(segment).get(FINISHED_TAG) == wanted:
                continue
            if wanted is None:
                segment.RemoveTag(FINISHED_TAG)
            else:
                segment.SetTag(FINISHED_TAG, wanted)
