"""Volume nodes to files, label arrays to segmentation nodes, review maps to volume nodes.

Everything passes on the volume's own voxel grid, without its parent transform: the engine's arrays
come back voxel for voxel, so no geometry (oblique, left-handed, sheared, transformed) can go wrong.
Arrays are (k, j, i) = (z, y, x) as in slicer.util.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import slicer
import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib.matrices import ijkToRas, product, spaceTo

# Node reference roles of a result's segmentation.
INPUT_REFERENCE = "SemiGDA.inputVolume"
REVIEW_REFERENCE = "SemiGDA.reviewMap"
LABELMAP = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
REVIEW_ATTRIBUTE = "SemiGDA.IsReviewMap"
# Below this there is hardly any doubt; painting it would only darken the image.
REVIEW_FLOOR = 10
REVIEW_OPACITY = 0.6
_SAME_MM = 1e-4  # what a scene file may round


class Held:
    """A node that may leave the scene meanwhile. Its id says too little: after a scene is closed,
    nodes of the next one get the same ids."""

    def __init__(self, node):
        self._node = vtk.vtkWeakReference()
        self._node.Set(node)

    @property
    def node(self):
        """It, or None if it is not in the scene any more."""
        node = self._node.Get()
        return node if node is not None and isInScene(node) else None


def isInScene(node) -> bool:
    return bool(slicer.mrmlScene.IsNodePresent(node))


def checkVolume(volumeNode) -> None:
    """Raise "bad-input" unless the volume holds an image under no or a linear transform."""
    image = volumeNode.GetImageData() if volumeNode is not None else None
    if image is None or image.GetNumberOfPoints() == 0:
        raise SemiGDAError(
            "bad-input",
            _("No image was chosen."),
            action=_("Choose an input volume that holds an image."),
        )
    if isUnderNonlinearTransform(volumeNode):
        raise SemiGDAError(
            "bad-input",
            _("The input volume is under a non-linear transform."),
            action=_("Harden the transform, then segment the volume."),
        )


def checkOutput(segmentationNode) -> None:
    """Raise "bad-input" if segments cannot be added to the chosen segmentation exactly."""
    if segmentationNode is not None and isUnderNonlinearTransform(segmentationNode):
        raise SemiGDAError(
            "bad-input",
            _("The output segmentation is under a non-linear transform."),
            action=_("Create a new segmentation instead."),
        )
    if segmentationNode is not None and _isOfSurfaces(segmentationNode.GetSegmentation()):
        raise SemiGDAError(
            "bad-input",
            _("The output segmentation is made of surfaces, which voxels cannot be added to."),
            action=_("Create a new segmentation instead."),
        )


def _isOfSurfaces(segmentation) -> bool:
    """Whether what it has are surfaces or contours, from which all else is computed."""
    source = segmentation.GetSourceRepresentationName()
    return bool(segmentation.GetNumberOfSegments()) and source != LABELMAP


def firstImage():
    """The scene's first volume that one may want to segment, or None."""
    return next(iter(_volumes()), None)


def images() -> list:
    """The scene's volumes that hold an image, without label maps and review maps."""
    return [node for node in _volumes() if node.GetImageData() is not None]


def _volumes() -> list:
    classes = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")
    return [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        # Label maps are of a subclass.
        if node.GetClassName() in classes and not isReviewMap(node)
    ]


def isReviewMap(volumeNode) -> bool:
    display = volumeNode.GetDisplayNode()
    ofDisplay = display.GetAttribute(REVIEW_ATTRIBUTE) if display is not None else None
    return bool(ofDisplay or volumeNode.GetAttribute(REVIEW_ATTRIBUTE))


def isUnderNonlinearTransform(node) -> bool:
    transform = node.GetParentTransformNode()
    return transform is not None and not transform.IsTransformToWorldLinear()


def segmentsOf(segmentationNode) -> list:
    """The vtkSegments of a segmentation, in their order."""
    segmentation = segmentationNode.GetSegmentation()
    return [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]


def resultsOf(volumeId: str) -> list:
    """The scene's segmentations that were made of a volume, the newest first."""
    found = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return [one for one in reversed(found) if one.GetNodeReferenceID(INPUT_REFERENCE) == volumeId]


def tagsOf(segment, keys) -> dict[str, str]:
    """Those tags of a vtkSegment that it has."""
    found = {}
    for key in keys:
        value = vtk.reference("")
        if segment.GetTag(key, value):
            found[key] = str(value.get())
    return found


