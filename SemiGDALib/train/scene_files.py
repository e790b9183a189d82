"""Volumes, segmentations and label maps of the scene as files of a project.

Voxels pass on the volume's own grid, without its parent transform; geometry is in both files.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.atomic import all_or_nothing, put_into_place, sync_file
from semigda_core.files.formats import endings
from semigda_core.labels.finished import IGNORE_TAG, FinishedSlices, finished_tags
from semigda_core.labels.provenance import ORIGIN, PREFIXES, origin_said
from semigda_core.labels.segments import ENDING
from semigda_core.project.cases.pairing import match
from semigda_core.project.project import Project
from semigda_core.project.records import class_mapping
from SemiGDALib import LOADED, LOADED_TICKS, nodes, provenance
from SemiGDALib.segment.frames.scene import frameOf, segmentationOf
from SemiGDALib.train import covered
from SemiGDALib.train.slices import marks, outside

# Files that the engine reads as Slicer does; a volume of another kind is written again.
READABLE = endings(dicom=False)
MOST_SEGMENTS = 255
_DRAWN_ON = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
CLOCKS_DIFFER_S = 3600  # that of a file server and this computer's


def labels() -> list:
    """The scene's label maps, and its segmentations that have a segment."""
    found = slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeNode")
    maps = [n for n in found if n.GetImageData() is not None and not n.GetHideFromEditors()]
    found = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return maps + [node for node in found if node.GetSegmentation().GetNumberOfSegments()]


def guessLabels(volumeNodes) -> list:
    """For each volume the newest segmentation that was drawn on it; or else the only label map, or
    segmentation of no volume, that has its name and no other's, as files are paired; or None."""
    drawn, others = {}, []
    for node in labels():
        on = [node.GetNodeReference(role) for role in (_DRAWN_ON, nodes.INPUT_REFERENCE)]
        drawn.update((volume, node) for volume in on if volume is not None)
        if not any(on):
            others.append(node)
    images = [_named(f"image{n}", node) for n, node in enumerate(volumeNodes)]
    named = {_named(f"label{n}", node): node for n, node in enumerate(others)}
    pairs = zip(volumeNodes, match(images, named).pairs, strict=True)
    return [drawn.get(volume, named.get(label)) for volume, (_image, label) in pairs]


def _named(folder: str, node) -> PurePosixPath:
    """A file of a node's name, in a folder of its own: several nodes may have the same one."""
    return PurePosixPath(folder, (node.GetName() or "").replace("/", " "))


def isMachineMade(labelNode) -> bool:
    """Whether a model made it, or one of its segments; a person may have corrected it since."""
    if provenance.ofNode(labelNode):
        return True
    if not labelNode.IsA("vtkMRMLSegmentationNode"):
        return False
    tags = map(provenance.tagsOf, nodes.segmentsOf(labelNode))
    return any(origin_said(one) == "machine" for one in tags)


def fileOf(volumeNode) -> Path | None:
    """The file on the disk that this volume was read from or saved to, and has not been changed
    since, if it will stay there; or None. Another program may have replaced it."""
    storage = volumeNode.GetStorageNode()
    name = storage.GetFullNameFromFileName() if storage is not None else None
    if not name or volumeNode.GetModifiedSinceRead() or storage.GetNumberOfFileNames() > 1:
        return None
    path = Path(name)
    # What came in a bundle (.mrb) is in the temporary folder and is deleted with it.
    lasting = Path(slicer.app.temporaryPath).resolve() not in path.resolve().parents
    moved = hasattr(storage, "GetCenterImage") and storage.GetCenterImage()
    usable = path.is_file() and path.name.lower().endswith(READABLE)
    return path if usable and lasting and not moved else None


def holds(path: Path, volumeNode) -> bool:
    """Whether a file, read as the volume was, has what the scene shows."""
    import numpy as np

    storage = volumeNode.GetStorageNode()
    if storage is None:
        return False
    copy, reader = volumeNode.CreateNodeInstance(), storage.CreateNodeInstance()
    reader.Copy(storage)
    reader.SetFileName(str(path))
    if not reader.ReadData(copy) or copy.GetImageData() is None:
        return False
    arrays = map(slicer.util.arrayFromVolume, (copy, volumeNode))
    grids = map(nodes.gridOf, (copy, volumeNode))
    return nodes.isSameGrid(*grids) and np.array_equal(*arrays)


def _isOlderThanScene(path: Path) -> bool:
    """Whether no program can have replaced the file since something was read from it. Windows does
    not tell."""
    status = path.stat()
    setBack = LOADED + time.monotonic() - LOADED_TICKS - time.time()
    surely = LOADED - CLOCKS_DIFFER_S - max(0.0, setBack)
    return os.name != "nt" and max(status.st_mtime, status.st_ctime) < surely


