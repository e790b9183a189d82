"""One run of the engine on one volume: its job, progress, nodes back into the scene.

No dialogs and no widgets: the module's Logic offers this to scripts, and the panel binds to it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions
from SemiGDALib import nodes, provenance, requirements
from SemiGDALib.jobs.engine_job import ignore
from SemiGDALib.segment.frames.scene import frameOf
from SemiGDALib.segment.sizes import sizeOf, spread
from SemiGDALib.segment.volume_job import VolumeJob


@dataclass
class SegmentResult:
    """Nodes and numbers of a finished run.

    ``segments``: one entry per label of the model: value, name, color, its size (ml, for pictures
    mm2 or pixels, see :mod:`SemiGDALib.segment.sizes`), agreement (how much of
    it the model expects to be right, 0 to 1; None without a review map), id (None if the image
    holds none of it).
    ``spots``: doubtful places, most doubtful first: ijk, size_voxels, score.
    ``frames``: of a sequence, the segments of each frame; all else is then of its last frame.
    ``tableNode``: of a sequence, the size of every class in every frame.
    """

    segmentationNode: object
    reviewNode: object
    segments: list[dict]
    spots: list[dict]
    report: dict = field(default_factory=dict)
    frames: list[list[dict]] = field(default_factory=list)
    tableNode: object = None


class Running:
    """What runs for the user in a job: it can be cancelled and waited for.

    Raises:
        SemiGDAError: at once, for missing requirements.
    """

    def __init__(self):
        requirements.check()
        self.active = True
        self.error: SemiGDAError | None = None
        self._job = None

    def cancel(self) -> None:
        """Ask to stop; it does within 2 s, and says so with class "cancelled"."""
        if self.active and self._job is not None:
            self._job.cancel()

    def abandon(self) -> None:
        """End at once, without a word: whoever waited is gone."""
        self.active = False
        if self._job is not None:
            self._job.abandon()

    def wait(self) -> None:
        """Process Qt events until it has ended."""
        while self.active:
            slicer.app.processEvents()
            time.sleep(0.01)  # the work is in another process; this one need not spin


class Run(Running):
    """A run that says how it ended.

    Args:
        onProgress: called with (fraction 0..1, message, seconds left or None).
        onFinished: called with the result.
        onError: called with a SemiGDAError; class "cancelled" after :meth:`cancel`.
    """

    kind = "segment"

    def __init__(self, model, options=None, onProgress=None, onFinished=None, onError=None):
        super().__init__()
        self.onProgress, self.onFinished = onProgress or ignore, onFinished or ignore
        self.onError = onError or ignore
        self.options: SegmentOptions = options or SegmentOptions()
        self.model = str(model)
        self.result: SegmentResult | None = None
        self.log = ""

    def _startJob(self, volumeNode, take, onEnded, keep=None) -> None:
        about = (volumeNode, self.model, self.options, self._onProgress, take, onEnded)
        self._job = VolumeJob(*about, keep)

    def _resultOf(self, job, volumeNode, node, ids, segmentIds, **more) -> SegmentResult:
        """A job's numbers, which the segmentation remembers, with what made its segments.

        ``ids``: of the segments by label value; ``segmentIds``: of all that this run made.
        """
        segments, spots = job.outputs["segments"], job.outputs.get("spots") or []
        rows = [{**one, **sizeOf(one, volumeNode), "id": ids.get(one["value"])} for one in segments]
        for row in rows:
            row["spread"] = spread(node, row["id"]) if row["id"] else None
        said = {"segments": rows, "spots": spots, "notes": job.report.get("notes") or []}
        said |= {"image": provenance.imageOf(volumeNode), **more}
        made = provenance.describe(job.outputs, job.report, self.options.to_dict())
        provenance.store(node, segmentIds, made, said)
        return SegmentResult(node, None, rows, spots, job.report)

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        self.onProgress(fraction, message, secondsLeft)

    def _onEnded(self, result, error) -> None:
        self.result, self.error = result, error
        self.active = False
        self.log = self._job.log
        if error is None:
            self.onFinished(result)
        else:
            self.onError(error)


class SegmentRun(Run):
    """A running segmentation. The scene is not touched before the result is complete.

    ``keep``: see :class:`SemiGDALib.segment.volume_job.VolumeJob`.

    Raises:
        SemiGDAError: at once, for an input that cannot be used or missing requirements.
    """

    def __init__(self, volumeNode, model: str, segmentationNode=None, *about, keep=None):
        nodes.checkVolume(volumeNode)
        nodes.checkOutput(segmentationNode)
        super().__init__(model, *about)
        self._volume = nodes.Held(volumeNode)
        self._output = nodes.Held(segmentationNode) if segmentationNode is not None else None
        self._startJob(volumeNode, self._bringIn, self._onEnded, keep)

    def _bringIn(self, job: VolumeJob) -> SegmentResult:
        volumeNode = self._volume.node
        output = self._output.node if self._output is not None else None
        if volumeNode is None or (self._output is not None and output is None):
            raise SemiGDAError(
                "bad-input",
                _("The input volume or the output segmentation was removed during the run."),
                action=_("Choose them again."),
            )
        # Again, because the user may have moved them under another transform meanwhile.
        nodes.checkVolume(volumeNode)
        nodes.checkOutput(output)
        name = volumeNode.GetName() or _("Volume")
        title, segments = _("{name} segmentation").format(name=name), job.outputs["segments"]
        node, ids = nodes.addSegments(job.labels(), volumeNode, segments, title, output)
        reviewNode = None
        try:
            review = job.review()
            if review is not None:
                reviewNode = nodes.addReviewMap(
                    review, volumeNode, _("{name} review map").format(name=name)
                )
        except Exception:
            if output is None:
                slicer.mrmlScene.RemoveNode(node)
            else:
                for segmentId in ids.values():
                    node.GetSegmentation().RemoveSegment(segmentId)
            raise
        # The node points to what belongs to its last run.
        node.SetNodeReferenceID(nodes.INPUT_REFERENCE, volumeNode.GetID())
        node.SetNodeReferenceID(
            nodes.REVIEW_REFERENCE, reviewNode.GetID() if reviewNode is not None else None
        )
        more = {"frame": frameOf(volumeNode), "kept": job.outputs.get("kept")}
        result = self._resultOf(job, volumeNode, node, ids, ids.values(), **more)
        result.reviewNode = reviewNode
        return result
