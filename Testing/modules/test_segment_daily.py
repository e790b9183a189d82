"""The Segment panel over several volumes, models and scenes, as a day at work brings them."""

from __future__ import annotations

import numpy as np
import phantoms
import pytest
import slicer
import vtk
from scroll_area import scrolled
from segment_fixtures import choose, idle, run, table

from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard


def results():
    return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def shown() -> list[bool]:
    return [bool(node.GetDisplayNode().GetVisibility()) for node in results()]


def test_results_of_other_volumes_step_back(panel, module_host, artifacts):
    first, second = (phantoms.add_volume(name=name) for name in ("MR of Monday", "MR of Tuesday"))
    mine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Drawn by hand")
    mine.CreateDefaultDisplayNodes()
    choose(panel, module_host, first)
    run(panel, module_host)
    ui = panel.ui
    ui.showReviewCheckBox.click()
    composite = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")[0]
    assert composite.GetForegroundVolumeID() and shown() == [True, True]
    choose(panel, module_host, second)
    assert shown() == [True, False] and composite.GetForegroundVolumeID() is None
    assert ui.hiddenLabel.text == "Hidden: MR of Monday segmentation" and ui.hiddenLabel.visible
    run(panel, module_host)
    assert shown() == [True, False, True]
    module_host.grab(panel, artifacts / "segment-panel-hidden.png")
    choose(panel, module_host, first)
    assert shown() == [True, True, False]
    # What the user hides or shows stays so, until another input is chosen.
    results()[2].GetDisplayNode().SetVisibility(True)
    choose(panel, module_host, first, review=False)
    assert shown() == [True, True, True]
    choose(panel, module_host, second)
    assert shown() == [True, False, True]
    ui.hideOthersCheckBox.click()
    module_host.process()
    assert shown() == [True, True, True] and not ui.hiddenLabel.visible


def test_a_result_does_not_lie_over_a_volume_chosen_meanwhile(panel, module_host):
    first, second = (phantoms.add_volume(name=name) for name in ("MR of Monday", "MR of Tuesday"))
    choose(panel, module_host, first)
    module_host.click(panel.ui.segmentButton)
    choose(panel, module_host, second)
    assert not idle(panel)
    module_host.wait(lambda: idle(panel), 60)
    ui = panel.ui
    assert shown() == [False] and ui.resultNameLabel.text == "MR of Monday segmentation"
    assert ui.hiddenLabel.text == "Hidden: MR of Monday segmentation" and ui.hiddenLabel.visible
    choose(panel, module_host, first)
    assert shown() == [True] and not ui.hiddenLabel.visible


def test_an_output_with_segments_of_another_volume_is_asked_about(panel, module_host, artifacts):
    first, second = (phantoms.add_volume(name=name) for name in ("MR of Monday", "MR of Tuesday"))
    choose(panel, module_host, first)
    run(panel, module_host)
    ui, (output,) = panel.ui, results()
    held = output.GetSegmentation().GetNumberOfSegments

    def ask():
        choose(panel, module_host, second, outputSegmentation=output)
        module_host.click(ui.segmentButton)
        assert idle(panel) and "of another volume: MR of Monday." in ui.messageLabel.text

    ask()
    module_host.grab(panel, artifacts / "segment-panel-output.png")
    choose(panel, module_host, first)
    assert not ui.messageFrame.visible  # it was about the other volume
    ask()
    module_host.click(ui.messageActionButton)
    module_host.wait(lambda: idle(panel), 60)
    assert len(results()) == 2 and held() == 2
    assert ui.outputSegmentationSelector.currentNode() is None
    ask()
    module_host.click(panel.panel.message.otherButton)
    module_host.wait(lambda: idle(panel), 60)
    assert len(results()) == 2 and held() == 4
    choose(panel, module_host, first, outputSegmentation=output)
    run(panel, module_host)  # it is of both now
    choose(panel, module_host, second, outputSegmentation=output)
    run(panel, module_host)  # the user has said so
    assert held() == 8 and not ui.messageFrame.visible


