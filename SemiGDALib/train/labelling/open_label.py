"""The label of one case, open in Segment Editor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.labels.segments import ENDING, read_segments
from semigda_core.project.own_labels import LABELS, giving_labels, new_label
from semigda_core.project.review.inbox import take
from SemiGDALib import nodes
from SemiGDALib.train import scene_files
from SemiGDALib.train.labelling import editor_bar, unfinished
from SemiGDALib.train.labelling.loading import addMissingClasses, loadImage, loadLabel
from SemiGDALib.train.slices import extent, marks
from SemiGDALib.train.slices.ignored import showNeutral
from SemiGDALib.train.slices.slice_label import SliceLabel


class Labelling:
    """Image and label of a case in the scene, until they are saved or discarded.

    A case without a label gets a segmentation with the project's classes as empty segments, or
    begins with ``proposal``, a predicted label of the project's inbox. A ``begun`` segmentation of
    a scene that was saved goes on; its image is loaded where the scene lacks it.

    Raises:
        SemiGDAError: "bad-input" if a file cannot be loaded, or the label is on another grid;
            the scene is then as it was.
    """

    def __init__(self, project, caseId: str, proposal: Path | None = None, begun=None):
        view = project.read()
        case = view.case(caseId)
        node, said = begun or (None, None)
        if proposal is not None:
            case = replace(
                case,
                label=proposal,
                origin="machine",
                segments=None,
                in_classes=True,
                finished=None,  # all that a model says is to be looked at
            )
        self._proposed = said.proposed if said else proposal is not None
        self._path = _ownFile(view, case)  # that saving writes again
        self.project = project
        self.caseId, self.caseName = caseId, case.name
        self.heldOut = case.role == "held-out"
        # A label that a model began stays known as one that a person corrected.
        self._origin = "edited" if case.origin in ("machine", "edited") else "human"
        there = unfinished.imageOf(node) if begun else None
        volume = there or loadImage(case)
        try:
            if begun:
                if not there:
                    volume.SetAndObserveTransformNodeID(node.GetTransformNodeID())
                finished = marks.finishedOn(node, volume)
            else:
                node, finished = loadLabel(view, case, volume)
                node.SetName(_("{name} label").format(name=case.name))
            addMissingClasses(view, case, node)
            showNeutral(node)
            self.slices = SliceLabel(volume, node, finished, self._predicted)
        except Exception:
            _remove(None if begun else node, None if there else volume)
            raise
        self._volume, self._segmentation = nodes.Held(volume), nodes.Held(node)
        self._grid = said.grid if said else nodes.gridOf(volume)
        self._marked, self._drawing = finished, unfinished.Drawing(node, begun is not None)
        case = view.case(caseId)
        if said:
            self._see(said.seen, said.image, said.classes)
        else:
            self._see(
                unfinished.labelSeen(case), unfinished.imageSeen(case), unfinished.classesSeen(view)
            )

    def _see(self, seen: str, image: str, classes: dict[str, int]) -> None:
        """The case's files, and the classes, as they are known here; the scene remembers it."""
        self._seen, self._image, self._classes = seen, image, classes
        about = unfinished.Unfinished(self.caseId, seen, self._grid, self._proposed, image, classes)
        unfinished.note(self.segmentationNode, self.volumeNode, about)

    @property
    def volumeNode(self):
        return self._volume.node

    @property
    def segmentationNode(self):
        return self._segmentation.node

    def _predicted(self, axis: int) -> list[int]:
        return extent.predicted(self.project, self.caseId, self.volumeNode, axis)

    def isAlive(self) -> bool:
        """Whether both nodes are still in the scene."""
        return self.volumeNode is not None and self.segmentationNode is not None

    def isChanged(self) -> bool:
        """Whether closing it would lose what somebody drew or marked."""
        marked = self.slices.finished != self._marked
        return self.isAlive() and (self._drawing.isChanged or marked)

    def show(self) -> None:
        """Open Segment Editor with the right nodes."""
        slicer.util.setSliceViewerLayers(background=self.volumeNode, fit=True)
        slicer.util.selectModule("SegmentEditor")
        editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
        editor.setSegmentationNode(self.segmentationNode)
        editor.setSourceVolumeNode(self.volumeNode)
        editor_bar.show(self)
        text = _("When the label is finished, return to SemiGDA Train to save it.")
        slicer.util.showStatusMessage(text, 10000)

    def _isMoved(self) -> bool:
        """Whether the image's grid is another one by now than its file's."""
        return not nodes.isSameGrid(nodes.gridOf(self.volumeNode), self._grid)

    def isEmpty(self) -> bool:
        """Whether nothing is drawn, and no slice is marked, which would say that this is right."""
        if not self.isAlive() or self._isMoved() or self.slices.finished is not None:
            return False
        return not scene_files.labelsOn(self.segmentationNode, self.volumeNode)[0].any()

    def save(self, empty: bool = False, overlaps: str | None = None) -> None:
        """Write the label into the project and give it to the case; the scene keeps the nodes.

        Args:
            empty: the user says that the image truly shows nothing, as marked slices do too.
            overlaps: what becomes of segments that others cover, see
                :mod:`SemiGDALib.train.covered`.

        Raises:
            SemiGDAError: "bad-input" if there is nothing to save, if the image is another one than
                when it was opened, if a segment would be lost under others, if the classes have
                other names or numbers by now, or if the case got another label since: that one's
                file stays if it is then saved again. "disk-full".
        """
        if not self.isAlive():
            raise SemiGDAError(
                "bad-input",
                _(
                    "The image or the label was removed from the scene, so there is nothing "
                    "to save."
                ),
                action=_("Open the case in Segment Editor again."),
            )
        finished = self.slices.finished
        if finished is not None and not finished.indices:
            raise SemiGDAError(
                "bad-input",
                _("No slice of the label is marked as finished."),
                action=_("Mark the slices that you drew, or choose The whole volume is labelled."),
            )
        if self._isMoved():
            raise SemiGDAError(
                "bad-input",
                _("The image was moved or resampled since the case was opened."),
                action=_("Undo that, or the label would not lie on the image's file."),
            )
        with plain_errors(), giving_labels(self.project):
            self._checkOthers()
            self._write(finished, empty or finished is not None, overlaps)

    def _checkOthers(self) -> None:
        """Another Slicer may have the project open, too, and another program the image."""
        view = self.project.read()
        case, classes = view.case(self.caseId), unfinished.classesSeen(view)
        seen, image = unfinished.labelSeen(case), unfinished.imageSeen(case)
        another, replaced = seen != self._seen, self._isReplaced(case, image)
        renamed = not self._classes.items() <= classes.items()
        self._see(seen, image, classes)
        if another:
            self._path = None
            raise SemiGDAError(
                "bad-input",
                _("The case got another label meanwhile."),
                action=_("Save again to take its place; the other label's file stays."),
            )
        if replaced:
            raise SemiGDAError(
                "bad-input",
                _("The image's file is another one than when the case was opened."),
                action=_("Save again if the label fits it; or discard it and draw anew."),
            )
        if renamed:
            raise SemiGDAError(
                "bad-input",
                _("The classes of the project have changed since the case was opened."),
                action=_("Look at the names of the segments in Segment Editor, then save again."),
            )

    def _isReplaced(self, case, image: str) -> bool:
        """Files also change without need, so they are read again; one that is away says nothing."""
        if self._image in ("", image) or not case.image.exists():
            return False
        return case.image.is_dir() or not scene_files.holds(case.image, self.volumeNode)

    def _write(self, finished, empty: bool, overlaps: str | None) -> None:
        isNew = self._path is None
        path = self._path or new_label(self.project, self.caseId, ENDING)
        origin = "edited" if self._proposed else self._origin
        scene_files.writeLabel(
            self.segmentationNode,
            self.volumeNode,
            path,
            finished,
            origin,
            empty=empty,
            overlaps=overlaps,
        )
        try:
            if self._proposed:
                take(self.project, self.caseId, path)
            else:
                self.project.set_label(self.caseId, path, self._origin)
        except Exception:
            if isNew:
                path.unlink(missing_ok=True)
            raise
        self._path = path
        self._see(
            unfinished.labelSeen(self.project.read().case(self.caseId)), self._image, self._classes
        )

    def close(self) -> None:
        """Take image and label out of the scene; where the user has deleted one of them, the other
        is left to the user, too."""
        self.slices.close()
        if self.isAlive():
            _remove(self.segmentationNode, self.volumeNode)
        elif self.segmentationNode is not None:
            unfinished.forget(self.segmentationNode)


def _ownFile(view, case) -> Path | None:
    """The case's label if the project has the file for this case alone. A file with segments that
    overlap stays as it is: the new one does not hold them."""
    label = case.label
    if label is None or label.parent != view.folder / LABELS or not label.name.endswith(ENDING):
        return None
    isShared = [one.label for one in view.cases].count(label) != 1
    return None if isShared or _overlaps(label) else label


def _remove(*found) -> None:
    for node in found:
        if node is not None:
            slicer.mrmlScene.RemoveNode(node)


def _overlaps(label: Path) -> bool:
    """Whether segments of a file may overlap: they then lie in several layers."""
    return label.is_file() and len({one.layer for one in read_segments(label)}) > 1
