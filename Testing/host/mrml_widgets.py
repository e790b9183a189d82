"""Stand-ins for Slicer's own widgets, bound to the real scene by real observers."""

from __future__ import annotations

import slicer
import vtk
from PySide6 import QtWidgets
from PySide6.QtCore import Property, Signal


class qMRMLWidget(QtWidgets.QWidget):
    """The usual top widget of a .ui file: hands the scene on to the widgets inside."""

    strict_attributes = True
    mrmlSceneChanged = Signal(object)
    signatures = {"mrmlSceneChanged(vtkMRMLScene*)": None}

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = None

    def mrmlScene(self):
        return self._scene

    def setMRMLScene(self, scene):
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


class qSlicerWidget(qMRMLWidget):
    strict_attributes = True


def _stored(name: str, kind, refresh: bool = True):
    """A Qt property kept in `self._options`; a change rebuilds the list."""

    def read(self):
        return self._options[name]

    def write(self, value):
        self._options[name] = value
        if refresh:
            self._rebuild()

    return Property(kind, read, write)


class qMRMLNodeComboBox(QtWidgets.QWidget):
    """Chooses a node of the scene among the given classes."""

    strict_attributes = True
    currentNodeChanged = Signal((object,), (bool,))
    currentNodeIDChanged = Signal(str)
    nodeActivated = Signal(object)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeAboutToBeRemoved = Signal(object)
    signatures = {
        "currentNodeChanged(vtkMRMLNode*)": object,
        "currentNodeChanged(bool)": bool,
        "currentNodeIDChanged(QString)": None,
        "nodeActivated(vtkMRMLNode*)": None,
        "nodeAdded(vtkMRMLNode*)": None,
        "nodeAddedByUser(vtkMRMLNode*)": None,
        "nodeAboutToBeRemoved(vtkMRMLNode*)": None,
    }

    def __init__(self, parent=None):
        super().__init__(parent)
        self._options = {
            "nodeTypes": [],
            "hideChildNodeTypes": [],
            "showHidden": False,
            "showChildNodeTypes": True,
            "noneEnabled": False,
            "noneDisplay": "None",
            "addEnabled": True,
            "removeEnabled": True,
            "editEnabled": False,
            "renameEnabled": False,
            "selectNodeUponCreation": True,
            "baseName": "",
            "interactionNodeSingletonTag": "",
        }
        self._scene = None
        self._scene_tags, self._attributes = [], []
        self._nodes, self._actions = [], []
        self._current = None
        self._box = QtWidgets.QComboBox()
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        self._box.activated.connect(self._activated)

    nodeTypes = _stored("nodeTypes", "QStringList")
    hideChildNodeTypes = _stored("hideChildNodeTypes", "QStringList")
    showHidden = _stored("showHidden", bool)
    showChildNodeTypes = _stored("showChildNodeTypes", bool)
    noneEnabled = _stored("noneEnabled", bool)
    noneDisplay = _stored("noneDisplay", str)
    addEnabled = _stored("addEnabled", bool)
    removeEnabled = _stored("removeEnabled", bool)
    editEnabled = _stored("editEnabled", bool)
    renameEnabled = _stored("renameEnabled", bool)
    selectNodeUponCreation = _stored("selectNodeUponCreation", bool, refresh=False)
    baseName = _stored("baseName", str, refresh=False)
    interactionNodeSingletonTag = _stored("interactionNodeSingletonTag", str, refresh=False)

    # The scene

    def mrmlScene(self):
        return self._scene

    def setMRMLScene(self, scene):
        if scene is self._scene:
            return
        for tag in self._scene_tags:
            self._scene.RemoveObserver(tag)
        self._scene, self._scene_tags = scene, []
        if scene is not None:
            events = slicer.vtkMRMLScene
            self._scene_tags = [
                scene.AddObserver(events.NodeAddedEvent, self._node_added),
                scene.AddObserver(events.NodeAboutToBeRemovedEvent, self._node_leaving),
                scene.AddObserver(events.NodeRemovedEvent, self._node_removed),
                scene.AddObserver(events.EndBatchProcessEvent, self._scene_changed),
            ]
        self._rebuild()

    def _scene_changed(self, *_arguments):
        self._rebuild()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_added(self, scene, _event, node):
        if scene.IsBatchProcessing() or not self._matches(node):
            return
        self._rebuild()
        self.nodeAdded.emit(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_leaving(self, _scene, _event, node):
        if node in self._nodes:
            self.nodeAboutToBeRemoved.emit(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_removed(self, _scene, _event, node):
        if node in self._nodes:
            self._rebuild()

    # The list

    def _matches(self, node) -> bool:
        options = self._options
        if node.GetHideFromEditors() and not options["showHidden"]:
            return False
        if any(node.IsA(name) for name in options["hideChildNodeTypes"]):
            return False
        for name in options["nodeTypes"]:
            exact = node.GetClassName() == name
            if exact or (options["showChildNodeTypes"] and node.IsA(name)):
                wanted = [one for one in self._attributes if node.IsA(one[0])]
                return all(self._has_attribute(node, *one) for one in wanted)
        return False

    @staticmethod
    def _has_attribute(node, _type, name, value) -> bool:
        found = node.GetAttribute(name)
        return found is not None and (value is None or found == str(value))

    def _rebuild(self):
        scene = self._scene
        count = scene.GetNumberOfNodes() if scene else 0
        before = self._nodes
        self._nodes = [
            node for node in (scene.GetNthNode(i) for i in range(count)) if self._matches(node)
        ]
        self._rename_observers()
        self._fill()
        current = self._current
        if current not in self._nodes:
            # As in Slicer: the node after the one that has gone, else the last one that is left.
            gone = before.index(current) + 1 if current in before else len(before)
            left = [one for one in before[gone:] if one in self._nodes] or self._nodes[-1:]
            current = left[0] if left and current is not None else None
        if current is None and self._nodes and not self._options["noneEnabled"]:
            current = self._nodes[0]
        self._select(current)

    def _rename_observers(self):
        for node, tag in self.__dict__.pop("_node_tags", []):
            node.RemoveObserver(tag)
        self._node_tags = [
            (node, node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._renamed))
            for node in self._nodes
        ]

    def _renamed(self, *_arguments):
        offset = int(self._options["noneEnabled"])
        for index, node in enumerate(self._nodes):
            self._box.setItemText(index + offset, node.GetName() or "")

    def _fill(self):
        blocked = self._box.blockSignals(True)
        self._box.clear()
        if self._options["noneEnabled"]:
            self._box.addItem(self._options["noneDisplay"])
        self._box.addItems([node.GetName() or "" for node in self._nodes])
        self._actions = []
        if self._scene is not None:
            label = self._type_label()
            wanted = (
                ("addEnabled", f"Create new {label}", self.addNode),
                ("renameEnabled", "Rename current node", self.renameCurrentNode),
                ("editEnabled", "Edit current node", lambda: None),
                ("removeEnabled", "Delete current node", self.removeCurrentNode),
            )
            self._actions = [(text, act) for key, text, act in wanted if self._options[key]]
            self._box.addItems([text for text, _ in self._actions])
        self._box.blockSignals(blocked)

    def _type_label(self) -> str:
        types = self._options["nodeTypes"]
        return self._scene.GetTagByClassName(types[0]) if types else "node"

    def _select(self, node, activated: bool = False):
        changed = node is not self._current
        self._current = node
        offset = int(self._options["noneEnabled"])
        index = self._nodes.index(node) + offset if node in self._nodes else offset - 1
        blocked = self._box.blockSignals(True)
        self._box.setCurrentIndex(index)
        self._box.blockSignals(blocked)
        if changed:
            self.currentNodeChanged[object].emit(node)
            self.currentNodeChanged[bool].emit(node is not None)
            self.currentNodeIDChanged.emit(node.GetID() if node else "")
        if activated:
            self.nodeActivated.emit(node)

    def _activated(self, index: int):
        index -= int(self._options["noneEnabled"])
        if index < 0:
            self._select(None, activated=True)
        elif index < len(self._nodes):
            self._select(self._nodes[index], activated=True)
        else:
            self._select(self._current)
            self._actions[index - len(self._nodes)][1]()

    # What modules call

    def addAttribute(self, node_type, name, value=None):
        self._attributes.append((node_type, name, value))
        self._rebuild()

    def removeAttribute(self, node_type, name):
        self._attributes = [one for one in self._attributes if one[:2] != (node_type, name)]
        self._rebuild()

    def nodeCount(self):
        return len(self._nodes)

    def nodeFromIndex(self, index):
        return self._nodes[index] if 0 <= index < len(self._nodes) else None

    def nodes(self):
        return list(self._nodes)

    def currentNode(self):
        return self._current

    def _current_id(self):
        return self._current.GetID() if self._current else ""

    def setCurrentNode(self, node):
        if isinstance(node, str):
            node = self._scene.GetNodeByID(node) if self._scene and node else None
        self._select(node if node in self._nodes else None)

    def setCurrentNodeID(self, node_id):
        self.setCurrentNode(node_id or None)

    def setCurrentNodeIndex(self, index):
        self._select(self.nodeFromIndex(index))

    currentNodeID = Property(str, _current_id, setCurrentNodeID)
    currentNodeId = Property(str, _current_id, setCurrentNodeID)
    currentNodeIndex = Property(
        int,
        lambda self: self._nodes.index(self._current) if self._current in self._nodes else -1,
        setCurrentNodeIndex,
    )

    def addNode(self, node_type=None):
        node_type = node_type or self._options["nodeTypes"][0]
        base = self._options["baseName"] or self._scene.GetTagByClassName(node_type)
        name = self._scene.GenerateUniqueName(base)
        node = self._scene.AddNewNodeByClass(node_type, name)
        for _type, attribute, value in self._attributes:
            if node.IsA(_type):
                node.SetAttribute(attribute, "" if value is None else str(value))
        self._rebuild()
        if self._options["selectNodeUponCreation"]:
            self._select(node)
        self.nodeAddedByUser.emit(node)
        return node

    def removeCurrentNode(self):
        if self._current is not None:
            self._scene.RemoveNode(self._current)

    def renameCurrentNode(self):
        if self._current is None:
            return
        name, accepted = QtWidgets.QInputDialog.getText(
            self, "Rename", "New name:", text=self._current.GetName()
        )
        if accepted:
            self._current.SetName(name)


class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """Holds a scripted module's Python widget; made by the host, never by a .ui file."""

    strict_attributes = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setLayout(QtWidgets.QVBoxLayout())
        self._python = None

    def self(self):
        return self._python


CLASSES = (qMRMLWidget, qSlicerWidget, qMRMLNodeComboBox)
