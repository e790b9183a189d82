"""Showing a result: the review map over the image, doubtful places, surfaces."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import nodes

# Of a segmentation that was hidden because another volume is the input: of its display node, for a
# sequence's slider replaces the segmentation's attributes; of the segmentation in older scenes.
HIDDEN = "SemiGDA.HiddenForOtherInput"
# Of the point that marks the doubtful spot one was led to.
MARKER = "SemiGDA.DoubtfulSpot"
MARKER_COLOUR = (1.0, 0.85, 0.1)


def inputVolumeOf(segmentationNode):
    """The volume the segmentation's last run worked on, or None."""
    return segmentationNode.GetNodeReference(nodes.INPUT_REFERENCE)


def reviewMapOf(segmentationNode):
    """The review map of the segmentation's last run, or None."""
    return segmentationNode.GetNodeReference(nodes.REVIEW_REFERENCE)


def isReviewMapShown(segmentationNode) -> bool:
    review = reviewMapOf(segmentationNode)
    return review is not None and any(
        composite.GetForegroundVolumeID() == review.GetID() for composite in _compositeNodes()
    )


def showReviewMap(segmentationNode, show: bool) -> None:
    """Lay the review map over the image in all slice views, or take it away.

    What the views showed in front before comes back; it is kept with each view, so that it
    survives a saved scene.
    """
    review = reviewMapOf(segmentationNode)
    if review is None:
        return
    for composite in _compositeNodes():
        shown = composite.GetForegroundVolumeID() == review.GetID()
        if show and not shown:
            before = f"{composite.GetForegroundVolumeID() or ''} {composite.GetForegroundOpacity()}"
            composite.SetAttribute("SemiGDA.ForegroundBefore", before)
            composite.SetForegroundVolumeID(review.GetID())
            composite.SetForegroundOpacity(nodes.REVIEW_OPACITY)
        elif shown and not show:
            _takeAway(composite)


def hideOtherReviewMaps(segmentationNode) -> None:
    """Take all review maps away but that of this result: they would seem to be its own."""
    own = reviewMapOf(segmentationNode)
    for composite in _compositeNodes():
        shown = slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID() or "")
        if shown is not None and shown is not own and nodes.isReviewMap(shown):
            _takeAway(composite)


def _takeAway(composite) -> None:
    before = composite.GetAttribute("SemiGDA.ForegroundBefore") or " 0"
    nodeId, _space, opacity = before.partition(" ")
    composite.SetForegroundVolumeID(nodeId or None)
    composite.SetForegroundOpacity(float(opacity))
    composite.RemoveAttribute("SemiGDA.ForegroundBefore")


def hideOtherResults(volumeNode, hide: bool) -> list[str]:
    """Hide the results of other volumes and show those of this one; names of the hidden ones.

    Only what was hidden here is shown again. Segmentations that SemiGDA did not make stay as they
    are. With ``hide`` False everything that was hidden here comes back.
    """
    hidden = []
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        source, display = inputVolumeOf(node), node.GetDisplayNode()
        if source is None or display is None:
            continue
        if hide and source is not volumeNode:
            showReviewMap(node, False)
            if display.GetVisibility():
                display.SetVisibility(False)
                display.SetAttribute(HIDDEN, "1")
        elif display.GetAttribute(HIDDEN) or node.GetAttribute(HIDDEN):
            display.SetVisibility(True)
            display.RemoveAttribute(HIDDEN)
            node.RemoveAttribute(HIDDEN)
        marked = display.GetAttribute(HIDDEN) or node.GetAttribute(HIDDEN)
        if marked and not display.GetVisibility():
            hidden.append(node.GetName())
    return hidden


def _compositeNodes() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")


def spotsOf(segmentationNode) -> list[dict]:
    """Doubtful places of the last run, most doubtful first."""
    from SemiGDALib import provenance  # the opening panel needs none of it

    result = provenance.resultOf(segmentationNode)
    return result.get("spots", []) if result else []


def jumpToSpot(segmentationNode, index: int) -> list[float]:
    """Centre all slice views on a doubtful place; returns it in RAS (mm).

    Raises:
        SemiGDAError: "geometry-mismatch" if it is not known any more.
    """
    position = _placeOf(segmentationNode, index)
    _jump(position)
    return position


