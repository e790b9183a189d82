"""SemiGDASegment's parameter node: every choice in the panel, saved and restored with the scene."""

import typing  # hints are evaluated by the wrapper: no postponed annotations here

from slicer import (
    vtkMRMLScalarVolumeNode,
    vtkMRMLSegmentationNode,
    vtkMRMLVectorVolumeNode,
)
from slicer.parameterNodeWrapper import parameterNodeWrapper


@parameterNodeWrapper
class SemiGDASegmentParameterNode:
    """
    inputVolume - the volume to segment.
    model - name of the model in the library.
    outputSegmentation - gets the segments; none: a new segmentation at every run.
    device - auto, cuda, mps or cpu.
    branches - card (as the model's author recommends), both, vae or cnn.
    review - whether to make a review map, where both branches run.
    replaceInvalid - whether voxels that are not numbers are replaced instead of refused.
    hideOthers - whether results of other volumes are hidden when another input is chosen.
    resultSegmentation - the last result, which the result section shows.
    """

    inputVolume: typing.Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    model: str = ""
    outputSegmentation: vtkMRMLSegmentationNode
    device: str = "auto"
    branches: str = "card"
    review: bool = True
    replaceInvalid: bool = False
    hideOthers: bool = True
    resultSegmentation: vtkMRMLSegmentationNode
