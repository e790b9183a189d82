"""Subject hierarchy items, which in Slicer are created by Qt plugins.

Nodes that a plugin would own get an item when they enter the scene and lose it when they leave.
"""

from __future__ import annotations

import slicer
import vtk

_OWNED = (
    ("vtkMRMLSegmentationNode", "Segmentations"),
    ("vtkMRMLLabelMapVolumeNode", "LabelMaps"),
    ("vtkMRMLVolumeNode", "Volumes"),
    ("vtkMRMLTransformNode", "Transforms"),
    ("vtkMRMLMarkupsNode", "Markups"),
    ("vtkMRMLModelNode", "Models"),
    ("vtkMRMLTableNode", "Tables"),
    ("vtkMRMLPlotChartNode", "Plots"),
    ("vtkMRMLTextNode", "Texts"),
    ("vtkMRMLSequenceNode", "Sequences"),
    ("vtkMRMLSequenceBrowserNode", "Sequences"),
)


def _owner(node) -> str | None:
    if node.GetHideFromEditors():
        return None
    return next((plugin for class_name, plugin in _OWNED if node.IsA(class_name)), None)


class SubjectHierarchyObserver:
    def __init__(self, scene):
        self._scene = scene
        self._tags = [
            scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, self._node_added),
            scene.AddObserver(slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._node_leaving),
            scene.AddObserver(slicer.vtkMRMLScene.EndImportEvent, self._imported),
        ]

    def _hierarchy(self):
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._scene)

    def _add(self, node) -> None:
        plugin = _owner(node)
        if plugin is None:
            return
        hierarchy = self._hierarchy()
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node, plugin)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_added(self, _scene, _event, node) -> None:
        # While a file is read, its own hierarchy brings the items: see _imported.
        if not self._scene.IsImporting():
            self._add(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_leaving(self, scene, _event, node) -> None:
        if scene.IsClosing() or node.IsA("vtkMRMLSubjectHierarchyNode"):
            return
        hierarchy = self._hierarchy()
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.RemoveItem(item, False, False)

    def _imported(self, scene, _event) -> None:
        for index in range(scene.GetNumberOfNodes()):
            self._add(scene.GetNthNode(index))
