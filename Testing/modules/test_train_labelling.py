"""A case's label is drawn in Segment Editor and comes home into the project's folder."""

from __future__ import annotations

import numpy as np
import phantoms
import pytest
import slicer
import studies
from conftest import checked
from slices_fixtures import project

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORED
from semigda_core.labels.segments import read_segments
from Testing import dicom_seg

__all__ = ["project"]


def edit(widget, host, case) -> tuple:
    """Opens the case and gives volume and segmentation as Segment Editor has them."""
    section = widget.panel.sections["Cases"]
    section.table.select([case.id])
    host.click(section.ui.editButton)
    assert host.selected == "SegmentEditor"
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    return editor.sourceVolumeNode(), editor.segmentationNode()


def names(segmentation) -> list[str]:
    segments = segmentation.GetSegmentation()
    return [segments.GetNthSegment(n).GetName() for n in range(segments.GetNumberOfSegments())]


def voxels(segmentation, name, volume) -> np.ndarray:
    identifier = segmentation.GetSegmentation().GetSegmentIdBySegmentName(name)
    return slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, identifier, volume) > 0


def paint(segmentation, name, volume, mask) -> None:
    identifier = segmentation.GetSegmentation().GetSegmentIdBySegmentName(name)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask.astype(np.uint8), segmentation, identifier, volume
    )


def counts(widget, host, case_id) -> dict:
    checked(widget, host)
    parts = widget.panel.context.facts[case_id]["label"]["parts"]
    return {name: part["voxels"] for name, part in parts.items()}


def editor_buttons() -> list:
    """Buttons that were put into Segment Editor."""
    import qt

    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    return [
        one for one in editor.parent.findChildren(qt.QPushButton) if one.text.startswith("Back")
    ]


def test_draw_a_new_label(training, project, module_host, artifacts):
    case = project.read().cases[1]
    volume, segmentation = edit(training, module_host, case)
    assert names(segmentation) == ["ball", "core"]
    assert np.array_equal(slicer.util.arrayFromVolume(volume), studies.draw(1)[0])
    truth = studies.draw(1)[1]
    paint(segmentation, "ball", volume, truth == 1)
    paint(segmentation, "core", volume, truth == 2)
    module_host.open("SemiGDATrain", height=1100)
    assert "Labelling DOE_JANE_01" in training.ui.labellingLabel.text
    module_host.grab(training, artifacts / "train-labelling-bar.png")
    module_host.click(training.ui.backToEditorButton)
    assert module_host.selected == "SegmentEditor"
    (back,) = editor_buttons()
    back.click()
    assert module_host.selected == "SemiGDATrain"
    module_host.click(training.ui.saveLabelButton)
    module_host.process()
    assert not training.ui.labellingFrame.visible and not editor_buttons()
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert not slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    case = project.read().case(case.id)
    assert case.label.parent == project.folder / "labels" and case.origin == "human"
    expected = {name: int((truth == n).sum()) for n, name in ((1, "ball"), (2, "core"))}
    assert counts(training, module_host, case.id) == expected


def test_correct_a_label(training, project, module_host):
    """The user's own file stays as it is."""
    case = project.read().cases[0]
    before = case.label.read_bytes()
    project.set_label(case.id, case.label, "machine")
    volume, segmentation = edit(training, module_host, case)
    truth = studies.draw(0)[1]
    assert np.array_equal(voxels(segmentation, "core", volume), truth == 2)
    paint(segmentation, "ball", volume, truth < 0)  # as Segment Editor does with what is under it
    paint(segmentation, "core", volume, truth > 0)
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.saveLabelButton)
    changed = project.read().case(case.id)
    assert changed.origin == "edited" and changed.label != case.label
    assert case.label.read_bytes() == before
    assert counts(training, module_host, case.id)["core"] == int((truth > 0).sum())


def test_a_label_that_two_cases_share_is_changed_for_one(training, project, module_host):
    first, second = project.read().cases
    shared = project.folder / "labels" / "shared.seg.nrrd"
    shared.parent.mkdir()
    shared.write_bytes(first.label.read_bytes())
    for case in (first, second):
        project.set_label(case.id, shared)
    training.panel.refresh()
    volume, segmentation = edit(training, module_host, second)
    paint(segmentation, "core", volume, studies.draw(0)[1] < 0)
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.saveLabelButton)
    assert shared.read_bytes() == first.label.read_bytes()
    assert project.read().case(first.id).label == shared
    assert project.read().case(second.id).label not in (shared, None)


@pytest.mark.parametrize("left_handed", [False, True])
def test_label_map_becomes_segments(training, project, module_host, tmp_path, left_handed):
    """Also one that is stored in another order of slices than its image."""
    case = project.read().cases[1]
    truth = studies.draw(1)[1]
    stored, origin = (truth[::-1], (0, 0, 2.5 * 11)) if left_handed else (truth, (0, 0, 0))
    label = studies.write_nrrd(tmp_path / "map.nrrd", stored, origin, left_handed)
    project.set_label(case.id, label)
    with pytest.raises(SemiGDAError, match="values without a class"):
        training.logic.editLabel(case.id)
    project.set_mapping({"1": 1, "2": 1})
    training.panel.refresh()
    volume, segmentation = edit(training, module_host, case)
    assert sorted(names(segmentation)) == ["ball", "core"]
    assert np.array_equal(voxels(segmentation, "ball", volume), truth > 0)
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.saveLabelButton)
    assert counts(training, module_host, case.id) == {"ball": int((truth > 0).sum())}


