"""Volumes and segmentations of the scene as files of a project.

Voxels pass on the volume's own grid, without its parent transform; geometry is in both files.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda.errors import SemiGDAError
from SemiGDALib import nodes, provenance

# Files that the engine reads as Slicer does; a volume of another kind is written anew.
READABLE = (
    *(".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd"),
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"),
)


def volumes() -> list:
    """The scene's images, without label maps and review maps."""
    classes = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")
    return [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if node.GetClassName() in classes
        and not node.GetAttribute(nodes.REVIEW_ATTRIBUTE)
        and node.GetImageData() is not None
    ]


def segmentations() -> list:
    """The scene's segmentations that hold a segment."""
    found = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return [node for node in found if node.GetSegmentation().GetNumberOfSegments()]


def guessSegmentation(volumeNode):
    """The newest segmentation that was drawn on the volume, or else bears its name; or None."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    name = (volumeNode.GetName() or "").casefold()
    byName = None
    for node in reversed(segmentations()):
        reference = node.GetNodeReference(role)
        if reference is volumeNode or node.GetNodeReference(nodes.INPUT_REFERENCE) is volumeNode:
            return node
        if byName is None and reference is None and name and name in node.GetName().casefold():
            byName = node
    return byName


def isMachineMade(segmentationNode) -> bool:
    """Whether a SemiGDA model made it; a person may have corrected it since."""
    return bool(provenance.ofNode(segmentationNode))


def fileOf(volumeNode) -> Path | None:
    """The file on the disk that holds exactly this volume and will stay there, or None."""
    storage = volumeNode.GetStorageNode()
    name = storage.GetFullNameFromFileName() if storage is not None else None
    if not name or volumeNode.GetModifiedSinceRead() or storage.GetNumberOfFileNames() > 1:
        return None
    path = Path(name)
    # What came in a bundle (.mrb) lies in the temporary folder and goes with it.
    lasting = Path(slicer.app.temporaryPath).resolve() not in path.resolve().parents
    moved = hasattr(storage, "GetCenterImage") and storage.GetCenterImage()
    usable = path.is_file() and path.name.lower().endswith(READABLE)
    return path if usable and lasting and not moved else None


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


def newLabelFile(folder: Path) -> Path:
    """A new name for a label in a project's folder."""
    return folder / "labels" / f"{secrets.token_hex(4)}.seg.nrrd"


def writeLabel(segmentationNode, volumeNode, path: Path) -> None:
    """Write all segments, with their names, on the volume's grid as a ``.seg.nrrd``.

    Where segments overlap, the later one counts. A file that is there is replaced when the new one
    is whole.

    Raises:
        SemiGDAError: "bad-input" for a segmentation without a voxel within the volume;
            "disk-full".
    """
    labels, segments = _labelsOn(segmentationNode, volumeNode)
    if not labels.any():
        raise SemiGDAError(
            "bad-input",
            _("The segmentation is empty: no segment has a voxel within the image."),
            action=_("Draw something first, or choose another segmentation."),
        )
    node, _ids = nodes.addSegments(labels, volumeNode, segments, "SemiGDA label")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"new-{path.name}")
        storage = slicer.vtkMRMLSegmentationStorageNode()
        storage.SetFileName(str(written))
        storage.SetCropToMinimumExtent(True)
        if not storage.WriteData(node) or not written.is_file():
            raise SemiGDAError("disk-full", _("The label cannot be written to the disk."))
        os.replace(written, path)
    finally:
        slicer.mrmlScene.RemoveNode(node)


def _labelsOn(segmentationNode, volumeNode):
    """uint8 (z, y, x) on the volume's grid, and what each of its values is."""
    import numpy as np
    import vtk

    segmentation = segmentationNode.GetSegmentation()
    ids = vtk.vtkStringArray()
    segmentation.GetSegmentIDs(ids)
    tag = slicer.vtkSegment.GetTerminologyEntryTagName()
    segments = []
    for value in range(1, ids.GetNumberOfValues() + 1):
        segment, entry = segmentation.GetNthSegment(value - 1), vtk.reference("")
        segments.append(
            {
                "value": value,
                "name": segment.GetName(),
                "color": [round(255 * part) for part in segment.GetColor()],
                "terminology_entry": str(entry.get()) if segment.GetTag(tag, entry) else "",
            }
        )
    labelNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    labelNode.SetHideFromEditors(True)
    try:
        logic = slicer.modules.segmentations.logic()
        if not segments or not logic.ExportSegmentsToLabelmapNode(
            segmentationNode, ids, labelNode, volumeNode
        ):
            return np.zeros(nodes.imageShape(volumeNode), np.uint8), segments
        return slicer.util.arrayFromVolume(labelNode).astype(np.uint8), segments
    finally:
        if labelNode.GetDisplayNode() is not None:  # the export made a colour table for it
            slicer.mrmlScene.RemoveNode(labelNode.GetDisplayNode().GetColorNode())
        slicer.mrmlScene.RemoveNode(labelNode)


def drawnOn(segmentationNode):
    """The volume a segmentation was drawn on. Raises "bad-input" if it is not in the scene."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    volume = segmentationNode.GetNodeReference(role)
    if volume is None or not volume.IsA("vtkMRMLVolumeNode"):
        raise SemiGDAError(
            "bad-input",
            _("The volume that the segmentation was drawn on is not in the scene."),
            action=_("Load it, or save the segmentation and choose its file."),
        )
    return volume