def writeImage(volumeNode, folder: Path) -> Path:
    """Write a volume uncompressed into ``folder`` under a name that says nothing.

    Raises:
        SemiGDAError: "bad-input" for no image or a non-linear transform; "disk-full".
    """
    nodes.checkVolume(volumeNode)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(4)}.nrrd"
    nodes.writeVolume(volumeNode, path)
    return path


class Store:
    """Files of a project's ``folder`` for nodes of the scene; new ones are put into ``written``.
    ``overlaps`` is as in :func:`writeLabel`."""

    def __init__(self, folder: Path, written: list[Path], overlaps: str | None = None):
        self.folder, self.written, self._overlaps = folder, written, overlaps

    def image(self, volumeNode) -> Path:
        """The volume's own file, or a new one. Raises as :func:`writeImage`."""
        return self._file(volumeNode, "images")

    def label(self, labelNode, volumeNode, origin: str | None = None, whole: bool = False) -> Path:
        """A label of the volume: a new file for a segmentation, and for a label map unless its own
        file holds it. ``origin`` and ``whole`` are as in :func:`writeLabel`.

        Raises:
            SemiGDAError: as :func:`writeLabel`, and "bad-input" for a label map under another
                transform than the volume, finished slices that are not the volume's, or a result
                of another frame than the volume shows.
        """
        if not labelNode.IsA("vtkMRMLLabelMapVolumeNode"):
            _checkFrame(labelNode, volumeNode)
            path = newLabelFile(self.folder)
            finished = marks.finishedOn(labelNode, volumeNode)
            about = (path, finished, origin, whole)
            writeLabel(labelNode, volumeNode, *about, overlaps=self._overlaps)
            return self._new(path)
        if labelNode.GetParentTransformNode() is not volumeNode.GetParentTransformNode():
            raise SemiGDAError(
                "bad-input",
                _("The label map and its volume are under different transforms."),
                action=_("Put both under the same transform, or harden the transforms."),
            )
        return self._file(labelNode, "labels")

    def _file(self, volumeNode, folder: str) -> Path:
        path = fileOf(volumeNode)
        if path is not None and (_isOlderThanScene(path) or holds(path, volumeNode)):
            return path
        return self._new(writeImage(volumeNode, self.folder / folder))

    def forget(self, path: Path) -> None:
        """Delete a new file that is not needed; others stay."""
        if path in self.written:
            self.written.remove(path)
            path.unlink()

    def _new(self, path: Path) -> Path:
        self.written.append(path)
        return path


def _checkFrame(segmentationNode, volumeNode) -> None:
    """Raise "bad-input" for a result of another frame of a sequence than the slider is at."""
    made = (provenance.resultOf(segmentationNode) or {}).get("frame")
    if made is not None and made != frameOf(volumeNode):
        raise SemiGDAError(
            "bad-input",
            _("This result was made of another frame than the image shows."),
            action=_("Go to frame {number} of the sequence first.").format(number=made),
        )


@contextmanager
def allOrNothing(folder: Path, overlaps: str | None = None):
    """A :class:`Store` whose new files are deleted again where something goes wrong."""
    with plain_errors(), all_or_nothing() as written:
        yield Store(folder, written, overlaps)


def newLabelFile(folder: Path) -> Path:
    """A new name for a label in a project's folder."""
    return folder / "labels" / f"{secrets.token_hex(4)}{ENDING}"


