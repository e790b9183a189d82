"""A label that was not finished when its scene was saved goes on when the scene is opened again."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import slicer
import studies
from slices_fixtures import opened, paint_slices, project
from test_segment_geometry import add_transform
from test_train_unlucky import drawn, press_save, show

from semigda_core.labels.finished import FinishedSlices
from semigda_core.project.project import Project

__all__ = ["opened", "project"]


def another_day(training, host, bundle, folder=None) -> None:
    """Slicer is closed and opened again, and the scene loaded; the project is in ``folder`` now."""
    training.logic.labelling = training.logic.project = None
    slicer.mrmlScene.Clear(0)
    host.close()
    if folder is not None:
        shutil.move(bundle.parent / "Liver", folder)
    slicer.util.loadScene(str(bundle))
    training.panel.refresh()


@pytest.fixture
def bundle(opened, training, project, module_host, tmp_path):
    """A scene whose label is half finished: two slices are drawn, one of them is marked."""
    paint_slices(opened, (5, 6))
    opened.setWholeVolume(False)
    opened.markSlices(5, 5)
    path = tmp_path / "scene.mrb"
    assert slicer.util.saveScene(str(path))
    return path


def test_it_goes_on_another_day(bundle, training, project, module_host):
    case = project.read().cases[1]
    another_day(training, module_host, bundle)
    show(training, module_host)
    labelling = training.logic.labelling
    assert labelling.caseId == case.id and case.name in training.ui.labellingLabel.text
    assert labelling.slices.finished == FinishedSlices(2, (5,))
    assert labelling.slices.drawn(2) == [5, 6]
    module_host.click(training.ui.backToEditorButton)
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    assert editor.segmentationNode() is labelling.segmentationNode
    paint_slices(training.logic, (5, 6, 7))
    assert press_save(training, module_host) == ""
    saved = project.read().case(case.id)
    truth = studies.draw(1)[1]
    assert drawn(saved.label) == int((truth[[5, 6, 7]] > 0).sum())
    assert saved.finished == FinishedSlices(2, (5,))
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def test_it_is_found_in_a_project_that_was_moved(bundle, training, project, module_host, tmp_path):
    """By the list of recent projects; or else the user opens the project."""
    case = project.read().cases[1].id
    another_day(training, module_host, bundle, tmp_path / "Moved")
    show(training, module_host)
    assert training.logic.labelling is None
    text = training.ui.messageLabel.text
    assert "not finished" in text and "Open the project" in text
    training.panel.openProject(tmp_path / "Moved")
    assert training.logic.labelling.caseId == case
    assert press_save(training, module_host) == ""
    moved = Project(tmp_path / "Moved")
    assert moved.read().case(case).label.parent == moved.folder / "labels"
    # The scene goes on knowing the folder where it was: the recent projects know better.
    slicer.mrmlScene.Clear(0)
    training.logic.closeProject()
    slicer.util.loadScene(str(bundle))
    show(training, module_host)
    assert training.logic.project.folder == moved.folder
    assert training.logic.labelling.caseId == case
    # The case has a label by now; what the old scene holds takes its place only if asked again.
    first = moved.read().case(case).label
    assert "another label" in press_save(training, module_host)
    assert moved.read().case(case).label == first


def test_other_projects_hear_of_it_once(bundle, training, project, module_host, tmp_path):
    """Not whenever one is opened; its own project still goes on with it."""
    case, others = project.read().cases[1].id, [tmp_path / "A", tmp_path / "B"]
    another_day(training, module_host, bundle, tmp_path / "Moved")
    show(training, module_host)
    assert "not finished" in training.ui.messageLabel.text
    for other in others:
        training.panel.createProject(other)
        assert not training.ui.messageFrame.visible
    training.panel.openProject(tmp_path / "Moved")
    assert training.logic.labelling.caseId == case


def test_a_case_that_was_removed_meanwhile(bundle, training, project, module_host):
    project.remove([project.read().cases[1].id])
    another_day(training, module_host, bundle)
    show(training, module_host)
    assert training.logic.labelling is None
    assert "Add from scene" in training.ui.messageLabel.text
    (volume,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    (label,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    training.logic.addNodes([(volume, label)])
    assert drawn(project.read().cases[1].label) == int((studies.draw(1)[1][[5, 6]] > 0).sum())


def test_an_image_that_is_not_in_the_scene_is_loaded_again(bundle, training, project, module_host):
    another_day(training, module_host, bundle)
    slicer.mrmlScene.RemoveNode(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")[0])
    show(training, module_host)
    assert training.logic.labelling.slices.drawn(2) == [5, 6]
    assert press_save(training, module_host) == ""


def test_where_the_image_was_put_it_stays(bundle, training, project, module_host):
    """Under a transform that the label is not under: what is seen counts, as ever."""
    another_day(training, module_host, bundle)
    (volume,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    turn = add_transform(np.diag([1, -1, 1, 1.0]))
    volume.SetAndObserveTransformNodeID(turn.GetID())
    show(training, module_host)
    assert training.logic.labelling.volumeNode is volume
    assert volume.GetParentTransformNode() is turn
    assert training.logic.labelling.segmentationNode.GetParentTransformNode() is None


def test_an_image_that_was_moved_in_the_saved_scene(bundle, training, project, module_host):
    """What is drawn on it there would lie beside the image's file."""
    another_day(training, module_host, bundle)
    slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")[0].SetOrigin(30, 20, 10)
    show(training, module_host)
    assert "moved or resampled" in press_save(training, module_host)
    assert project.read().cases[1].label is None


