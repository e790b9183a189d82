"""One run of the engine on one volume: job folder out, progress, nodes back in.

No dialogs and no widgets: the module's Logic offers this to scripts, and the panel binds to it.
"""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import clear_leftovers, temporary_path
from semigda_core.files.documents import check, list_of, maybe, number, one_of, record, text, whole
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from SemiGDALib import nodes, provenance, requirements
from SemiGDALib.jobs.engine_job import EngineJob
from SemiGDALib.segment.sizes import sizeOf

_OUTPUTS = record(
    {
        "labels": one_of("labels.npy"),
        "review": one_of("review.npy", None),
        "segments": list_of(
            record(
                {
                    "value": whole(1, 255),
                    "name": text(),
                    "voxels": whole(0, 2**63),
                    "ml": maybe(number(0)),
                    "agreement": maybe(number(0, 1)),
                    "color": list_of(whole(0, 255), 3, least=3),
                    "terminology_entry": text(5000),
                }
            ),
            255,
        ),
    },
    {"spots": list_of(record({"ijk": list_of(number(), 3, least=3)}, others=True))},
    others=True,
)


@dataclass
class SegmentResult:
    """Nodes and numbers of a finished run.

    ``segments``: one entry per label of the model: value, name, color, its size (ml, for pictures
    mm2 or pixels, see :mod:`SemiGDALib.segment.sizes`), agreement (0 to 1, or None if one branch
    ran alone), id (None if the image holds none of it).
    ``spots``: doubtful places, most doubtful first: ijk, size_voxels, score.
    """

    segmentationNode: object
    reviewNode: object
    segments: list[dict]
    spots: list[dict]
    report: dict = field(default_factory=dict)


class SegmentRun:
    """A running segmentation. The scene is not touched before the result is complete.

    Args:
        onProgress: called with (fraction 0..1, message, seconds left or None).
        onFinished: called with a SegmentResult.
        onError: called with a SemiGDAError; class "cancelled" after :meth:`cancel`.

    Raises:
        SemiGDAError: at once, for an input that cannot be used or missing requirements.
    """

    kind = "segment"

    def __init__(
        self,
        volumeNode,
        model: str,
        segmentationNode=None,
        options: SegmentOptions | None = None,
        onProgress=None,
        onFinished=None,
        onError=None,
    ):
        nodes.checkVolume(volumeNode)
        nodes.checkOutput(segmentationNode)
        requirements.check()
        self.options = options or SegmentOptions()
        self.model = str(model)
        self.error: SemiGDAError | None = None
        self.result: SegmentResult | None = None
        self.log = ""
        self._callbacks = (onProgress, onFinished, onError)
        # Ids, not nodes: a node that is removed meanwhile is then simply not found.
        self._volumeId = volumeNode.GetID()
        self._outputId = segmentationNode.GetID() if segmentationNode is not None else None
        self.active = True
        self._folder = self._makeFolder(volumeNode)
        self._job = EngineJob(self._folder, self._onProgress, self._onEnded)

    def _makeFolder(self, volumeNode) -> JobFolder:
        root = Path(slicer.app.temporaryPath)
        clear_leftovers(root)  # a job folder has an image: none of a crashed Slicer stays
        path = None
        try:
            root.mkdir(parents=True, exist_ok=True)
            path = temporary_path(root)
            path.mkdir(mode=0o700)
            volume = path / "volume.nrrd"  # a name that says nothing about the patient
            nodes.writeVolume(volumeNode, volume)
            options = self.options.to_dict()
            return JobFolder.create(path, "segment", {"volume": str(volume)}, options, self.model)
        except OSError as error:
            _removeFolder(path)
            raise SemiGDAError("disk-full", detail=type(error).__name__) from error
        except SemiGDAError:
            _removeFolder(path)
            raise

    # Control

    def cancel(self) -> None:
        """Ask to stop; within 2 s ``onError`` is called with class "cancelled"."""
        if self.active:
            self._job.cancel()

    def abandon(self) -> None:
        """End at once, without a word: whoever waited is gone."""
        self._callbacks = (None, None, None)
        self._job.abandon()
        self._end()

    def wait(self) -> None:
        """Process Qt events until the run has ended."""
        while self.active:
            slicer.app.processEvents()
            time.sleep(0.01)  # the work is in another process; this one need not spin

    # From the job

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        self._call(0, fraction, message, secondsLeft)

    def _onEnded(self, result, error) -> None:
        if error is not None:
            self._fail(error)
            return
        try:
            check(result["outputs"], _OUTPUTS, "The result")
            self.result = self._bringIn(result["outputs"], result.get("report") or {})
        except SemiGDAError as problem:
            self._fail(problem)
        except Exception as problem:
            logging.exception("SemiGDA: the result could not be brought into the scene")
            self._fail(SemiGDAError("internal", detail=f"{type(problem).__name__}: {problem}"))
        else:
            self._end()
            self._call(1, self.result)

    # The end

    def _bringIn(self, outputs: dict, report: dict) -> SegmentResult:
        import numpy as np

        volumeNode = slicer.mrmlScene.GetNodeByID(self._volumeId)
        output = slicer.mrmlScene.GetNodeByID(self._outputId) if self._outputId else None
        if volumeNode is None or (self._outputId and output is None):
            raise SemiGDAError(
                "bad-input",
                _("The input volume or the output segmentation was removed during the run."),
                action=_("Choose them again."),
            )
        # Again, because the user may have moved them under another transform meanwhile.
        nodes.checkVolume(volumeNode)
        nodes.checkOutput(output)
        labels = np.load(self._folder.path / outputs["labels"], allow_pickle=False)
        name = volumeNode.GetName() or _("Volume")
        segments = outputs["segments"]
        node, ids = nodes.addSegments(
            labels, volumeNode, segments, _("{name} segmentation").format(name=name), output
        )
        reviewNode = None
        try:
            if outputs.get("review"):
                review = np.load(self._folder.path / outputs["review"], allow_pickle=False)
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
        node.SetNodeReferenceID(nodes.INPUT_REFERENCE, self._volumeId)
        node.SetNodeReferenceID(
            nodes.REVIEW_REFERENCE, reviewNode.GetID() if reviewNode is not None else None
        )
        rows = [
            {**segment, **sizeOf(segment, volumeNode), "id": ids.get(segment["value"])}
            for segment in segments
        ]
        spots = outputs.get("spots") or []
        provenance.store(
            node,
            ids.values(),
            provenance.describe(outputs, report, self.options.to_dict()),
            {"segments": rows, "spots": spots, "notes": report.get("notes") or []},
        )
        return SegmentResult(node, reviewNode, rows, spots, report)

    def _fail(self, error: SemiGDAError) -> None:
        self.error = error
        self._end()
        self._call(2, error)

    def _end(self) -> None:
        self.active = False
        try:
            self.log = (self._folder.path / "log.txt").read_text(encoding="utf-8", errors="replace")
        except OSError:
            self.log = ""
        _removeFolder(self._folder.path)

    def _call(self, index: int, *arguments) -> None:
        if self._callbacks[index] is not None:
            self._callbacks[index](*arguments)


def _removeFolder(path) -> None:
    if path is not None:
        shutil.rmtree(path, ignore_errors=True)
