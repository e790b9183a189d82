"""Finished slices in files, scenes and projects, whichever way their grids count."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import studies
from slices_fixtures import (
    opened,
    paint_slices,
    predicted,
    project,
    tags,
)

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import FINISHED_TAG, IGNORE_TAG, FinishedSlices
from semigda_core.labels.segments import read_segments

__all__ = ["opened", "project"]


def test_saved_opened_and_corrected(opened):
    """An empty slice beyond what is drawn stays finished, too."""
    case_id = opened.labelling.caseId
    opened.setWholeVolume(False)
    paint_slices(opened, (5, 6))
    with pytest.raises(SemiGDAError, match="No slice of the label is marked"):
        opened.saveLabel()
    opened.markSlices(5, 6)
    opened.markSlices(11, 11)
    opened.saveLabel()
    case = opened.project.read().case(case_id)
    assert case.finished == FinishedSlices(2, (5, 6, 11)) and case.role == "labeled"
    assert {one.tags[FINISHED_TAG] for one in read_segments(case.label)} == {"2: 5-6 11"}
    opened.editLabel(case_id)
    assert opened.finishedSlices() == case.finished
    assert opened.slices().drawn(2) == [5, 6]
    opened.setWholeVolume()
    opened.saveLabel()
    assert opened.project.read().case(case_id).finished is None


def test_a_prediction_corrected_on_some_slices(training, project, module_host):
    """All that the model drew is there, and only what was looked at counts."""
    case = project.read().cases[1]
    predicted(project, case, studies.draw(1)[1])
    training.logic.editLabel(case.id, training.logic.inbox()[0].label)
    assert training.logic.finishedSlices() is None
    training.logic.markSlices(6, 7)
    training.logic.saveLabel()
    saved = project.read().case(case.id)
    assert saved.finished == FinishedSlices(2, (6, 7)) and saved.origin == "edited"
    assert training.logic.inbox() == []


def test_switching_and_closing_ask_as_before(training, project, module_host, tmp_path):
    """Marks alone are a change, too: nothing takes them away without a word."""
    first, second = project.read().cases
    training.logic.editLabel(second.id)
    training.logic.markSlices(6, 7)
    with pytest.raises(SemiGDAError, match="Another case"):
        training.logic.editLabel(first.id)
    training.logic.editLabel(second.id)  # the same case again
    training.panel.createProject(tmp_path / "Other")
    assert "not saved yet" in training.ui.messageLabel.text
    assert training.logic.finishedSlices() == FinishedSlices(2, (6, 7))
    training.logic.discardLabel()
    assert project.read().case(second.id).label is None
    with pytest.raises(SemiGDAError, match="No label is open"):
        training.logic.markSlice()


def test_drawn_on_a_finer_grid(opened):
    """*Specify geometry* of Segment Editor: slices stay those of the image."""
    case_id, volume = opened.labelling.caseId, opened.labelling.volumeNode
    fine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    fine.CopyOrientation(volume)
    slicer.util.updateVolumeFromArray(fine, np.zeros([2 * n for n in studies.SHAPE], np.uint8))
    fine.SetSpacing([step / 2 for step in volume.GetSpacing()])
    mask = np.zeros([2 * n for n in studies.SHAPE], np.uint8)
    mask[10:14, 10:20, 10:20] = 1
    node = opened.labelling.segmentationNode
    identifier = node.GetSegmentation().GetSegmentIdBySegmentName("ball")
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, identifier, fine)
    slicer.mrmlScene.RemoveNode(fine)
    opened.markSlices(5, 7)
    assert 6 in opened.slices().drawn(2)
    opened.saveLabel()
    assert opened.project.read().case(case_id).finished == FinishedSlices(2, (5, 6, 7))


def test_kept_by_slicer_in_files_and_bundles(opened, tmp_path):
    """As Slicer saves them, the whole grid or only what is drawn, and as a scene."""
    paint_slices(opened, (5, 6))
    opened.markSlices(5, 7)
    node, volume = opened.labelling.segmentationNode, opened.labelling.volumeNode
    from SemiGDALib.train.slices.marks import finishedOn

    for crop in (False, True):
        path = tmp_path / f"crop{crop}.seg.nrrd"
        storage = slicer.vtkMRMLSegmentationStorageNode()
        storage.SetFileName(str(path))
        storage.SetCropToMinimumExtent(crop)
        assert storage.WriteData(node)
        again = slicer.util.loadSegmentation(str(path), {})
        assert finishedOn(again, volume) == FinishedSlices(2, (5, 6, 7))
        slicer.mrmlScene.RemoveNode(again)
    bundle = tmp_path / "scene.mrb"
    assert slicer.util.saveScene(str(bundle))
    name = node.GetName()
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(bundle))
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    (volume,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert node.GetName() == name and tags(node) == ["2: 5-7"] * 2
    assert finishedOn(node, volume) == FinishedSlices(2, (5, 6, 7))


def test_a_segmentation_of_the_scene_brings_its_marks(training, project, module_host):
    """*From the scene...*, with the label on a grid that counts its slices the other way."""
    case = project.read().cases[1]
    volume = slicer.util.loadVolume(str(case.image), {})
    truth = studies.draw(1)[1]
    path = studies.write_nrrd(
        project.folder.parent / "turned.seg.nrrd", truth[::-1], (0, 0, 2.5 * 11), True, ("ball",)
    )
    node = slicer.util.loadSegmentation(str(path), {})
    node.GetSegmentation().GetNthSegment(0).SetTag(FINISHED_TAG, "2: 0-2")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    training.logic.setLabelNode(case.id, node)
    assert project.read().case(case.id).finished == FinishedSlices(2, (9, 10, 11))


@pytest.mark.parametrize("left_handed", [False, True])
def test_a_label_map_with_finished_slices(training, project, module_host, left_handed):
    """The project knows them, as slices of the file; Slicer reverses a left-handed one."""
    case = project.read().cases[1]
    truth = (studies.draw(1)[1] == 1).astype(np.uint8)
    stored, origin = (truth[::-1], (0, 0, 2.5 * 11)) if left_handed else (truth, (0, 0, 0))
    label = studies.write_nrrd(project.folder.parent / "map.nrrd", stored, origin, left_handed)
    project.set_mapping({"1": 1})
    project.set_label(case.id, label)
    project.set_finished(case.id, FinishedSlices(2, (0, 1, 4)))
    training.logic.editLabel(case.id)
    expected = (7, 10, 11) if left_handed else (0, 1, 4)
    assert training.logic.finishedSlices() == FinishedSlices(2, expected)
    training.logic.discardLabel()


@pytest.mark.parametrize("ignored", [False, True])
def test_a_label_whose_slices_count_the_other_way(training, project, module_host, ignored):
    """Its tags are the image's as soon as it is open: also in a scene that is saved then."""
    from SemiGDALib.train.slices.marks import finishedOn

    case = project.read().cases[1]
    truth = studies.draw(1)[1]
    names = ("ball", "Ignore") if ignored else ("ball", "core")
    path = project.folder.parent / "turned.seg.nrrd"
    studies.write_nrrd(path, truth[::-1], (0, 0, 2.5 * 11), True, names)
    header = path.read_bytes()
    for number in range(2):
        told = f"{FINISHED_TAG}:2: 0 3-4|"
        told += f"{IGNORE_TAG}:1|" if ignored and number else ""
        layer = f"Segment{number}_Layer:=0\n".encode()
        header = header.replace(layer, layer + f"Segment{number}_Tags:={told}\n".encode())
    path.write_bytes(header)
    project.set_label(case.id, path)
    assert project.read().case(case.id).finished == FinishedSlices(2, (0, 3, 4))
    training.logic.editLabel(case.id)
    label = training.logic.labelling
    assert training.logic.finishedSlices() == FinishedSlices(2, (7, 8, 11))
    assert finishedOn(label.segmentationNode, label.volumeNode) == FinishedSlices(2, (7, 8, 11))
    training.logic.saveLabel()
    saved = project.read().case(case.id)
    assert saved.finished == FinishedSlices(2, (7, 8, 11))
    assert saved.segments == (("ball",) if ignored else ("ball", "core"))
