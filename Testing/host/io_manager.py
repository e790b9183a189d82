"""`slicer.app.coreIOManager()`: what slicer.util's load, save and export functions call.

Every file is read and written by Slicer's own logics and storage nodes; only the choice of the
one that does it is made here.
"""

from __future__ import annotations

from pathlib import Path

import vtk

_FILE_TYPES = (  # first match wins, so subclasses stand before their bases
    ("vtkMRMLSegmentationNode", "SegmentationFile"),
    ("vtkMRMLVolumeNode", "VolumeFile"),
    ("vtkMRMLModelNode", "ModelFile"),
    ("vtkMRMLTransformNode", "TransformFile"),
    ("vtkMRMLMarkupsNode", "MarkupsFile"),
    ("vtkMRMLTableNode", "TableFile"),
    ("vtkMRMLTextNode", "TextFile"),
    ("vtkMRMLSequenceNode", "SequenceFile"),
    ("vtkMRMLColorNode", "ColorTableFile"),
)
_EXTENSIONS = (
    (".seg.nrrd", "SegmentationFile"),
    (".seg.nhdr", "SegmentationFile"),
    (".seq.nrrd", "SequenceFile"),
    (".mrk.json", "MarkupsFile"),
    (".mrml", "SceneFile"),
    (".mrb", "SceneFile"),
    (".vtk", "ModelFile"),
    (".vtp", "ModelFile"),
    (".stl", "ModelFile"),
    (".obj", "ModelFile"),
    (".h5", "TransformFile"),
    (".tfm", "TransformFile"),
    (".csv", "TableFile"),
    (".tsv", "TableFile"),
    (".txt", "TextFile"),
    (".ctbl", "ColorTableFile"),
)
_VOLUME_FLAGS = (
    ("labelmap", 0x1),
    ("center", 0x2),
    ("singleFile", 0x4),
    ("autoWindowLevel", 0x8),
    ("discardOrientation", 0x10),
)