def hasInvalidVoxels(volumeNode) -> bool:
    """Whether some voxels are NaN or infinite."""
    import numpy as np

    if volumeNode is None or volumeNode.GetImageData() is None:
        return False
    array = slicer.util.arrayFromVolume(volumeNode)
    return array.dtype.kind == "f" and not bool(np.isfinite(array).all())


def imageShape(volumeNode) -> tuple[int, int, int]:
    """(z, y, x) voxels."""
    i, j, k = volumeNode.GetImageData().GetDimensions()
    return k, j, i


def gridOf(volumeNode) -> list:
    """The volume's own voxel grid, whatever transform it is under: shape and IJKToRAS matrix."""
    matrix = slicer.util.arrayFromVTKMatrix(ijkToRas(volumeNode))
    return [list(imageShape(volumeNode)), matrix.tolist()]


def isSameGrid(one, other) -> bool:
    """Whether two grids are the same but for what files round."""
    import numpy as np

    (shape, matrix), (was, before) = one, other
    return list(shape) == list(was) and np.allclose(matrix, before, rtol=0, atol=_SAME_MM)


_checksums: dict[int, int] = {}  # of images, by their time of change, which no two share


def checksumOf(volumeNode) -> int:
    """A number that changes with the volume's voxels, and survives a saved scene."""
    import numpy as np

    changed = volumeNode.GetImageData().GetMTime()
    if changed not in _checksums:
        voxels = np.ascontiguousarray(slicer.util.arrayFromVolume(volumeNode))
        _checksums[changed] = zlib.crc32(voxels.reshape(-1).view(np.uint8))
    return _checksums[changed]


def hasSpacing(volumeNode, spacing) -> bool:
    """Whether the volume's voxels have a size, but for what files round."""
    pairs = zip(volumeNode.GetSpacing(), spacing, strict=True)
    return all(math.isclose(one, other, rel_tol=1e-4) for one, other in pairs)


def writeVolume(volumeNode, path) -> None:
    """Write the volume's voxels and own geometry as an uncompressed .nrrd.

    A copy outside the scene is written: the node keeps its storage node and its "modified" state,
    and its attributes, which may identify the patient, stay out of the file.

    Raises:
        SemiGDAError: "disk-full" if the file cannot be written; nothing is left of it.
    """
    vector = volumeNode.IsA("vtkMRMLVectorVolumeNode")
    copy = slicer.vtkMRMLVectorVolumeNode() if vector else slicer.vtkMRMLScalarVolumeNode()
    copy.SetAndObserveImageData(volumeNode.GetImageData())
    copy.CopyOrientation(volumeNode)
    if vector:
        copy.SetVoxelVectorType(volumeNode.GetVoxelVectorType())
    storage = slicer.vtkMRMLNRRDStorageNode()
    storage.SetFileName(str(path))
    storage.SetUseCompression(0)  # 50 times faster, and the file lives for seconds
    if not storage.WriteData(copy) or not Path(path).is_file():
        Path(path).unlink(missing_ok=True)  # half of it
        raise SemiGDAError("disk-full", _("The image could not be written to disk."))


def hasVoxelsOf(volumeNode, path) -> bool:
    """Whether the volume's voxels are those that :func:`writeVolume` wrote."""
    import numpy as np

    voxels = np.ascontiguousarray(slicer.util.arrayFromVolume(volumeNode))
    header = Path(path).stat().st_size - voxels.nbytes
    if header <= 0:
        return False
    written = np.fromfile(path, np.uint8, offset=header)
    return np.array_equal(written, voxels.reshape(-1).view(np.uint8))


def addSegments(labels, volumeNode, segments, name, segmentationNode=None):
    """Import label values as segments with their names, colours and terminology.

    Args:
        labels: uint8 (z, y, x) on the volume's grid.
        segments: dictionaries with "value", "name", "color" (0..255) and "terminology_entry".
        name: of the new node, if ``segmentationNode`` is None.
        segmentationNode: gets the segments beside those it has, which stay untouched.

    Returns:
        The segmentation node and {label value: segment id}; values absent from ``labels`` have no
        segment. Nothing is left in the scene if this raises.
    """
    checkShape(labels, volumeNode)
    scene = slicer.mrmlScene
    isNew = segmentationNode is None
    node = segmentationNode
    if isNew:
        node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", scene.GenerateUniqueName(name))
        # The transform comes before the reference geometry, which is computed with it.
        node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
        node.CreateDefaultDisplayNodes()
    segmentation = node.GetSegmentation()
    before = set(segmentation.GetSegmentIDs())
    if not before:
        node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    try:
        _importLabels(labels, volumeNode, node)
        added = [i for i in segmentation.GetSegmentIDs() if i not in before]
        ids = {segmentation.GetSegment(i).GetLabelValue(): i for i in added}
        taken = {segmentation.GetSegment(i).GetName() for i in before}
        for segment in segments:
            if segment["value"] in ids:
                describe(segmentation.GetSegment(ids[segment["value"]]), segment, taken)
    except Exception:
        if isNew:
            scene.RemoveNode(node)
        else:
            for segmentId in set(segmentation.GetSegmentIDs()) - before:
                segmentation.RemoveSegment(segmentId)
        raise
    if isNew:
        placeBeside(node, volumeNode)
    return node, ids


