"""What happens to a label that is being drawn when its scene, its project or its disk changes."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import studies
import train_fixtures
from conftest import checked
from slices_fixtures import opened, paint_slices, predicted, project
from test_segment_geometry import add_transform

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import FinishedSlices
from semigda_core.labels.segments import read_segments
from semigda_core.project.project import Project

__all__ = ["opened", "project"]


def show(training, host):
    host.open("SemiGDATrain", height=1100)
    training.panel.refresh()


def press_save(training, host) -> str:
    """What the panel says then."""
    show(training, host)
    host.click(training.ui.saveLabelButton)
    return training.ui.messageLabel.text if training.ui.messageFrame.visible else ""


def drawn(path) -> int:
    """Voxels of a label file."""
    import SimpleITK as sitk

    return int((sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > 0).sum())


def test_another_scene_with_the_same_ids(opened, training, project, module_host):
    """Whose image and segmentation are neither saved as the case's label nor deleted."""
    ids = opened.labelling.volumeNode.GetID(), opened.labelling.segmentationNode.GetID()
    slicer.mrmlScene.Clear(0)
    volume = slicer.util.addVolumeFromArray(np.ones(studies.SHAPE, np.int16), name="Other")
    label = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Mine")
    assert (volume.GetID(), label.GetID()) == ids
    segment = label.GetSegmentation().AddEmptySegment("", "ball")
    mask = np.ones(studies.SHAPE, np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, label, segment, volume)
    show(training, module_host)
    assert "removed from the scene" in training.ui.labellingLabel.text
    assert not training.ui.saveLabelButton.enabled
    with pytest.raises(SemiGDAError, match="nothing to save"):
        opened.saveLabel()
    module_host.click(training.ui.discardLabelButton)
    assert project.read().cases[1].label is None
    assert slicer.util.getNode("Other") is volume and slicer.util.getNode("Mine") is label


def test_a_drawing_outlives_its_image(opened, training, project, module_host, tmp_path):
    """The image was deleted by mistake: what was drawn goes only if the user deletes it."""
    paint_slices(opened, (5, 6))
    case, label = opened.labelling.caseId, opened.labelling.segmentationNode
    slicer.mrmlScene.RemoveNode(opened.labelling.volumeNode)
    training.panel.refresh()
    opened.editLabel(case)  # as the message says
    assert opened.labelling.isAlive() and opened.labelling.segmentationNode is not label
    assert slicer.mrmlScene.IsNodePresent(label)
    opened.discardLabel()
    assert slicer.mrmlScene.IsNodePresent(label)


def test_two_slicers_label_one_case(opened, training, project, module_host):
    case = opened.labelling.caseId
    paint_slices(opened, (5, 6))
    theirs = studies.write_nrrd(
        project.folder.parent / "theirs.seg.nrrd", studies.draw(1)[1], segments=("ball", "core")
    )
    Project(project.folder).set_label(case, theirs)
    assert "another label meanwhile" in press_save(training, module_host)
    assert project.read().case(case).label == theirs and opened.labelling is not None
    assert press_save(training, module_host) == ""
    assert project.read().case(case).label != theirs and theirs.is_file()


def test_two_slicers_label_one_case_in_its_own_file(opened, training, project, module_host):
    """The file of the project is written again by both."""
    case = opened.labelling.caseId
    paint_slices(opened, (5, 6))
    opened.saveLabel()
    mine = project.read().case(case).label
    opened.editLabel(case)
    paint_slices(opened, (5,))
    studies.write_nrrd(mine, studies.draw(1)[1], segments=("ball", "core"))
    theirs = mine.read_bytes()
    assert "another label meanwhile" in press_save(training, module_host)
    assert press_save(training, module_host) == ""
    assert mine.read_bytes() == theirs
    now = project.read().case(case).label
    assert now != mine and drawn(now) == int((studies.draw(1)[1][5] > 0).sum())


def test_saved_twice_it_is_the_same_file(opened, training, project, module_host):
    case = opened.labelling.caseId
    paint_slices(opened, (5, 6))
    opened.labelling.save()
    first = project.read().case(case).label
    paint_slices(opened, (5,))
    opened.labelling.save()
    assert project.read().case(case).label == first
    assert drawn(first) == int((studies.draw(1)[1][5] > 0).sum())