class CoreIOManager:
    def __init__(self, host):
        self._host = host
        self._readers = {
            "VolumeFile": self._read_volume,
            "SegmentationFile": self._read_segmentation,
            "ModelFile": lambda path, _p, _m: self._logic("models").AddModel(path),
            "TransformFile": lambda path, _p, _m: self._logic("transforms").AddTransform(
                path, self._host.scene
            ),
            "MarkupsFile": self._read_markups,
            "TableFile": lambda path, _p, _m: self._logic("tables").AddTable(path),
            "TextFile": lambda path, _p, _m: self._logic("texts").AddText(path),
            "SceneFile": self._read_scene,
        }

    def _logic(self, name: str):
        return getattr(self._host.modules, name).logic()

    # Reading

    def fileType(self, path) -> str:
        name = str(path).lower()
        return next((kind for end, kind in _EXTENSIONS if name.endswith(end)), "VolumeFile")

    def loadNodes(self, file_type, properties, loaded=None, messages=None) -> bool:
        reader = self._readers.get(file_type)
        if reader is None:
            raise NotImplementedError(f"The test host has no reader for {file_type}")
        path = properties["fileName"]
        if not Path(path).exists():
            return False
        result = reader(path, properties, messages)
        if result is None or result is False:
            return False
        if loaded is not None and result is not True:
            loaded.AddItem(result)
        return True

    def loadScene(self, path, clear=True, messages=None) -> bool:
        return self._read_scene(path, {"clear": clear}, messages)

    def _read_volume(self, path, properties, _messages):
        options = sum(bit for key, bit in _VOLUME_FLAGS if properties.get(key))
        name = properties.get("name") or Path(path).name.split(".")[0]
        files = _string_array(properties["fileNames"]) if properties.get("fileNames") else None
        logic = self._logic("volumes")
        node = logic.AddArchetypeVolume(path, name, options, files)
        if node is None:
            return None
        if properties.get("show", True):
            selection = self._host.application_logic.GetSelectionNode()
            if node.IsA("vtkMRMLLabelMapVolumeNode"):
                selection.SetActiveLabelVolumeID(node.GetID())
            else:
                selection.SetActiveVolumeID(node.GetID())
            self._host.application_logic.PropagateVolumeSelection()
        return node

    def _read_segmentation(self, path, properties, messages):
        return self._logic("segmentations").LoadSegmentationFromFile(
            path, properties.get("autoOpacities", True), properties.get("name", ""), None, messages
        )

    def _read_markups(self, path, _properties, _messages):
        identifier = self._logic("markups").LoadMarkups(path, Path(path).name.split(".")[0])
        return self._host.scene.GetNodeByID(identifier) if identifier else None

    def _read_scene(self, path, properties, messages) -> bool:
        scene = self._host.scene
        clear = properties.get("clear", True)
        if str(path).lower().endswith(".mrb"):
            return bool(scene.ReadFromMRB(str(path), clear, messages))
        scene.SetURL(str(path))
        return bool(scene.Connect(messages) if clear else scene.Import(messages))

    # Writing

    def fileWriterFileType(self, node, _extension="") -> str:
        kind = next((kind for name, kind in _FILE_TYPES if node.IsA(name)), None)
        if kind is None:
            raise NotImplementedError(f"The test host has no writer for {node.GetClassName()}")
        return kind

    def saveNodes(self, file_type, properties, messages=None) -> bool:
        path = str(properties["fileName"])
        if file_type == "SceneFile":
            return self._write_scene(path, messages)
        node = self._host.scene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode()
        return self._write(node, node.GetStorageNode(), path, properties)

    def exportNodes(self, node_ids, paths, properties, harden=False, _messages=None) -> bool:
        scene = self._host.scene
        for node_id, path in zip(node_ids, paths, strict=True):
            node = scene.GetNodeByID(node_id)
            copy = None
            if harden:
                copy = node = _hardened_copy(scene, node)
            storage = _new_storage(node)
            written = self._write(node, storage, str(path), properties)
            if copy is not None:
                scene.RemoveNode(copy)
            if not written:
                return False
        return True

    @staticmethod
    def _write(node, storage, path: str, properties) -> bool:
        storage.SetFileName(path)
        if "useCompression" in properties:
            storage.SetUseCompression(int(properties["useCompression"]))
        return bool(storage.WriteData(node))

    def _write_scene(self, path: str, messages) -> bool:
        scene = self._host.scene
        if path.lower().endswith(".mrb"):
            written = scene.WriteToMRB(path, None, messages)
            scene.SetStorableNodesModifiedSinceRead()
            return bool(written)
        if path.lower().endswith(".mrml"):
            scene.SetURL(path)
            scene.SetRootDirectory(str(Path(path).parent))
            return bool(scene.Commit())
        Path(path).mkdir(parents=True, exist_ok=True)
        logic = self._host.application_logic
        return bool(logic.SaveSceneToSlicerDataBundleDirectory(path, None, messages))

    # Names of formats

    def fileWriterExtensions(self, node) -> list[str]:
        storage = _new_storage(node)
        types = storage.GetSupportedWriteFileTypes()
        return [types.GetValue(index) for index in range(types.GetNumberOfValues())]

    def extractKnownExtension(self, path, node) -> str:
        storage = _new_storage(node)
        return storage.GetSupportedFileExtension(str(path))

    def createAndAddDefaultStorageNode(self, node):
        node.AddDefaultStorageNode()
        return node.GetStorageNode()

    def registeredFileReaderCount(self, file_type) -> int:
        return int(file_type in self._readers)


def _new_storage(node):
    storage = node.CreateDefaultStorageNode()
    storage.UnRegister(None)  # made with one reference too many for Python
    storage.SetScene(node.GetScene())  # which knows the image formats
    return storage


def _string_array(names):
    files = vtk.vtkStringArray()
    for name in names:
        files.InsertNextValue(str(name))
    return files


def _hardened_copy(scene, node):
    copy = scene.CreateNodeByClass(node.GetClassName())
    copy.UnRegister(None)
    copy.Copy(node)
    scene.AddNode(copy)
    copy.SetAndObserveTransformNodeID(node.GetTransformNodeID())
    copy.HardenTransform()
    return copy