def test_a_kind_of_image_the_model_does_not_know_is_asked_about(
    panel,
    module_host,
    artifacts,
    monkeypatch,
):
    picture = phantoms.add_volume(phantoms.image()[:1], name="One slice")
    choose(panel, module_host, picture)
    ui = panel.ui
    module_host.click(ui.segmentButton)
    assert idle(panel) and "this is a 2-D picture." in ui.messageLabel.text
    module_host.click(ui.messageDismissButton)
    assert not results()
    module_host.click(ui.segmentButton)
    choose(panel, module_host, phantoms.add_volume())
    assert not ui.messageFrame.visible  # it was about the other volume
    choose(panel, module_host, picture)
    module_host.click(ui.segmentButton)
    module_host.grab(panel, artifacts / "segment-panel-fit.png")
    module_host.click(ui.messageActionButton)
    module_host.wait(lambda: idle(panel), 60)
    assert len(results()) == 1
    module_host.click(ui.segmentButton)  # the same pair is asked about once
    assert not ui.messageFrame.visible
    module_host.wait(lambda: idle(panel), 60)


def test_which_models_take_pictures():
    from SemiGDALib.segment import fit

    def sentence(name, slices):
        card = ModelCard.read(f"Resources/Models/{name}")
        return fit.mismatch(card, phantoms.add_volume(np.zeros((slices, 40, 40), np.uint8)))

    assert not sentence("breast-lesion-us", 1) and not sentence("hippocampus-mr", 40)
    assert "this is a volume of" in sentence("breast-lesion-us", 5)
    assert sentence("hippocampus-mr", 1).endswith("this is a 2-D picture.")


def test_the_series_in_the_scene_says_the_modality_and_a_region_is_the_image():
    from SemiGDALib.segment import fit

    volume = phantoms.add_volume(np.zeros((200, 200, 200), np.uint8))
    volume.SetSpacing(1, 1, 1)
    assert fit.facts(volume).modality == ""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    hierarchy.SetItemAttribute(hierarchy.GetItemByDataNode(volume), "DICOM.Modality", "MR")
    assert fit.facts(volume).modality == "MR"
    roi = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    roi.SetSize(50, 35, 400)
    assert fit.facts(volume, roi).extent == (35, 50, 200)


@pytest.mark.parametrize(
    ("slices", "spacing", "dicom", "expected"),
    [
        (2, 0.5, False, "14.5 ml"),
        (1, 0.5, False, "250.0 mm²"),
        (1, 1.0, False, "1,000 pixels"),  # nobody measured it
        (1, 1.0, True, "1000.0 mm²"),
    ],
)
def test_pictures_have_no_millilitres(module_host, slices, spacing, dicom, expected):
    from SemiGDALib.segment import sizes

    volume = phantoms.add_volume(np.zeros((slices, 4, 4), np.uint8))
    volume.SetSpacing(spacing, spacing, 1.0)
    if dicom:
        volume.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    size = sizes.sizeOf({"voxels": 1000, "ml": 14.5}, volume)
    assert sizes.text(size) == expected


def test_a_picture_file_has_no_pixel_size(module_host):
    """Its spacing, if it says one, is that of a printer."""
    from SemiGDALib.segment import sizes

    volume = phantoms.add_volume(np.zeros((1, 8, 8), np.uint8))
    volume.SetSpacing(0.3, 0.3, 1.0)
    volume.AddDefaultStorageNode("scan.nrrd")
    for name, expected in (("scan.nrrd", "0.900 mm²"), ("scan.PNG", "10 pixels")):
        volume.GetStorageNode().SetFileName(name)
        assert sizes.text(sizes.sizeOf({"voxels": 10, "ml": 1.0}, volume)) == expected


