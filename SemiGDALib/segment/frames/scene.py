"""Sequences in the scene: whose frame a volume is, and a new sequence beside that of the images."""

from __future__ import annotations

from dataclasses import dataclass

import slicer
import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import matrices, nodes
from SemiGDALib.segment import sizes


@dataclass(frozen=True)
class Frames:
    """A sequence of volumes.

    Attributes:
        sequence: the vtkMRMLSequenceNode.
        browser: its vtkMRMLSequenceBrowserNode, or None.
        volume: the browser's proxy, a volume node of the scene that shows one frame, or None.
    """

    sequence: object
    browser: object
    volume: object

    @property
    def count(self) -> int:
        return self.sequence.GetNumberOfDataNodes()

    def isThere(self) -> bool:
        """Whether sequence and browser are still in the scene, and belong together."""
        if not nodes.isInScene(self.sequence):
            return False
        browser = self.browser
        return browser is None or (
            nodes.isInScene(browser) and browser.IsSynchronizedSequenceNode(self.sequence, True)
        )

    @property
    def placed(self):
        """The volume that says where the frames lie in the scene."""
        return self.volume if self.volume is not None else self.sequence.GetNthDataNode(0)


def framesOf(node) -> Frames | None:
    """The frames that a volume node shows one of, or that a sequence node holds; None for others.

    A sequence of one frame is an image like any other.
    """
    if node is None:
        return None
    logic = slicer.modules.sequences.logic()
    if node.IsA("vtkMRMLSequenceNode"):
        sequence, browser = node, logic.GetFirstBrowserNodeForSequenceNode(node)
    else:
        browser = logic.GetFirstBrowserNodeForProxyNode(node)
        sequence = browser.GetSequenceNode(node) if browser is not None else None
    first = sequence.GetNthDataNode(0) if sequence is not None else None
    if first is None or not first.IsA("vtkMRMLScalarVolumeNode"):
        return None
    if sequence.GetNumberOfDataNodes() < 2:
        return None
    proxy = browser.GetProxyNode(sequence) if browser is not None else None
    return Frames(sequence, browser, proxy)


def frameOf(volumeNode) -> int | None:
    """The number, from 1, of the frame that a volume shows; None for one that is in no sequence."""
    frames = framesOf(volumeNode)
    if frames is None or frames.browser is None:
        return None
    leading = frames.browser.GetMasterSequenceNode()
    value = leading.GetNthIndexValue(frames.browser.GetSelectedItemNumber())
    return frames.sequence.GetItemNumberFromIndexValue(value, False) + 1


def checkedFrames(node) -> Frames:
    """:func:`framesOf`; "bad-input" if there are none, or they cannot be segmented."""
    frames = framesOf(node)
    if frames is None:
        raise SemiGDAError(
            "bad-input",
            _("The input volume is not part of a sequence."),
            action=_("Segment it alone, or choose a volume that a sequence browser shows."),
        )
    for number in range(frames.count):  # now, and not after an hour of others
        volume = frames.sequence.GetNthDataNode(number)
        if not volume.IsA("vtkMRMLScalarVolumeNode") or volume.GetImageData() is None:
            raise SemiGDAError(
                "bad-input",
                _("Frame {number} of the sequence holds no image.").format(number=number + 1),
                action=_("Remove it from the sequence, or load the sequence again."),
            )
        nodes.checkVolume(volume)
    if frames.volume is not None:
        nodes.checkVolume(frames.volume)
    return frames


def emptyLike(sequence, name: str):
    """A new sequence node, outside the scene, that counts as ``sequence`` does."""
    node = slicer.vtkMRMLSequenceNode()
    node.SetName(name)
    node.SetIndexName(sequence.GetIndexName())
    node.SetIndexUnit(sequence.GetIndexUnit())
    node.SetIndexType(sequence.GetIndexType())
    node.SetNumericIndexValueTolerance(sequence.GetNumericIndexValueTolerance())
    return node


