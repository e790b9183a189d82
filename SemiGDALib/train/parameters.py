"""SemiGDATrain's parameter node: a scene remembers its project."""

from slicer.parameterNodeWrapper import parameterNodeWrapper


@parameterNodeWrapper
class SemiGDATrainParameterNode:
    """
    projectFolder - the open project's folder, empty for none. All else is in that folder.
    """

    projectFolder: str = ""