def test_the_doubtful_spot_is_marked(panel, module_host, artifacts):
    volume = phantoms.add_volume(np.tile(phantoms.image(), (10, 1, 1)), name="MR")
    choose(panel, module_host, volume)
    run(panel, module_host)
    before = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode")
    for number in (1, 2):
        module_host.click(panel.ui.nextSpotButton)
        (marker,) = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
        position = [0.0] * 3
        marker.GetNthControlPointPositionWorld(0, position)
        centre = slicer.util.getNode("vtkMRMLSliceNodeRed").GetSliceToRAS()
        assert np.allclose(position, [centre.GetElement(row, 3) for row in range(3)], atol=0.01)
        assert marker.GetNthControlPointLabel(0) == f"Doubtful spot {number}"
        assert marker.GetNumberOfControlPoints() == 1 and not marker.GetSaveWithScene()
    module_host.slice_view(artifacts / "segment-spot.png", "Red", fit=False)
    choose(panel, module_host, phantoms.add_volume(name="Another"))
    after = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode")
    assert before == after == 0


def _position(panel, host) -> np.ndarray:
    """Where *Next doubtful spot* leads to."""
    host.click(panel.ui.nextSpotButton)
    centre = slicer.util.getNode("vtkMRMLSliceNodeRed").GetSliceToRAS()
    return np.array([centre.GetElement(row, 3) for row in range(3)])


def _crop(volume, first: int, count: int) -> None:
    """As *Crop Volume* does whose output is its input."""
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    origin = matrix.MultiplyPoint([0, 0, first, 1])[:3]
    slicer.util.updateVolumeFromArray(
        volume, slicer.util.arrayFromVolume(volume)[first : first + count].copy()
    )
    volume.SetOrigin(origin)


def test_a_doubtful_spot_is_found_in_what_became_of_the_volume(panel, module_host):
    """Cropped in place, moved with its result, hardened, and another image in its place."""
    volume = phantoms.add_volume(np.tile(phantoms.image(), (10, 1, 1)), name="MR")
    volume.SetSpacing(1, 1, 2)
    choose(panel, module_host, volume)
    run(panel, module_host)
    node, spots = panel.logic.result.segmentationNode, panel.logic.result.spots
    assert len(spots) > 3
    places = [np.array(spot["ijk"]) * [1, 1, 2] for spot in spots]
    assert np.allclose(_position(panel, module_host), places[0], atol=0.01)
    _crop(volume, 10, 100)
    assert np.allclose(_position(panel, module_host), places[1], atol=0.01)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    moved = np.eye(4)
    moved[:3, 3] = 100, 0, 7
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(moved))
    for one in (volume, node):
        one.SetAndObserveTransformNodeID(transform.GetID())
    assert np.allclose(_position(panel, module_host), places[2] + [100, 0, 7], atol=0.01)
    volume.HardenTransform()  # with another size: nobody knows how its voxels moved
    before = _position(panel, module_host)
    assert "changed since" in panel.ui.resultNoteLabel.text
    assert np.allclose(before, places[2] + [100, 0, 7], atol=0.01)
    assert not slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
    with pytest.raises(SemiGDAError, match="changed since"):
        panel.logic.jumpToSpot(node, 0)


def test_a_doubtful_spot_of_a_hardened_volume(panel, module_host):
    volume = phantoms.add_volume(np.tile(phantoms.image(), (10, 1, 1)), name="MR")
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    moved = np.eye(4)
    moved[:3, 3] = 100, 0, 7
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(moved))
    volume.SetAndObserveTransformNodeID(transform.GetID())
    choose(panel, module_host, volume)
    run(panel, module_host)
    node, spot = panel.logic.result.segmentationNode, panel.logic.result.spots[0]
    for one in (volume, node):
        one.HardenTransform()
    place = np.array(spot["ijk"]) + [100, 0, 7]
    assert np.allclose(_position(panel, module_host), place, atol=0.01)