@pytest.mark.parametrize("value", [3, 255])
def test_unlabelled_voxels_of_a_label_map_stay_unlabelled(
    training, project, module_host, tmp_path, value
):
    """Also where nothing but 255 is drawn, which otherwise is the white of a mask."""
    case = project.read().cases[1]
    labels = np.where(studies.draw(1)[1] > 0, value, 0).astype(np.uint8)
    project.set_label(case.id, studies.write_nrrd(tmp_path / "map.nrrd", labels))
    project.set_mapping({"1": 1, str(value): IGNORED})
    training.panel.refresh()
    volume, segmentation = edit(training, module_host, case)
    assert sorted(names(segmentation)) == ["Ignore", "ball", "core"]
    assert np.array_equal(voxels(segmentation, "Ignore", volume), labels > 0)
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.saveLabelButton)
    (ignored,) = [one for one in read_segments(project.read().case(case.id).label) if one.ignored]
    assert ignored.name == "Ignore"
    assert not project.read().unmapped()


def test_discard(training, project, module_host):
    case = project.read().cases[0]
    volume, segmentation = edit(training, module_host, case)
    paint(segmentation, "core", volume, np.zeros(studies.SHAPE, bool))
    module_host.open("SemiGDATrain")
    ui = training.ui
    module_host.click(ui.discardLabelButton)
    assert "not saved" in ui.messageLabel.text
    module_host.click(ui.messageDismissButton)
    assert ui.labellingFrame.visible and not voxels(segmentation, "core", volume).any()
    module_host.click(ui.discardLabelButton)
    module_host.click(ui.messageActionButton)
    assert project.read().case(case.id).label == case.label
    assert not slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert not (project.folder / "labels").exists()


def test_what_nobody_changed_is_discarded_without_a_question(training, project, module_host):
    edit(training, module_host, project.read().cases[0])
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.discardLabelButton)
    assert training.logic.labelling is None and not training.ui.messageFrame.visible


def test_marks_alone_are_asked_about(training, project, module_host):
    edit(training, module_host, project.read().cases[1])
    training.logic.markSlices(2, 4)
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.discardLabelButton)
    assert "not saved" in training.ui.messageLabel.text and training.logic.labelling is not None
    module_host.click(training.ui.messageActionButton)
    assert training.logic.labelling is None


def test_nothing_drawn_is_said(training, project, module_host):
    case = project.read().cases[1]
    edit(training, module_host, case)
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.saveLabelButton)
    assert "empty" in training.ui.messageLabel.text and training.ui.labellingFrame.visible
    assert project.read().case(case.id).label is None
    other = project.read().cases[0]
    section = training.panel.sections["Cases"]
    section.table.select([other.id])
    module_host.click(section.ui.editButton)
    assert "Another case" in training.ui.messageLabel.text
    module_host.click(training.ui.discardLabelButton)
    assert training.logic.labelling is None


def test_scene_closed_while_labelling(training, project, module_host):
    edit(training, module_host, project.read().cases[1])
    slicer.mrmlScene.Clear(0)
    module_host.open("SemiGDATrain")
    assert "removed from the scene" in training.ui.labellingLabel.text
    assert not training.ui.saveLabelButton.enabled
    module_host.click(training.ui.discardLabelButton)
    assert not training.ui.labellingFrame.visible


def test_file_that_cannot_be_loaded(training, project, module_host):
    case = project.read().cases[1]
    case.image.write_bytes(b"NRRD0004\nnonsense\n\n")
    section = training.panel.sections["Cases"]
    section.table.select([case.id])
    section.ui.editButton.click()
    module_host.errors.clear()  # Slicer's own reader logs them
    assert "cannot load" in training.ui.messageLabel.text
    assert training.logic.labelling is None
    assert not slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")


@pytest.mark.parametrize("geometry", ["AXIAL", "OBLIQUE"])
def test_a_series_is_opened_as_it_is_read(training, project, tmp_path, geometry):
    """The order of its files' names says nothing, and what a CD or Windows adds comes first."""
    import pydicom

    from SemiGDALib import nodes

    affine = getattr(dicom_seg, geometry)
    slices = dicom_seg.write_series(tmp_path / "CD" / "P1", phantoms.image(), affine)
    slices[0].with_name("!README.txt").write_text("Viewer: start.exe", encoding="utf-8")
    slices[0].with_name("$Thumbs.db").write_bytes(b"\0" * 4000)
    report = pydicom.dcmread(slices[0])
    report.Modality, report.SeriesInstanceUID = "SR", pydicom.uid.generate_uid()
    report.save_as(slices[0].with_name("%report.dcm"))
    for path in slices[1:]:
        path.rename(path.with_name(f"{pydicom.uid.generate_uid()}"))
    training.logic.addFolder(tmp_path / "CD")
    case = project.read().cases[-1]
    assert case.image == slices[0].parent
    training.logic.editLabel(case.id)
    volume = training.logic.labelling.volumeNode
    shown = slicer.util.arrayFromVolume(volume)
    matrix = np.diag([-1, -1, 1, 1]) @ slicer.util.arrayFromVTKMatrix(nodes.ijkToRas(volume))
    for z, plane in enumerate(phantoms.image()):  # each where its file says
        k, j, i = np.round(np.linalg.solve(matrix, affine @ [0, 0, z, 1]))[2::-1].astype(int)
        assert (j, i) == (0, 0) and np.array_equal(shown[k], plane)
    training.logic.discardLabel()