def writeLabel(
    segmentationNode,
    volumeNode,
    path: Path,
    finished: FinishedSlices | None,
    origin: str | None = None,
    whole: bool = False,
    empty: bool = False,
    overlaps: str | None = None,
) -> None:
    """Write all segments, with their names, on the volume's grid as a ``.seg.nrrd`` in the folder
    of labels of a project, see :func:`newLabelFile`.

    What a model made says so in the file; with the ``origin`` "edited", that it was corrected too.
    So are the ``finished`` slices, those of the volume (None: all of them), and ignored regions;
    outside of the region in which a model made it is one, unless the label is ``whole`` by now.

    Where segments overlap, the later one counts, and an ignored region before all others; with
    ``overlaps`` "smaller" or "anyway", the smaller one does, see :mod:`SemiGDALib.train.covered`. A
    file that is there is replaced when the new one is whole.

    Raises:
        SemiGDAError: "bad-input" for a segmentation without a voxel within the volume, unless that
            is right (``empty``), for a segment that others hide, unless ``overlaps`` is "anyway",
            or as :func:`SemiGDALib.train.slices.outside.ignoreOutside`; "disk-full".
    """
    labels, segments = labelsOn(segmentationNode, volumeNode, smallerOnTop=overlaps is not None)
    if overlaps != covered.ANYWAY:
        data = Project(path.parents[1]).read().data
        classes = class_mapping(data, [one["name"] for one in segments], False)
        covered.check(labels, segments, segmentationNode, volumeNode, overlaps, classes)
    if not labels.any() and not empty:
        raise SemiGDAError(
            "bad-input",
            _("The segmentation is empty: no segment has a voxel inside the image."),
            action=_("Draw something first, or choose another segmentation."),
        )
    if whole:
        outside.forget(segments)
    else:
        outside.ignoreOutside(labels, segments, volumeNode)
    for segment in segments:
        if segment["tags"].keys() - {IGNORE_TAG} and origin == "edited":  # a model made it
            segment["tags"][PREFIXES[0] + ORIGIN] = origin
        segment["tags"] |= finished_tags(finished)
    add = nodes.addSegments if labels.any() else _addEmpty
    node = add(labels, volumeNode, segments, "SemiGDA label")[0]
    written = path.with_name(f"new-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        storage = slicer.vtkMRMLSegmentationStorageNode()
        storage.SetFileName(str(written))
        storage.SetCropToMinimumExtent(bool(labels.any()))
        if not storage.WriteData(node) or not written.is_file():
            raise SemiGDAError("disk-full", _("The label could not be written to disk."))
        sync_file(written)
        put_into_place(written, path)
    finally:
        written.unlink(missing_ok=True)  # half of it
        slicer.mrmlScene.RemoveNode(node)


def _addEmpty(labels, volumeNode, segments, name):
    """As :func:`SemiGDALib.nodes.addSegments`, of labels without a voxel."""
    node, ids = segmentationOf(labels, volumeNode, [{**one, "voxels": 0} for one in segments])
    node.SetName(name)
    return slicer.mrmlScene.AddNode(node), ids


def labelsOn(segmentationNode, volumeNode, smallerOnTop: bool = False):
    """uint8 (z, y, x) on the volume's grid, and what each of its values is: ignored regions last,
    which thereby cover whatever else is drawn there.

    ``smallerOnTop``: where others overlap, the one with fewer voxels counts, not the later one.

    Raises:
        SemiGDAError: "bad-input" for more segments than there are values.
    """
    import numpy as np

    segmentation = segmentationNode.GetSegmentation()
    if segmentation.GetNumberOfSegments() > MOST_SEGMENTS:
        raise SemiGDAError(
            "bad-input",
            _("A label can have {most} segments; this segmentation has more.").format(
                most=MOST_SEGMENTS
            ),
            action=_("Delete those that are none of your classes."),
        )
    ids = sorted(
        segmentation.GetSegmentIDs(), key=lambda one: marks.isIgnored(segmentation.GetSegment(one))
    )
    segments = [
        {**_described(segmentation.GetSegment(name), value), "id": name}
        for value, name in enumerate(ids, 1)
    ]
    order = ids
    if smallerOnTop:
        sizes = {one: _size(segmentationNode, one, volumeNode) for one in ids}
        ignored = {one["id"]: one["ignored"] for one in segments}
        order = sorted(ids, key=lambda name: (ignored[name], -sizes[name]))
    values = np.array([0, *(ids.index(name) + 1 for name in order)], np.uint8)
    return values[covered.exported(segmentationNode, order, volumeNode)], segments


def _size(segmentationNode, identifier: str, volumeNode) -> int:
    """Voxels of one segment, also where others lie on it."""
    return int(covered.exported(segmentationNode, [identifier], volumeNode).sum())


def _described(segment, value: int) -> dict:
    tag, ignored = slicer.vtkSegment.GetTerminologyEntryTagName(), marks.isIgnored(segment)
    return {
        "value": value,
        "name": segment.GetName(),
        "color": [round(255 * part) for part in segment.GetColor()],
        "terminology_entry": nodes.tagsOf(segment, [tag]).get(tag, ""),
        "tags": provenance.tagsOf(segment) | ({IGNORE_TAG: "1"} if ignored else {}),
        "ignored": ignored,
    }


def drawnOn(labelNode):
    """The volume that a segmentation was made of by its last run, or else drawn on; a label map
    stands for itself.

    Raises:
        SemiGDAError: "bad-input" if the volume is not in the scene.
    """
    if labelNode.IsA("vtkMRMLLabelMapVolumeNode"):
        return labelNode
    role = nodes.INPUT_REFERENCE
    if not labelNode.GetNodeReferenceID(role):
        role = _DRAWN_ON
    volume = labelNode.GetNodeReference(role)
    if volume is None or not volume.IsA("vtkMRMLVolumeNode"):
        raise SemiGDAError(
            "bad-input",
            _("The volume that the segmentation was drawn on is not in the scene."),
            action=_("Load it, or save the segmentation and choose its file."),
        )
    return volume
