"""SemiGDASegment's parameter node: every choice in the panel, saved and restored with the scene."""

import typing  # hints are evaluated by the wrapper: no postponed annotations here

from slicer import (
    vtkMRMLMarkupsROINode,
    vtkMRMLScalarVolumeNode,
    vtkMRMLSegmentationNode,
    vtkMRMLVectorVolumeNode,
)
from slicer.parameterNodeWrapper import parameterNodeWrapper

from semigda_core.jobs.segmenting import SegmentOptions, panel_names


def _withOptions(cls):
    """``cls`` with a parameter for each option of the panel."""
    defaults = SegmentOptions()
    for name, field in panel_names().items():
        default = getattr(defaults, field)
        cls.__annotations__[name] = type(default)
        setattr(cls, name, default)
    return cls


@parameterNodeWrapper
@_withOptions
class SemiGDASegmentParameterNode:
    """
    inputVolume - the volume to segment.
    roi - the region of interest; none: the whole volume.
    model - name of the model in the library.
    outputSegmentation - gets the segments; none: a new segmentation at every run.
    allFrames - whether all frames of a sequence are segmented, or the one in view.
    hideOthers - whether results of other volumes are hidden when another input is chosen.
    resultSegmentation - the last result, which the result section shows.

    And the options of the panel, see SegmentOptions.
    """

    inputVolume: typing.Union[vtkMRMLScalarVolumeNode, vtkMRMLVectorVolumeNode, None]  # noqa: UP007
    roi: vtkMRMLMarkupsROINode
    model: str = ""
    outputSegmentation: vtkMRMLSegmentationNode
    allFrames: bool = False
    hideOthers: bool = True
    resultSegmentation: vtkMRMLSegmentationNode


def chosenOptions(parameterNode) -> dict:
    """The panel's options by their names there, as the module's Logic takes them."""
    return {name: getattr(parameterNode, name) for name in panel_names()}


def optionsOf(chosen: dict) -> SegmentOptions:
    """Of options by their names in the panel.

    Raises:
        SemiGDAError: "bad-input" for one that is unknown or has a wrong value.
    """
    fields = panel_names()
    return SegmentOptions.of({fields.get(name, name): value for name, value in chosen.items()})