@pytest.mark.parametrize("moved", [False, True])
def test_a_doubtful_spot_of_a_turned_volume(panel, module_host, moved):
    """Its voxels in another order, in as many rows, columns and slices, as *Orient Scalar Volume*
    writes them: where they are in the patient says which is which. Not if they also moved."""
    volume = phantoms.add_volume(np.tile(phantoms.image(), (10, 1, 1)), name="MR")
    choose(panel, module_host, volume)
    run(panel, module_host)
    spot, count = panel.logic.result.spots[0], volume.GetImageData().GetDimensions()[0]
    slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(volume)[..., ::-1].copy())
    volume.SetIJKToRASDirections(-1, 0, 0, 0, 1, 0, 0, 0, 1)
    volume.SetOrigin(count - 1 + 100 * moved, 0, 0)
    before = _position(panel, module_host)
    assert ("changed since" in panel.ui.resultNoteLabel.text) == moved
    assert moved or np.allclose(before, spot["ijk"], atol=0.01)


def test_3d_surfaces_are_seen_from_near(panel, module_host):
    choose(panel, module_host, phantoms.add_volume(name="MR"))
    run(panel, module_host)
    camera = slicer.app.layoutManager().threeDWidget(0).threeDView().camera()
    camera.SetPosition(0, 2000, 0)  # from wherever earlier surfaces were seen
    module_host.click(panel.ui.show3DButton)
    bounds = np.zeros(6)
    panel.logic.result.segmentationNode.GetRASBounds(bounds)
    size = np.linalg.norm(bounds[1::2] - bounds[::2])
    assert camera.GetDistance() < 3 * size
    assert np.allclose(camera.GetFocalPoint(), bounds.reshape(3, 2).mean(1), atol=0.1 * size)


def test_the_start_is_told(panel, module_host, own_children):
    from SemiGDALib.jobs.worker import Worker

    Worker.of("segment").stop()
    choose(panel, module_host, phantoms.add_volume())
    seen = []
    module_host.click(panel.ui.segmentButton)

    def look():
        text = panel.ui.phaseLabel.text
        if not seen or seen[-1] != text:
            seen.append(text)
        return idle(panel)

    module_host.wait(look, 120)
    told = [text for text in seen if text in ("Starting Python", "Loading PyTorch")]
    assert told == ["Starting Python", "Loading PyTorch"]


def test_the_result_is_scrolled_into_view(panel, module_host):
    choose(panel, module_host, phantoms.add_volume())
    with scrolled(panel, panel.ui.resultCollapsibleButton, 260) as area:
        assert area.verticalScrollBar().value == 0
        run(panel, module_host)
        module_host.process(0.1)
        assert area.verticalScrollBar().value > 0


def test_the_last_model_is_remembered(panel, module_host, bright):
    combo = panel.ui.modelComboBox
    index = combo.findData(bright)
    assert index > 0  # the first one would be taken anyway
    combo.setCurrentIndex(index)
    combo.activated.emit(index)
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert panel.logic.getParameterNode().model == bright
    assert combo.currentIndex == index


def test_what_was_said_of_a_scene_goes_with_it(panel, module_host):
    from semigda_core.errors import SemiGDAError

    panel.panel.showError(SemiGDAError("internal"))
    panel.panel.log.onCopyReport()
    assert panel.ui.messageFrame.visible and "clipboard" in panel.ui.phaseLabel.text
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert not panel.ui.messageFrame.visible and not panel.ui.progressArea.visible


def test_a_volume_loaded_later_is_chosen(panel, module_host):
    assert panel.ui.inputVolumeSelector.currentNode() is None
    volume = phantoms.add_volume()
    module_host.process(0.05)
    assert panel.ui.inputVolumeSelector.currentNode() is volume
    phantoms.add_volume(name="Second")
    module_host.process(0.05)
    assert panel.ui.inputVolumeSelector.currentNode() is volume
    assert panel.ui.segmentButton.enabled


def test_no_spot_is_no_agreement(module_host):
    from SemiGDALib.segment.result_view import ResultView

    note = ResultView._note(None, [{"id": "Segment_1"}], True, [])
    assert note == "No doubtful spot is large enough to list."


def test_names_are_cut_in_the_middle_and_told_whole(panel, module_host):
    import qt

    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    widget = panel.ui.resultTable
    assert widget.textElideMode == qt.Qt.ElideMiddle
    assert widget.item(0, 1).toolTip() == table(panel)[0][1] == "bright"