def test_the_case_was_removed_meanwhile(opened, training, project, module_host):
    paint_slices(opened, (5, 6))
    Project(project.folder).remove([opened.labelling.caseId])
    assert press_save(training, module_host)
    assert opened.labelling is not None and opened.labelling.isAlive()
    assert list((project.folder / "labels").glob("*")) == []


def test_a_folder_that_cannot_be_written(opened, training, project, module_host):
    paint_slices(opened, (5, 6))
    (project.folder / "labels").write_text("in the way")
    assert "cannot be used" in press_save(training, module_host)
    assert opened.labelling.isAlive()
    (project.folder / "labels").unlink()
    assert press_save(training, module_host) == ""
    assert project.read().cases[1].label is not None


def test_an_image_that_was_moved_or_resampled(opened, training, project, module_host):
    """The label would lie beside the image's file."""
    paint_slices(opened, (5, 6))
    volume = opened.labelling.volumeNode
    origin = volume.GetOrigin()
    volume.SetOrigin(30, 20, 10)
    assert "moved or resampled" in press_save(training, module_host)
    assert project.read().cases[1].label is None
    volume.SetOrigin(*origin)
    assert press_save(training, module_host) == ""


def test_a_label_under_a_transform_and_hidden_segments(opened, project):
    """Saved as it is seen; whether a segment is shown says nothing of it."""
    labelling, truth = opened.labelling, studies.draw(1)[1]
    node = labelling.segmentationNode
    turn = add_transform(np.diag([1, -1, 2, 1.0]))
    labelling.volumeNode.SetAndObserveTransformNodeID(turn.GetID())
    node.SetAndObserveTransformNodeID(turn.GetID())
    paint_slices(opened, range(12))
    node.GetDisplayNode().SetSegmentVisibility(node.GetSegmentation().GetNthSegmentID(0), False)
    node.SetName("Renamed")
    opened.saveLabel()
    (_first, case) = project.read().cases
    assert drawn(case.label) == int((truth > 0).sum())
    assert [one.name for one in read_segments(case.label)] == ["ball", "core"]


def test_decisions_that_fail_are_not_called_made(training, project, module_host):
    case = project.read().cases[1]
    predicted(project, case, studies.draw(1)[1])
    training.panel.refresh()
    review = training.panel.sections["Review"]
    assert review.ui.inboxTable.rowCount == 1
    (project.folder / "inbox" / f"{case.id}.seg.nrrd").unlink()  # by another Slicer
    review.onAccept()
    assert "Accepted" not in training.ui.logText.plainText
    assert "any more" in training.ui.messageLabel.text


# Images that truly show nothing


def test_marked_slices_that_are_truly_empty(opened, training, project, module_host):
    case = opened.labelling.caseId
    opened.setWholeVolume(False)
    opened.markSlices(0, 11)
    assert press_save(training, module_host) == ""
    saved = project.read().case(case)
    assert saved.finished == FinishedSlices(2, range(12)) and saved.role == "labeled"
    assert drawn(saved.label) == 0
    checked(training, module_host)
    parts = training.panel.context.facts[case]["label"]["parts"]
    assert {name: part["voxels"] for name, part in parts.items()} == {"ball": 0, "core": 0}
    assert "empty-label" not in [one.code for one in training.panel.context.findings]
    training.logic.editLabel(case)
    assert training.logic.finishedSlices() == saved.finished
    assert training.logic.slices().drawn(2) == []
    paint_slices(training.logic, (5,))
    training.logic.saveLabel()
    assert drawn(project.read().case(case).label) > 0


def test_a_whole_volume_that_is_empty_is_asked_about(
    opened, training, project, module_host, artifacts
):
    case, ui = opened.labelling.caseId, training.ui
    assert "label is empty" in press_save(training, module_host)
    train_fixtures.picture(training, module_host, artifacts, "labelling-empty")
    module_host.click(ui.messageDismissButton)
    assert project.read().case(case).label is None and opened.labelling is not None
    press_save(training, module_host)
    module_host.click(ui.messageActionButton)
    saved = project.read().case(case)
    assert opened.labelling is None and saved.finished is None and drawn(saved.label) == 0
    assert [one.name for one in read_segments(saved.label)] == ["ball", "core"]
    opened.editLabel(case)  # Slicer's reader takes it
    assert opened.labelling.isAlive()
