"""The engine on one volume's voxels: job folder out, checked numbers and arrays back."""

from __future__ import annotations

import logging

import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import (
    check,
    flag,
    list_of,
    maybe,
    number,
    one_of,
    record,
    text,
    whole,
)
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.doubt import TOLD
from SemiGDALib import nodes
from SemiGDALib.jobs.engine_job import EngineJob
from SemiGDALib.jobs.private import privateFolder

VOLUME = "volume.nrrd"  # a name that says nothing about the patient
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
                },
                {"whole": flag(), **TOLD},
            ),
            255,
        ),
    },
    {"spots": list_of(record({"ijk": list_of(number(), 3, least=3)}, others=True))},
    others=True,
)


class VolumeJob:
    """A job of the warm worker on one volume node; its folder lives as long as it does.

    Args:
        onProgress: called with (fraction 0..1, message, seconds left or None).
        take: called with this job when ``outputs`` and ``report`` are there, to read arrays;
            ``onEnded`` gets what it returns or raises.
        onEnded: called once, with (what ``take`` gave, None), or with (None, SemiGDAError), of
            class "cancelled" after :meth:`cancel`.
        keep: "out", a cohort's folder that also gets the result, the "name" it has there, and
            whether to "overwrite" another image's result of that name.

    Raises:
        SemiGDAError: "disk-full" if the volume cannot be written.
    """

    def __init__(
        self,
        volumeNode,
        model: str,
        options: SegmentOptions,
        onProgress,
        take,
        onEnded,
        keep: dict | None = None,
    ):
        self.log = ""
        self.outputs: dict = {}
        self.report: dict = {}
        self._take, self._callback = take, onEnded
        self._volume = vtk.vtkWeakReference()  # a frame of a sequence is in no scene's list
        self._volume.Set(volumeNode)
        self._seen = volumeNode.GetImageData().GetMTime()
        self._spacing = volumeNode.GetSpacing()
        self.folder = _makeFolder(volumeNode, model, options, keep or {})
        self._job = EngineJob(self.folder, onProgress, self._onEnded, self.folder.path)

    def cancel(self) -> None:
        """Ask to stop; within 2 s ``onEnded`` is called with class "cancelled"."""
        self._job.cancel()

    def abandon(self) -> None:
        """End at once, without a word: whoever waited is gone."""
        self._job.abandon()

    def labels(self):
        """uint8 (z, y, x) on the volume's grid."""
        return self._array(self.outputs["labels"])

    def review(self):
        """uint8 (z, y, x), 0 to 100, or None."""
        return self._array(self.outputs["review"]) if self.outputs.get("review") else None

    def _array(self, name: str):
        import numpy as np

        return np.load(self.folder.path / name, allow_pickle=False)

    def _onEnded(self, result, error) -> None:
        value = None
        if error is None:
            value, error = self._handOver(result)
        self._readLog()
        self._callback(value, error)

    def _handOver(self, result: dict) -> tuple:
        try:
            check(result["outputs"], _OUTPUTS, _("The result"))
            self.outputs, self.report = result["outputs"], result.get("report") or {}
            if not self._isUnchanged():
                raise nodes.changedMeanwhile()
            return self._take(self), None
        except SemiGDAError as problem:
            return None, problem
        except Exception as problem:
            logging.exception("SemiGDA: the result could not be brought into the scene")
            return None, SemiGDAError("internal", detail=f"{type(problem).__name__}: {problem}")

    def _isUnchanged(self) -> bool:
        """Whether voxels and their size are those that were segmented: a filter may have written
        into the volume, or a sequence's slider. Where there are none any more, ``take`` says so."""
        volume = self._volume.Get()
        image = volume.GetImageData() if volume is not None else None
        if image is not None and not nodes.hasSpacing(volume, self._spacing):
            return False
        if image is None or image.GetMTime() == self._seen:
            return True
        return nodes.hasVoxelsOf(volume, self.folder.path / VOLUME)

    def _readLog(self) -> None:
        try:
            self.log = (self.folder.path / "log.txt").read_text(encoding="utf-8", errors="replace")
        except OSError:
            self.log = ""


def _makeFolder(volumeNode, model: str, options: SegmentOptions, keep: dict) -> JobFolder:
    with privateFolder() as path:
        volume = path / VOLUME
        nodes.writeVolume(volumeNode, volume)
        inputs = {"volume": str(volume), **_sourceOf(volumeNode), **keep}
        return JobFolder.create(path, "segment", inputs, options.to_dict(), model)


def _sourceOf(volumeNode) -> dict[str, str]:
    """The file that a volume was read from and is still like: its header may leave open what Slicer
    takes for said. The disk is not asked here: a network drive that is gone would stop Slicer."""
    storage = volumeNode.GetStorageNode()
    name = storage.GetFullNameFromFileName() if storage is not None else None
    if not name or volumeNode.GetModifiedSinceRead() or storage.GetNumberOfFileNames() > 1:
        return {}
    return {"source": name}
