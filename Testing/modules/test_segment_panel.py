"""The panel as a user meets it: every button, every state, and what a saved scene brings back."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer
from segment_fixtures import choose, idle, run, table

from semigda_core.errors import SemiGDAError


def picture(panel, host, artifacts, name) -> None:
    host.grab(panel, artifacts / f"segment-panel-{name}.png")


def test_empty(panel, module_host, artifacts):
    ui = panel.ui
    assert not ui.segmentButton.enabled
    assert "Choose" in ui.segmentButton.toolTip
    assert ui.outputSegmentationSelector.currentNode() is None
    assert not ui.resultCollapsibleButton.visible and not ui.messageFrame.visible
    assert not ui.progressArea.visible
    picture(panel, module_host, artifacts, "empty")


def test_long_names_do_not_widen_the_panel(panel, module_host):
    from Testing.host.session import PANEL_WIDTH

    name = "Lebermetastasenverlaufskontrolle_Abdomen_CT_2026_endgueltig"
    choose(panel, module_host, phantoms.add_volume(name=name))
    run(panel, module_host)
    (result,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    panel.ui.outputSegmentationSelector.setCurrentNode(result)
    module_host.process(0.1)
    assert result.GetName().startswith(name) and panel.ui.resultCollapsibleButton.visible
    assert panel.parent.width == PANEL_WIDTH


def test_only_volumes_can_be_chosen(panel, module_host):
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    scalar = phantoms.add_volume()
    colours = phantoms.add_volume(np.zeros((1, 4, 4, 3), np.uint8))
    module_host.process()
    selector = panel.ui.inputVolumeSelector
    assert sorted(selector.nodeTypes) == ["vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode"]
    assert {selector.nodeFromIndex(n) for n in range(selector.nodeCount())} == {scalar, colours}


def test_first_image_is_proposed(panel, module_host):
    """Not a label map, nor the review map of an earlier run."""
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    earlier = phantoms.add_volume(name="Earlier map")
    earlier.SetAttribute("SemiGDA.IsReviewMap", "1")
    image = phantoms.add_volume()
    module_host.close()
    module_host.open("SemiGDASegment")
    assert panel.ui.inputVolumeSelector.currentNode() is image


def test_segment(panel, module_host, artifacts):
    volume = phantoms.add_volume(np.tile(phantoms.image(), (10, 1, 1)), name="MR head")
    choose(panel, module_host, volume)
    picture(panel, module_host, artifacts, "ready")
    ui = panel.ui
    module_host.click(ui.segmentButton)
    assert ui.segmentButton.text == "Cancel" and ui.progressBar.visible
    module_host.wait(lambda: ui.progressBar.value > 20 or idle(panel), 60)
    picture(panel, module_host, artifacts, "running")
    module_host.wait(lambda: idle(panel), 60)
    assert not ui.messageFrame.visible and not ui.progressArea.visible
    assert ui.resultCollapsibleButton.visible
    rows = table(panel)
    assert [row[1] for row in rows] == ["bright", "brighter"]
    assert float(rows[0][2].removesuffix(" ml")) > 1 and rows[0][3].split()[1] in (
        "good",
        "check",
        "doubtful",
    )
    picture(panel, module_host, artifacts, "result")


def test_new_segmentation_every_time(panel, module_host):
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    run(panel, module_host)
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 2
    assert panel.ui.outputSegmentationSelector.currentNode() is None


def test_a_review_map_does_not_stay_over_another_result(panel, module_host):
    """Also where the next result goes into the same segmentation."""
    other = phantoms.add_volume(name="Dose")
    slicer.util.setSliceViewerLayers(foreground=other, foregroundOpacity=0.3)
    volume = phantoms.add_volume()
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    for output in (None, None, "the same"):
        result = panel.logic.getParameterNode().resultSegmentation
        choose(panel, module_host, volume, outputSegmentation=output and result)
        run(panel, module_host)
        assert not panel.ui.showReviewCheckBox.checked
        seen = {(one.GetForegroundVolumeID(), one.GetForegroundOpacity()) for one in composites}
        assert seen == {(other.GetID(), 0.3)}
        panel.ui.showReviewCheckBox.click()
        review = panel.logic.result.reviewNode.GetID()
        assert {one.GetForegroundVolumeID() for one in composites} == {review}
    panel.panel.segment()
    panel.logic.cancel()  # leaves the views as they were
    module_host.wait(lambda: idle(panel), 60)
    assert {one.GetForegroundVolumeID() for one in composites} == {review}


def test_result_buttons(panel, module_host, artifacts):
    matrix = np.array([[-0.8, 0.1, 0, 20], [0.1, 0.8, 0, -30], [0, 0, 2.0, 5], [0, 0, 0, 1]])
    volume = phantoms.add_volume(ijk_to_ras=matrix, name="MR")
    slicer.util.setSliceViewerLayers(background=volume)
    choose(panel, module_host, volume)
    run(panel, module_host)
    ui, node = panel.ui, panel.logic.result.segmentationNode
    assert not ui.showReviewCheckBox.checked
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    assert composites

    ui.showReviewCheckBox.click()
    review = panel.logic.result.reviewNode
    assert all(one.GetForegroundVolumeID() == review.GetID() for one in composites)
    module_host.slice_view(artifacts / "segment-review-map.png", "Red")
    ui.showReviewCheckBox.click()
    assert all(one.GetForegroundVolumeID() is None for one in composites)

    spots = panel.logic.spots(node)
    assert spots and ui.nextSpotButton.enabled
    slice_nodes = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    for expected in [*spots, spots[0]]:
        module_host.click(ui.nextSpotButton)
        to_ras = volume_matrix(volume)
        position = to_ras[:3, :3] @ expected["ijk"] + to_ras[:3, 3]
        for one in slice_nodes:
            centre = [one.GetSliceToRAS().GetElement(row, 3) for row in range(3)]
            assert np.allclose(centre, position, atol=0.01)
    assert f"1 of {len(spots)}" in ui.resultNoteLabel.text

    module_host.click(ui.show3DButton)
    assert ui.show3DButton.checked
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")
    module_host.slice_view(artifacts / "segment-slice.png", "Red")
    module_host.three_d_view(artifacts / "segment-3d.png")
    module_host.click(ui.show3DButton)
    assert not node.GetSegmentation().ContainsRepresentation("Closed surface")
    ui.resultTable.cellDoubleClicked.emit(1, 1)
    module_host.check()


def test_a_double_click_begins_and_does_not_cancel(panel, module_host):
    """The button is *Cancel* after the first click."""
    choose(panel, module_host, phantoms.add_volume(np.tile(phantoms.image(), (60, 1, 1))))
    for _click in range(2):
        panel.ui.segmentButton.click()
        module_host.process()
    module_host.process(0.6)
    assert panel.ui.segmentButton.text == "Cancel"
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: idle(panel), 10)
    assert panel.ui.phaseLabel.text.startswith("Cancelled")


def volume_matrix(volume):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def test_absent_structure_is_said(panel, module_host):
    from SemiGDALib import provenance

    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    result = provenance.resultOf(node)
    for row in result["segments"]:
        row.update(id=None, ml=0.0, voxels=0, agreement=0.8)
    node.SetAttribute(provenance.RESULT, json.dumps(result))
    panel.panel._result.show(node)
    assert [row[2] for row in table(panel)] == ["not found", "not found"]
    assert table(panel)[0][3] == "0.80 check"
    assert "none" in panel.ui.resultNoteLabel.text
    result["notes"] = ["The picture is not of 8 bits: 65535 was taken as white."]
    node.SetAttribute(provenance.RESULT, json.dumps(result))
    panel.panel._result.show(node)
    assert panel.ui.resultNoteLabel.text.startswith(f"{result['notes'][0]} ")


def test_cancel(panel, module_host, artifacts):
    volume = phantoms.add_volume(np.tile(phantoms.image(), (600, 1, 1)))
    choose(panel, module_host, volume)
    before = [one for one in phantoms.scene_state() if "SegmentParameter" not in one[0]]
    ui = panel.ui
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: ui.progressBar.value > 0, 60)
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: idle(panel), 2)
    assert "unchanged" in ui.phaseLabel.text and not ui.messageFrame.visible
    after = [one for one in phantoms.scene_state() if "SegmentParameter" not in one[0]]
    assert after == before
    picture(panel, module_host, artifacts, "cancelled")
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    assert panel.logic.result is not None


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a POSIX signal")
def test_error_and_report(panel, module_host, artifacts):
    from SemiGDALib.jobs.worker import Worker

    volume = phantoms.add_volume(np.tile(phantoms.image(), (600, 1, 1)), name="Smith^John")
    choose(panel, module_host, volume)
    ui = panel.ui
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: ui.progressBar.value > 0, 60)
    os.kill(Worker.of("segment").processId(), signal.SIGKILL)
    module_host.wait(lambda: idle(panel), 5)
    assert ui.messageFrame.visible and "memory" in ui.messageLabel.text
    assert "exit" not in ui.messageLabel.text
    ui.logCollapsibleButton.collapsed = False
    module_host.click(ui.copyReportButton)
    report = slicer.app.clipboard().text()
    assert "worker-died" in report and "bright" in report and "48x40x720" in report
    assert "Smith" not in report and str(Path.home()) + "/" not in report
    picture(panel, module_host, artifacts, "error")
    module_host.click(ui.messageDismissButton)
    assert not ui.messageFrame.visible
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    assert ui.resultCollapsibleButton.visible and not ui.messageFrame.visible


def test_device_that_is_not_there(panel, module_host, artifacts):
    choose(panel, module_host, phantoms.add_volume(), device="mps")
    run(panel, module_host)
    ui = panel.ui
    assert ui.messageFrame.visible and ui.messageActionButton.text == "Use the CPU"
    picture(panel, module_host, artifacts, "device")
    module_host.click(ui.messageActionButton)
    module_host.wait(lambda: idle(panel), 60)
    assert panel.logic.result is not None and not ui.messageFrame.visible
    assert ui.deviceComboBox.currentText == "CPU"


def test_device_that_is_not_there_for_several_volumes(panel, module_host):
    volumes = [phantoms.add_volume(name=f"MR {number}") for number in range(2)]
    choose(panel, module_host, volumes[0], device="mps")
    several = panel.panel.several
    several.sourceComboBox.currentIndex = 0
    several.button.collapsed = False
    several.refresh()
    for button in (several.startButton, panel.ui.messageActionButton):
        assert button.text in ("Segment all", "Use the CPU")
        module_host.click(button)
        module_host.wait(lambda: several.startButton.text == "Segment all", 60)
    assert not panel.ui.messageFrame.visible
    assert len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) == 2


def test_invalid_voxels_are_offered_to_be_replaced(panel, module_host):
    voxels = phantoms.image(kind=np.float32)
    voxels[0, 0, 0] = np.nan
    volume = phantoms.add_volume(voxels)
    choose(panel, module_host, volume)
    run(panel, module_host)
    ui = panel.ui
    assert "not a number" in ui.messageLabel.text
    assert ui.messageActionButton.text == "Replace and segment"
    choose(panel, module_host, phantoms.add_volume())
    assert not ui.messageFrame.visible  # which would replace nothing in this one
    choose(panel, module_host, volume)
    panel.panel.showError(SemiGDAError("bad-input", "The folder is not empty."))
    assert not ui.messageActionButton.visible  # it is not about the volume
    run(panel, module_host)
    module_host.click(ui.messageActionButton)
    module_host.wait(lambda: idle(panel), 60)
    assert panel.logic.result is not None and ui.replaceInvalidCheckBox.checked


def test_deleted_result_leaves_the_panel(panel, module_host):
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    assert panel.ui.resultCollapsibleButton.visible
    slicer.mrmlScene.RemoveNode(panel.logic.result.segmentationNode)
    module_host.process()
    assert not panel.ui.resultCollapsibleButton.visible


def test_nonlinear_transform_is_asked_about(panel, module_host, artifacts):
    from test_segment_geometry import add_bending

    volume = phantoms.add_volume(ijk_to_ras=np.diag([-1, -1, 2, 1]))
    volume.SetAndObserveTransformNodeID(add_bending().GetID())
    choose(panel, module_host, volume)
    ui = panel.ui
    module_host.click(ui.segmentButton)
    assert idle(panel) and "non-linear" in ui.messageLabel.text
    picture(panel, module_host, artifacts, "question")
    module_host.click(ui.messageDismissButton)
    assert volume.GetParentTransformNode() is not None and not ui.messageFrame.visible
    module_host.click(ui.segmentButton)
    module_host.click(ui.messageActionButton)
    module_host.wait(lambda: idle(panel), 60)
    assert volume.GetParentTransformNode() is None
    assert panel.logic.result is not None


def test_choices_are_kept_in_the_scene(panel, module_host, bright, tmp_path):
    volume = phantoms.add_volume()
    output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Mine")
    choose(panel, module_host, volume)
    ui = panel.ui
    ui.outputSegmentationSelector.setCurrentNode(output)
    ui.branchesComboBox.setCurrentIndex(ui.branchesComboBox.findData("both"))
    ui.branchesComboBox.activated.emit(ui.branchesComboBox.currentIndex)
    ui.replaceInvalidCheckBox.click()
    ui.allPartsCheckBox.click()
    run(panel, module_host)
    assert panel.logic.run.options.all_parts
    rows = table(panel)
    path = tmp_path / "scene.mrb"
    assert slicer.util.saveScene(str(path))
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert ui.inputVolumeSelector.currentNode() is None
    assert not ui.resultCollapsibleButton.visible and not ui.replaceInvalidCheckBox.checked
    slicer.util.loadScene(str(path))
    module_host.process()
    assert ui.inputVolumeSelector.currentNode().GetName() == "Phantom"
    assert ui.outputSegmentationSelector.currentNode().GetName() == "Mine"
    assert ui.branchesComboBox.itemData(ui.branchesComboBox.currentIndex) == "both"
    assert ui.deviceComboBox.currentText == "CPU"
    assert ui.replaceInvalidCheckBox.checked and ui.reviewCheckBox.checked
    assert ui.allPartsCheckBox.checked
    assert ui.resultCollapsibleButton.visible and table(panel) == rows
    assert ui.nextSpotButton.enabled
    ui.replaceInvalidCheckBox.click()
    run(panel, module_host)


def test_scene_closed_while_running(panel, module_host):
    choose(panel, module_host, phantoms.add_volume(np.tile(phantoms.image(), (600, 1, 1))))
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: panel.ui.progressBar.value > 0, 60)
    slicer.mrmlScene.Clear(0)
    module_host.wait(lambda: not panel.logic.isRunning(), 5)
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert not panel.ui.segmentButton.enabled
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    assert panel.ui.resultCollapsibleButton.visible


def test_run_goes_on_while_another_module_is_open(panel, module_host):
    choose(panel, module_host, phantoms.add_volume())
    module_host.click(panel.ui.segmentButton)
    module_host.close()
    module_host.wait(lambda: not panel.logic.isRunning(), 60)
    module_host.open("SemiGDASegment")
    assert panel.ui.resultCollapsibleButton.visible and idle(panel)


def test_model_that_is_not_installed(panel, module_host):
    choose(panel, module_host, phantoms.add_volume(), model="elsewhere")
    assert "not installed" in panel.ui.modelCardLabel.text
    assert not panel.ui.segmentButton.enabled
    panel.logic.getParameterNode().model = "bright"
    module_host.process()
    assert panel.ui.segmentButton.enabled


def test_open_sections(panel, module_host, artifacts):
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    for section in ("advancedCollapsibleButton", "logCollapsibleButton"):
        getattr(panel.ui, section).collapsed = False
    module_host.process(0.1)
    picture(panel, module_host, artifacts, "open")
