"""All frames of a sequence, one after another through the warm worker."""

from __future__ import annotations

import time

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import nodes
from SemiGDALib.segment import views
from SemiGDALib.segment.frames import scene
from SemiGDALib.segment.run import Run, SegmentResult


class FramesRun(Run):
    """Segments every frame of the sequence that a volume node is a proxy of.

    The results wait outside the scene, which is not touched before the last frame is done.
    Review maps become a sequence as well, if the options ask for them.

    Args:
        node: a volume that shows a frame of a sequence, or the sequence.

    Raises:
        SemiGDAError: at once, for an input that cannot be used or missing requirements.
    """

    def __init__(self, node, model: str, segmentationNode=None, *about):
        self._frames = scene.checkedFrames(node)
        if segmentationNode is not None:
            raise SemiGDAError(
                "bad-input",
                _("All frames become a new sequence of segmentations."),
                action=_("Choose no output segmentation, or segment this frame only."),
            )
        super().__init__(model, *about)
        self.count = self._frames.count
        name = self._frames.sequence.GetName() or _("Sequence")
        self._made, self._reviews = (
            scene.emptyLike(
                self._frames.sequence,
                slicer.mrmlScene.GenerateUniqueName(of.format(name=name)),
            )
            for of in (_("{name} segmentation"), _("{name} review map"))
        )
        self._table = slicer.mrmlScene.GenerateUniqueName(_("{name} sizes").format(name=name))
        self._rows: list[list[dict]] = []
        self._begun = time.monotonic()
        self._segmentFrame()

    @property
    def _at(self) -> int:
        """The number of the frame that is being segmented, from 0."""
        return len(self._rows)

    def _segmentFrame(self) -> None:
        self._frameBegun = time.monotonic()
        volume = self._frames.sequence.GetNthDataNode(self._at)
        nodes.checkVolume(volume)
        self._startJob(volume, self._keepFrame, self._onFrame)

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        if fraction > 0 or self._at:
            text = _("Frame {number} of {count}")
            message = text.format(number=self._at + 1, count=self.count)
        done = (self._at + fraction) / self.count
        self.onProgress(done, message, self._secondsLeft(secondsLeft))

    def _secondsLeft(self, ofFrame: float | None) -> float | None:
        """From the mean of the frames that are done; the first one includes the model's loading."""
        now = time.monotonic()
        if self._at:
            mean = (self._frameBegun - self._begun) / self._at
            return max(0.0, mean * (self.count - self._at) - (now - self._frameBegun))
        if ofFrame is None:
            return None
        return ofFrame + (self.count - 1) * (now - self._begun + ofFrame)

    def _keepFrame(self, job) -> SegmentResult:
        """Put a frame's segmentation into the sequence; numbers as in a run of one volume."""
        sequence = self._frames.sequence
        if not self._frames.isThere() or sequence.GetNumberOfDataNodes() != self.count:
            raise SemiGDAError(
                "bad-input",
                _("The sequence changed while it was being segmented."),
                action=_("Segment it again."),
            )
        volume = sequence.GetNthDataNode(self._at)
        node, ids = scene.segmentationOf(job.labels(), volume, job.outputs["segments"])
        segmentIds = node.GetSegmentation().GetSegmentIDs()
        result = self._resultOf(job, volume, node, ids, segmentIds)
        value, review = sequence.GetNthIndexValue(self._at), job.review()
        self._made.SetDataNodeAtValue(node, value)
        if review is not None:
            self._reviews.SetDataNodeAtValue(scene.reviewOf(review, volume), value)
        self._rows.append(result.segments)
        if self._at == self.count:
            self._bringIn(result)
        return result

    def _bringIn(self, result: SegmentResult) -> None:
        """Put all frames into the scene, and the nodes that show them into the result."""
        whole = self._reviews.GetNumberOfDataNodes() == self.count
        table = scene.tableOf(self._table, self._frames.sequence, self._rows)
        node = scene.bringIn(self._made, self._reviews if whole else None, self._frames, table)
        result.segmentationNode, result.reviewNode = node, views.reviewMapOf(node)
        result.frames, result.tableNode = self._rows, table

    def _onFrame(self, result, error) -> None:
        if error is None and self._at < self.count:
            try:
                self._segmentFrame()
            except SemiGDAError as problem:
                error = problem
            else:
                return
        self._onEnded(result if error is None else None, error)