def _placeOf(segmentationNode, index: int) -> list[float]:
    from SemiGDALib import provenance

    result = provenance.resultOf(segmentationNode)
    volume, grid = inputVolumeOf(segmentationNode), provenance.gridOf(result)
    moved = provenance.isOfImage(result, volume, anySize=True)
    return _worldPosition(volume, result["spots"][index]["ijk"], grid, moved)


def _worldPosition(volumeNode, ijk, grid, moved: bool) -> list[float]:
    """Where a voxel lies in the scene (RAS, mm), under whatever transform the volume is now.

    ``grid``: the one that the voxel is of; None if nobody knows. An image of the same voxels was at
    most ``moved``. Another one inside of it was cropped, turned or resampled there.

    Raises:
        SemiGDAError: "geometry-mismatch" for any other: nobody knows where the voxel is.
    """
    import numpy as np

    now = nodes.gridOf(volumeNode) if volumeNode.GetImageData() is not None else None
    if now is None or not moved:
        if now is None or not _isInside(now, grid):
            raise SemiGDAError(
                "geometry-mismatch",
                _("The volume has changed since it was segmented: this spot cannot be found."),
                action=_("Segment it again."),
            )
        now = grid
    local = (np.array(now[1]) @ [*ijk, 1])[:3]
    world = [0.0, 0.0, 0.0]
    volumeNode.TransformPointToWorld(local.tolist(), world)
    return world


def _isInside(grid, other) -> bool:
    """Whether a grid lies in another one, but for a voxel."""
    import numpy as np

    (shape, matrix), (size, around) = grid, other
    corners = np.stack(np.meshgrid(*[(0, n - 1) for n in reversed(shape)]), -1).reshape(-1, 3)
    corners = np.c_[corners, np.ones(8)] @ (np.linalg.pinv(around) @ matrix)[:3].T
    return bool((corners > -1.01).all() and (corners < np.array(size)[::-1] + 0.01).all())


def markSpot(segmentationNode, index: int, text: str) -> None:
    """Mark a doubtful place in the views, with a word beside it; there is one marker at a time."""
    marker = _marker()
    if marker is None:
        marker = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", text)
        marker.SetAttribute(MARKER, "1")
        marker.SetSaveWithScene(False)
        marker.SetLocked(True)
        marker.CreateDefaultDisplayNodes()
        display = marker.GetDisplayNode()
        display.SetGlyphTypeFromString("Cross2D")
        display.SetSelectedColor(*MARKER_COLOUR)
        display.SetColor(*MARKER_COLOUR)
        display.SetTextScale(3.0)
    marker.SetName(text)
    marker.RemoveAllControlPoints()
    marker.AddControlPoint(_placeOf(segmentationNode, index), text)


def removeMarker() -> None:
    """Take the marker of a doubtful place out of the scene."""
    marker = _marker()
    if marker is not None:
        slicer.mrmlScene.RemoveNode(marker)


def _marker():
    found = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
    return next((node for node in found if node.GetAttribute(MARKER)), None)


def jumpToSegment(segmentationNode, segmentId: str) -> None:
    """Centre all slice views on a segment."""
    center = segmentationNode.GetSegmentCenterRAS(segmentId)
    if center:
        _jump(center)


def _jump(position) -> None:
    sliceNode = slicer.vtkMRMLSliceNode
    sliceNode.JumpAllSlices(slicer.mrmlScene, *position, sliceNode.CenteredJumpSlice)


def isShown3D(segmentationNode) -> bool:
    name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    return segmentationNode.GetSegmentation().ContainsRepresentation(name)


def show3D(segmentationNode, show: bool) -> None:
    """Make the segments' surfaces and look at them, or remove the surfaces."""
    if not show:
        segmentationNode.RemoveClosedSurfaceRepresentation()
        return
    segmentationNode.CreateClosedSurfaceRepresentation()
    segmentationNode.GetDisplayNode().SetVisibility3D(True)
    layout = slicer.app.layoutManager()
    for number in range(layout.threeDViewCount if layout is not None else 0):
        view = layout.threeDWidget(number).threeDView()
        view.resetFocalPoint()
        view.resetCamera()  # the former turns the camera only, from however far away it is
