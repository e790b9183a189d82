"""The slices of an image's own grid, and the slice views that show them.

A slice is ``(axis, index)``: axis 0, 1 or 2 counts along i, j or k, as in
:mod:`semigda_core.labels.finished`.
"""

from __future__ import annotations

import slicer
import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import FinishedSlices
from SemiGDALib import matrices, nodes

# How far a view may lean against the image's slices: 0.6 degrees.
_LEAN = 0.01
# How far two grids may differ, in voxels a voxel.
_SAME = 1e-3


def counted(volumeNode, axis: int) -> int:
    """How many slices the image has along an axis."""
    return volumeNode.GetImageData().GetDimensions()[axis]


def views() -> list:
    """The slice nodes of the layout's slice views."""
    layout = slicer.app.layoutManager()
    return [layout.sliceWidget(name).mrmlSliceNode() for name in layout.sliceViewNames()]


def shownIn(sliceNode, volumeNode) -> tuple[int, int]:
    """The image's slice that a view shows.

    Raises:
        SemiGDAError: "bad-input" if the view leans against the image's slices, or shows none.
    """
    axis = axisOf(sliceNode, volumeNode)
    if axis is None:
        raise SemiGDAError(
            "bad-input",
            _("The {view} view is not parallel to the image's slices.").format(
                view=sliceNode.GetName()
            ),
            action=_("Click Turn views."),
        )
    index = position(sliceNode, volumeNode, axis)
    if not 0 <= index < counted(volumeNode, axis):
        raise SemiGDAError(
            "bad-input",
            _("The {view} view shows no slice of the image.").format(view=sliceNode.GetName()),
            action=_("Move it onto the image."),
        )
    return axis, index


def showSlice(volumeNode, axis: int, index: int) -> bool:
    """Move every view that shows slices along ``axis`` to that slice; whether there is one."""
    middle = [(n - 1) / 2 for n in volumeNode.GetImageData().GetDimensions()]
    middle[axis] = index
    point = _toWorld(volumeNode).MultiplyPoint([*middle, 1.0])[:3]
    moved = False
    for node in views():
        if axisOf(node, volumeNode) == axis:
            node.JumpSliceByOffsetting(*point)
            moved = True
    return moved


def axisOf(sliceNode, volumeNode) -> int | None:
    """The axis whose slices a view is parallel to, whether it shows one or not."""
    fromView = _fromView(sliceNode, volumeNode)
    for axis in range(3):
        along, *across = (abs(fromView.GetElement(axis, column)) for column in (2, 0, 1))
        if max(across) < _LEAN * along:
            return axis
    return None


def position(sliceNode, volumeNode, axis: int) -> int:
    """The slice along ``axis`` that a parallel view is at; it may be outside the image."""
    return round(_fromView(sliceNode, volumeNode).GetElement(axis, 3))


def turnViews(volumeNode) -> None:
    """Turn all slice views to the image's own slices."""
    for node in views():
        node.RotateToVolumePlane(volumeNode)


def asLoaded(finished: FinishedSlices, path, count: int) -> FinishedSlices:
    """Finished slices of a label map's file as those of its node.

    Slicer reverses the slices of a left-handed file. ``count``: how many there are along k.
    """
    reader = _reader()
    reader.SetArchetype(str(path))
    reader.SetSingleFile(True)
    reader.SetOutputScalarTypeToNative()
    reader.SetDesiredCoordinateOrientationToNative()
    reader.SetUseNativeOriginOn()
    reader.UpdateInformation()
    if finished.axis != 2 or reader.GetRasToIjkMatrix().Determinant() > 0:
        return finished
    return FinishedSlices(2, tuple(count - 1 - n for n in finished.indices))


def _reader():
    try:
        import vtkITK  # a module of its own in Slicer's application
    except ModuleNotFoundError:
        return slicer.vtkITKArchetypeImageSeriesScalarReader()
    return vtkITK.vtkITKArchetypeImageSeriesScalarReader()


def onGridOf(volumeNode, finished: FinishedSlices, segmentationNode) -> FinishedSlices:
    """Finished slices of a segmentation, as slices of an image that may be stored in another order.

    Raises:
        SemiGDAError: "bad-input" if the slices of both are not the same.
    """
    matrix = _between(segmentationNode, volumeNode)
    for axis in range(3):
        step, *across = (
            matrix.GetElement(axis, column)
            for column in (finished.axis, *(n for n in range(3) if n != finished.axis))
        )
        if abs(abs(step) - 1) < _SAME and max(map(abs, across)) < _SAME:
            found = [round(step * n + matrix.GetElement(axis, 3)) for n in finished.indices]
            inside = range(counted(volumeNode, axis))
            return FinishedSlices(axis, tuple(n for n in found if n in inside))
    raise SemiGDAError(
        "bad-input",
        _("The finished slices of the label are not slices of its image."),
        action=_("Choose a label that was drawn on the image."),
    )


def isOnGridOf(volumeNode, segmentationNode) -> bool:
    """Whether both have the same voxels."""
    matrix = _between(segmentationNode, volumeNode)
    found = [matrix.GetElement(row, column) for row in range(4) for column in range(4)]
    wanted = [float(row == column) for row in range(4) for column in range(4)]
    return all(abs(a - b) < _SAME for a, b in zip(found, wanted, strict=True))


def _between(segmentationNode, volumeNode):
    """The segmentation's voxel index to the volume's; the same if no segment has voxels."""
    own, world = _gridOf(segmentationNode), _toWorld(volumeNode)
    if own is not None:
        world = matrices.product(matrices.spaceTo(segmentationNode), own)
    return matrices.product(_fromWorld(volumeNode), world)


def _gridOf(segmentationNode):
    """Voxel index to the segmentation's own coordinates; None if no segment has voxels."""
    for segment in nodes.segmentsOf(segmentationNode):
        image = segment.GetRepresentation(nodes.LABELMAP)
        if image is not None and not image.IsEmpty():
            matrix = vtk.vtkMatrix4x4()
            image.GetImageToWorldMatrix(matrix)
            return matrix
    return None


def _fromView(sliceNode, volumeNode):
    """Slice coordinates in mm to the image's voxel index."""
    return matrices.product(_fromWorld(volumeNode), sliceNode.GetSliceToRAS())


def _toWorld(volumeNode):
    return matrices.product(matrices.spaceTo(volumeNode), matrices.ijkToRas(volumeNode))


def _fromWorld(volumeNode):
    matrix = _toWorld(volumeNode)
    matrix.Invert()
    return matrix