def _importLabels(labels, volumeNode, segmentationNode) -> None:
    """One import of one label map, so that all new segments share one layer."""
    labelNode = slicer.vtkMRMLLabelMapVolumeNode()
    labelNode.SetHideFromEditors(True)  # no selector shows it for the blink it lives
    # No display node: its colour table would name and colour the segments.
    slicer.mrmlScene.AddNode(labelNode)
    try:
        # Under the same transform as the segmentation: the import resamples what it must move.
        labelNode.SetAndObserveTransformNodeID(segmentationNode.GetTransformNodeID())
        between = spaceTo(volumeNode, segmentationNode)
        labelNode.SetIJKToRASMatrix(product(between, ijkToRas(volumeNode)))
        slicer.util.updateVolumeFromArray(labelNode, labels)
        logic = slicer.modules.segmentations.logic()
        if not logic.ImportLabelmapToSegmentationNode(labelNode, segmentationNode):
            raise SemiGDAError("internal", detail="the label map could not be imported")
    finally:
        slicer.mrmlScene.RemoveNode(labelNode)


def describe(segment, description, taken) -> None:
    """Name, colour, terminology and tags; a name that is ``taken`` gets a number."""
    segment.SetName(uniqueName(description["name"], taken))
    taken.add(segment.GetName())
    segment.SetNameAutoGenerated(False)
    segment.SetColor(*(channel / 255 for channel in description["color"]))
    segment.SetColorAutoGenerated(False)
    if description.get("terminology_entry"):
        # Set here: the import that takes terminology from a table empties what it does not know.
        tag = slicer.vtkSegment.GetTerminologyEntryTagName()
        segment.SetTag(tag, description["terminology_entry"])
    for key, value in description.get("tags", {}).items():
        segment.SetTag(key, value)


def uniqueName(name: str, taken) -> str:
    """The name, or the name with the first free " (n)"."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    return candidate


def addReviewMap(review, volumeNode, name):
    """A scalar volume node with the review map, 0 to 100, on the volume's grid."""
    checkShape(review, volumeNode)
    scene = slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", scene.GenerateUniqueName(name))
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    node.CopyOrientation(volumeNode)
    slicer.util.updateVolumeFromArray(node, review)
    dressReviewMap(node)
    placeBeside(node, volumeNode)
    return node


def dressReviewMap(node) -> None:
    """Show a volume of the scene as a review map, and count it as one."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeIron")
    # Fixed, so that a colour means the same doubt in every patient.
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(0, 100)
    display.SetAutoThreshold(False)
    display.SetThreshold(REVIEW_FLOOR, 100)
    display.SetApplyThreshold(True)
    # In a sequence the slider replaces the volume's own attributes, not those of its display.
    display.SetAttribute(REVIEW_ATTRIBUTE, "1")


def subjectHierarchy():
    """The scene's tree of patients, studies and folders."""
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def placeBeside(node, volumeNode) -> None:
    """Put the node under the same subject-hierarchy parent as its source."""
    hierarchy = subjectHierarchy()
    item, source = hierarchy.GetItemByDataNode(node), hierarchy.GetItemByDataNode(volumeNode)
    if item and source:
        hierarchy.SetItemParent(item, hierarchy.GetItemParent(source))


def checkShape(array, volumeNode) -> None:
    """Raise "geometry-mismatch" unless the array has the volume's size."""
    if tuple(array.shape) != imageShape(volumeNode):
        raise changedMeanwhile()


def changedMeanwhile() -> SemiGDAError:
    return SemiGDAError(
        "geometry-mismatch",
        _("The input volume changed while it was being segmented."),
        action=_("Segment it again."),
    )
