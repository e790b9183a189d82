"""Slicer's real scene, application logic and module logics, without the application.

The order matters: the data input/output manager must be known to the scene before anything is
exported, and a logic registers its node classes only when it is given the scene.
"""

from __future__ import annotations

import colorsys
import json
import types
from pathlib import Path

import slicer

# Name under `slicer.modules`, name known to the application logic, class of the logic.
MODULE_LOGICS = (
    ("subjecthierarchy", "SubjectHierarchy", "vtkSlicerSubjectHierarchyModuleLogic"),
    ("units", "Units", "vtkSlicerUnitsLogic"),
    ("cameras", "Cameras", "vtkSlicerCamerasModuleLogic"),
    ("data", "Data", "vtkSlicerDataModuleLogic"),
    ("terminologies", "Terminologies", "vtkSlicerTerminologiesModuleLogic"),
    ("volumes", "Volumes", "vtkSlicerVolumesLogic"),
    ("models", "Models", "vtkSlicerModelsLogic"),
    ("transforms", "Transforms", "vtkSlicerTransformLogic"),
    ("markups", "Markups", "vtkSlicerMarkupsLogic"),
    ("segmentations", "Segmentations", "vtkSlicerSegmentationsModuleLogic"),
    ("sequences", "Sequences", "vtkSlicerSequencesLogic"),
    ("tables", "Tables", "vtkSlicerTablesLogic"),
    ("texts", "Texts", "vtkSlicerTextsLogic"),
    ("plots", "Plots", "vtkSlicerPlotsLogic"),
    ("cropvolume", "CropVolume", "vtkSlicerCropVolumeLogic"),
    ("sceneviews", "SceneViews", "vtkSlicerSceneViewsModuleLogic"),
    ("viewcontrollers", "ViewControllers", "vtkSlicerViewControllersLogic"),
    ("volumerendering", "VolumeRendering", "vtkSlicerVolumeRenderingLogic"),
)


# The wheel lacks Slicer's terminology files; these few entries keep their logic working.
_TISSUE = {"CodingSchemeDesignator": "SCT", "CodeValue": "85756007", "CodeMeaning": "Tissue"}
_TERMINOLOGY = {
    "@schema": "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/"
    "segment-context-schema.json#",
    "SegmentationCodes": {
        "Category": [
            {**_TISSUE, "Type": [{**_TISSUE, "recommendedDisplayRGBValue": [128, 174, 128]}]}
        ]
    },
}
_REGIONS = {
    "@schema": "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/"
    "anatomic-context-schema.json#",
    "AnatomicCodes": {"AnatomicRegion": [{**_TISSUE, "Modifier": []}]},
}


def _write_terminologies(share: Path) -> None:
    for name in ("SlicerGeneralAnatomy", "DICOM-Master"):
        name = f"SegmentationCategoryTypeModifier-{name}"
        content = {**_TERMINOLOGY, "SegmentationCategoryTypeContextName": name}
        (share / f"{name}.term.json").write_text(json.dumps(content))
    name = "AnatomicRegionAndModifier-DICOM-Master"
    content = {**_REGIONS, "AnatomicContextName": name}
    (share / f"{name}.term.json").write_text(json.dumps(content))


def _write_colors(folder: Path) -> None:
    """The default table of label maps: what matters is that it exists and that labels differ."""
    rows = ["0 Background 0 0 0 0"]
    for value in range(1, 64):
        rgb = (int(255 * part) for part in colorsys.hsv_to_rgb(value * 0.381 % 1, 0.55, 0.85))
        rows.append(" ".join(map(str, (value, f"region_{value}", *rgb, 255))))
    (folder / "GenericColors.txt").write_text("\n".join(rows) + "\n")


class CoreModule:
    """What `slicer.modules.volumes` and its like offer: a name and a logic."""

    def __init__(self, name: str, logic):
        self.name = self.title = name
        self._logic = logic

    def logic(self):
        return self._logic


class Modules(types.SimpleNamespace):
    """`slicer.modules`: attributes only, in lower case as in Slicer."""


class SceneHost:
    """Holds what must stay alive as long as the scene does."""

    def __init__(self, folder: Path):
        share = folder / "share"
        temporary = folder / "temporary"
        for path in (share / "ColorFiles", temporary):
            path.mkdir(parents=True, exist_ok=True)
        _write_terminologies(share)
        _write_colors(share / "ColorFiles")
        self.temporary = temporary

        self.scene = slicer.vtkMRMLScene()
        self.application_logic = slicer.vtkSlicerApplicationLogic()
        self.application_logic.SetHomeDirectory(str(folder))
        self.application_logic.SetShareDirectory("share")  # relative to home
        self.application_logic.SetTemporaryPath(str(temporary))
        self.application_logic.SetMRMLScene(self.scene)
        self.scene.SetRootDirectory(str(temporary))

        crosshair = slicer.vtkMRMLCrosshairNode()
        crosshair.SetCrosshairName("default")
        self.scene.AddNode(crosshair)

        self._connect_storage(folder)
        self.color_logic = slicer.vtkSlicerColorLogic()
        self.color_logic.SetMRMLApplicationLogic(self.application_logic)
        self.color_logic.SetMRMLScene(self.scene)
        self.application_logic.SetColorLogic(self.color_logic)
        self.application_logic.SetModuleLogic("Colors", self.color_logic)

        self.modules = Modules()
        self.modules.colors = CoreModule("Colors", self.color_logic)
        for attribute, name, class_name in MODULE_LOGICS:
            setattr(self.modules, attribute, CoreModule(name, self._logic(name, class_name, share)))

    def _connect_storage(self, folder: Path) -> None:
        self.remote_io = slicer.vtkMRMLRemoteIOLogic()
        cache = folder / "cache"
        cache.mkdir(exist_ok=True)
        self.remote_io.GetCacheManager().SetRemoteCacheDirectory(str(cache))
        self.data_io = slicer.vtkDataIOManagerLogic()
        self.data_io.SetMRMLApplicationLogic(self.application_logic)
        self.application_logic.SetMRMLSceneDataIO(self.scene, self.remote_io, self.data_io)

    def _logic(self, name: str, class_name: str, share: Path):
        logic = getattr(slicer, class_name)()
        if hasattr(logic, "SetModuleShareDirectory"):
            logic.SetModuleShareDirectory(str(share))
        logic.SetMRMLApplicationLogic(self.application_logic)
        logic.SetMRMLScene(self.scene)
        self.application_logic.SetModuleLogic(name, logic)
        return logic