def segmentationOf(labels, volumeNode, segments):
    """A segmentation node, outside the scene, with every class in every frame.

    Classes that a frame holds nothing of are empty segments: ids, names and colours then mean the
    same in all frames, and what the user hides in one is hidden in the next.

    Returns the node and {label value: segment id} of those that the frame holds.
    """
    nodes.checkShape(labels, volumeNode)
    node = slicer.vtkMRMLSegmentationNode()
    segmentation = node.GetSegmentation()
    converter = slicer.vtkSegmentationConverter
    segmentation.SetSourceRepresentationName(nodes.LABELMAP)
    image, ids = _labelImage(labels, volumeNode), {}
    for one in segments:
        segment = slicer.vtkSegment()
        segment.SetLabelValue(one["value"])
        segment.AddRepresentation(nodes.LABELMAP, image)  # shared: one layer
        nodes.describe(segment, one, taken=set())
        segmentId = f"Segment_{one['value']}"
        segmentation.AddSegment(segment, segmentId)
        if one["voxels"]:
            ids[one["value"]] = segmentId
    grid = slicer.vtkOrientedImageData()
    grid.SetDimensions(*volumeNode.GetImageData().GetDimensions())
    grid.SetGeometryFromImageToWorldMatrix(matrices.ijkToRas(volumeNode))
    segmentation.SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), converter.SerializeImageGeometry(grid)
    )
    return node, ids


def reviewOf(review, volumeNode):
    """A volume node, outside the scene, with a frame's review map on its grid."""
    nodes.checkShape(review, volumeNode)
    node = slicer.vtkMRMLScalarVolumeNode()
    node.CopyOrientation(volumeNode)
    slicer.util.updateVolumeFromArray(node, review)
    return node


def _labelImage(labels, volumeNode):
    """The labels as an oriented image, cut to what is not background: a sequence holds many."""
    import numpy as np
    from vtk.util import numpy_support

    filled = [np.flatnonzero(labels.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    box = [(at[0], at[-1]) if len(at) else (0, 0) for at in filled]  # z, y, x
    image = slicer.vtkOrientedImageData()
    image.SetExtent(*(int(end) for ends in box[::-1] for end in ends))
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    cut = labels[tuple(slice(first, last + 1) for first, last in box)]
    numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())[:] = cut.ravel()
    image.SetGeometryFromImageToWorldMatrix(matrices.ijkToRas(volumeNode))
    return image


def bringIn(made, reviews, frames: Frames, tableNode):
    """Add finished sequences of segmentations, and of review maps (or None), to the browser of
    their images, and the table to the scene.

    Returns the proxy segmentation, which follows the browser. Nothing is left in the scene if this
    raises.
    """
    scene, logic = slicer.mrmlScene, slicer.modules.sequences.logic()
    browser, added = frames.browser, []
    try:
        if browser is None:
            name = _("{name} browser").format(name=frames.sequence.GetName())
            browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", name)
            added.append(browser)
            browser.AddSynchronizedSequenceNode(frames.sequence)
        sequences = [made, reviews] if reviews is not None else [made]
        added += [scene.AddNode(one) for one in (*sequences, tableNode)]
        for one in sequences:
            browser.AddSynchronizedSequenceNode(one)
        logic.UpdateProxyNodesFromSequences(browser)
        volume = browser.GetProxyNode(frames.sequence)
        proxies = [browser.GetProxyNode(one) for one in sequences]
        added += proxies
        for one in proxies:
            one.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        node = proxies[0]
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        node.CreateDefaultDisplayNodes()
        node.SetNodeReferenceID(nodes.INPUT_REFERENCE, volume.GetID())
        if reviews is not None:
            nodes.dressReviewMap(proxies[1])
            node.SetNodeReferenceID(nodes.REVIEW_REFERENCE, proxies[1].GetID())
    except Exception:
        for one in reversed(added):
            if one is not None:
                scene.RemoveNode(one)
        raise
    for one in (*proxies, *sequences, tableNode):
        nodes.placeBeside(one, volume)
    return node


def tableOf(name: str, sequence, rows: list[list[dict]]):
    """A table node, outside the scene: the index value of each frame, and each class's size.

    Args:
        rows: for each frame, its segments with their sizes (see :mod:`SemiGDALib.segment.sizes`).
    """
    table = slicer.vtkMRMLTableNode()
    table.SetName(name)
    unit = sequence.GetIndexUnit()
    index = vtk.vtkStringArray()
    index.SetName(f"{sequence.GetIndexName()} [{unit}]" if unit else sequence.GetIndexName())
    for n in range(len(rows)):
        index.InsertNextValue(sequence.GetNthIndexValue(n))
    table.AddColumn(index)
    for place, segment in enumerate(rows[0]):
        column = vtk.vtkDoubleArray()
        column.SetName(f"{segment['name']} [{sizes.unit(segment)}]")
        for row in rows:
            column.InsertNextValue(sizes.number(row[place]))
        table.AddColumn(column)
    return table
