"""The region of interest: a Markups ROI of the scene, and the row of the panel that chooses it."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.region import inside_out, not_placed, region
from SemiGDALib import matrices, nodes

# Of a volume's side: a first box that the user sees whole, with its handles, in every view.
_FIRST = 0.5


def regionIn(roiNode, volumeNode) -> dict:
    """Where a Markups ROI lies in a volume's own space, under whatever linear transforms both are.

    Returns a region as in :mod:`semigda_core.jobs.region`: its sides may be slanted where a
    transform shears them.

    Raises:
        SemiGDAError: "bad-input" if the ROI is not placed, inside out, or under a non-linear
            transform.
    """
    import numpy as np

    nodes.checkVolume(volumeNode)
    checkRoi(roiNode)
    size = np.array(roiNode.GetSize())
    between = matrices.spaceTo(roiNode, volumeNode)
    placed = matrices.product(between, roiNode.GetObjectToNodeMatrix())
    inVolume = slicer.util.arrayFromVTKMatrix(placed)
    edges = inVolume[:3, :3] * size  # columns, RAS mm
    lengths = np.linalg.norm(edges, axis=0)
    axes = (edges / lengths).T
    return region(inVolume[:3, 3].tolist(), lengths.tolist(), axes.tolist(), ras=True)


def checkRoi(roiNode) -> None:
    """Raise "bad-input" for a ROI that is not placed, inside out, or bent by a transform."""
    if nodes.isUnderNonlinearTransform(roiNode):
        raise SemiGDAError(
            "bad-input",
            _("The region of interest is under a non-linear transform."),
            action=_("Take it out of the transform, or place a new one."),
        )
    if roiNode.GetNumberOfControlPoints() == 0 or not all(roiNode.GetSize()):
        raise not_placed()
    if roiNode.GetInsideOut():
        raise inside_out()


def placeOn(volumeNode):
    """A new ROI in the middle of a volume, half as long as it along each of its axes, with handles
    to drag and turn it."""
    import numpy as np

    scene = slicer.mrmlScene
    name = _("{name} region").format(name=volumeNode.GetName() or _("Volume"))
    toWorld = matrices.ijkToRas(volumeNode)
    if not nodes.isUnderNonlinearTransform(volumeNode):
        toWorld = matrices.product(matrices.spaceTo(volumeNode), toWorld)
    matrix = slicer.util.arrayFromVTKMatrix(toWorld)
    voxels = np.array(nodes.imageShape(volumeNode)[::-1])
    lengths = np.linalg.norm(matrix[:3, :3], axis=0) * voxels
    size = np.where(voxels > 1, _FIRST, 1.0) * lengths  # of one slice all of it
    turn, upper = np.linalg.qr(matrix[:3, :3])  # the nearest right angles to sheared axes
    turn *= np.sign(np.diag(upper))
    if np.linalg.det(turn) < 0:
        turn[:, 2] *= -1
    place = np.eye(4)
    place[:3, :3], place[:3, 3] = turn, (matrix @ [*(voxels - 1) / 2, 1])[:3]
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", scene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    node.SetSize(*size.tolist())
    node.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(place))
    return node


def showHandles(roiNode) -> None:
    """Show a ROI with handles to drag and turn it, and lead the slice views to its middle."""
    roiNode.CreateDefaultDisplayNodes()
    display = roiNode.GetDisplayNode()
    display.SetVisibility(True)
    display.SetHandlesInteractive(True)
    display.SetRotationHandleVisibility(True)
    display.SetPropertiesLabelVisibility(False)  # its name would cover the image
    display.SetFillOpacity(0.1)  # as would its faces
    middle = [0.0, 0.0, 0.0]
    roiNode.GetCenterWorld(middle)
    slicer.modules.markups.logic().JumpSlicesToLocation(*middle, True)


class RegionRow:
    """Binds the panel's *Region* row: a ROI of the scene, or none, and a button that places one."""

    def __init__(self, panel):
        self._panel = panel
        panel.ui.placeRegionButton.connect("clicked(bool)", self._onPlace)

    def update(self) -> None:
        """Show whether a region can be placed."""
        volume = self._panel.parameters.inputVolume
        self._panel.ui.placeRegionButton.enabled = bool(volume and volume.GetImageData())

    def _onPlace(self) -> None:
        parameters = self._panel.parameters
        if parameters.roi is None:
            parameters.roi = placeOn(parameters.inputVolume)
        showHandles(parameters.roi)