def test_discarded_or_saved_it_does_not_come_back(opened, training, project, module_host):
    """Also where the image was deleted, and the drawing is left to the user."""
    paint_slices(opened, (5, 6))
    label = opened.labelling.segmentationNode
    slicer.mrmlScene.RemoveNode(opened.labelling.volumeNode)
    show(training, module_host)
    module_host.click(training.ui.discardLabelButton)
    assert slicer.mrmlScene.IsNodePresent(label)
    training.panel.resuming.onScene()
    training.panel.resuming.enter()
    assert training.logic.labelling is None and not training.ui.messageFrame.visible


@pytest.mark.parametrize("text", ["", "{", "[]", '{"case": 3}', '{"case": "x", "grid": "y"}'])
def test_a_scene_that_says_nonsense(text, training, project, module_host):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Mine")
    node.SetAttribute("SemiGDA.Labelling", text)
    training.panel.resuming.onScene()
    show(training, module_host)
    assert training.logic.labelling is None
    assert slicer.mrmlScene.IsNodePresent(node)


def test_a_scene_with_nothing_drawn_yet(opened, training, project, module_host, tmp_path):
    bundle, case = tmp_path / "scene.mrb", opened.labelling.caseId
    assert slicer.util.saveScene(str(bundle))
    another_day(training, module_host, bundle)
    show(training, module_host)
    assert training.logic.labelling.caseId == case
    paint_slices(training.logic, (5,))
    assert press_save(training, module_host) == ""
    assert np.count_nonzero(studies.draw(1)[1][5]) == drawn(project.read().case(case).label)


def test_it_goes_on_after_the_module_was_reloaded(training, project, module_host):
    """The widget of before watches neither the label nor the views any more."""
    case = project.read().cases[1].id
    training.logic.editLabel(case)
    training.logic.setWholeVolume(False)
    training.logic.markSlices(5, 5)
    slicer.util.reloadScriptedModule("SemiGDATrain")
    widget = module_host.open("SemiGDATrain", height=1100)
    assert widget is not training and widget.logic.labelling.caseId == case
    widget.logic.markSlices(7, 8)
    paint_slices(widget.logic, (5, 7, 8))
    module_host.check()
    assert widget.logic.finishedSlices() == FinishedSlices(2, (5, 7, 8))
    widget.logic.saveLabel()
    assert project.read().case(case).finished == FinishedSlices(2, (5, 7, 8))
    widget.logic.closeProject()


def test_it_goes_on_in_a_project_that_is_renamed_meanwhile(
    opened, training, project, module_host, tmp_path
):
    """Nothing can be saved where the project was; the drawing waits until it is opened again."""
    case = project.read().cases[1].id
    paint_slices(opened, (5, 6))
    show(training, module_host)
    training.panel.openProject(tmp_path)
    assert "Save or discard it first" in training.ui.messageLabel.text
    project.folder.rename(tmp_path / "Renamed")
    assert press_save(training, module_host) != "" and not project.folder.exists()
    training.panel.openProject(tmp_path)
    assert "no training project" in training.ui.messageLabel.text and opened.labelling.isAlive()
    training.panel.createProject(tmp_path / "Another")
    assert training.logic.labelling is None
    assert "does not have its case" in training.ui.messageLabel.text
    training.panel.openProject(tmp_path / "Renamed")
    assert press_save(training, module_host) == ""
    saved = Project(tmp_path / "Renamed").read().case(case).label
    assert drawn(saved) == int((studies.draw(1)[1][[5, 6]] > 0).sum())
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
