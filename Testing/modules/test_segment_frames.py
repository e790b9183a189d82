"""Sequences: every frame's mask where its image is, one sequence of results, nothing by halves."""

from __future__ import annotations

import sys

import numpy as np
import phantoms
import pytest
import sequences
import slicer
import vtk
from test_segment_geometry import check_place
from test_segment_logic import job_folders
from test_segment_nodes import hierarchy, segments_of, terminology_of

from semigda_core.errors import SemiGDAError


def mask_of(node, volume, value) -> np.ndarray:
    points = phantoms.world_points(node, f"Segment_{value}")
    return phantoms.mask_in(volume, points) if len(points) else np.zeros(phantoms.SHAPE, bool)


def test_every_frame_has_its_own_mask(logic, bright):
    _sequence, browser, volume = sequences.add_sequence()
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = slicer.util.vtkMatrixFromArray(
        np.array([[0, 1, 0, 9], [-1, 0, 0, 2], [0, 0, 1, -4], [0, 0, 0, 1.0]])
    )
    transform.SetMatrixTransformToParent(matrix)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    node = logic.segment(volume, bright, device="cpu", allFrames=True)
    for frame in (2, 0, 1):
        sequences.show(browser, frame)
        truth = sequences.answer(frame)
        if frame < 2:
            check_place(node, volume, truth)
        else:
            assert phantoms.dice(mask_of(node, volume, 2), truth == 2) > 0.85
        assert node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) is volume
        one, two = segments_of(node)
        assert (one.GetName(), two.GetName()) == ("bright", "brighter")
        assert np.allclose(one.GetColor(), np.array([216, 101, 79]) / 255)
        assert "SCT^91720002^Body substance" in terminology_of(one)
        assert "SCT^85756007^Tissue" in terminology_of(two)
    assert not job_folders()


def test_the_masks_are_those_of_the_frames_alone(logic, bright):
    """Voxel for voxel what *This frame* gives."""
    _sequence, browser, volume = sequences.add_sequence(2)
    node = logic.segment(volume, bright, device="cpu", allFrames=True)
    sequences.show(browser, 1)
    alone = logic.segment(volume, bright, device="cpu")
    (segment_id, *_) = alone.GetSegmentation().GetSegmentIDs()
    of_alone = phantoms.mask_in(volume, phantoms.world_points(alone, segment_id))
    assert (of_alone == mask_of(node, volume, 1)).all() and of_alone.any()


def test_the_result_counts_as_its_images_do(logic, bright):
    sequence, browser, volume = sequences.add_sequence()
    study = hierarchy().CreateStudyItem(hierarchy().GetSceneItemID(), "Study")
    hierarchy().SetItemParent(hierarchy().GetItemByDataNode(volume), study)
    node = logic.segment(volume, bright, device="cpu", allFrames=True)
    made = browser.GetSequenceNode(node)
    assert made.GetName() == "Heart segmentation"
    assert (made.GetIndexName(), made.GetIndexUnit()) == ("time", "ms")
    assert made.GetNumberOfDataNodes() == 3
    for frame in range(3):
        assert made.GetNthIndexValue(frame) == sequence.GetNthIndexValue(frame)
    assert not browser.GetSaveChanges(made)  # as Slicer does with every new sequence
    reviews = browser.GetSequenceNode(logic.result.reviewNode)
    for one in (node, made, logic.result.tableNode, logic.result.reviewNode, reviews):
        assert hierarchy().GetItemParent(hierarchy().GetItemByDataNode(one)) == study


def test_table(logic, bright):
    _sequence, _browser, volume = sequences.add_sequence()
    logic.segment(volume, bright, device="cpu", allFrames=True)
    table = logic.result.tableNode.GetTable()
    names = [table.GetColumnName(n) for n in range(table.GetNumberOfColumns())]
    assert names == ["time [ms]", "bright [ml]", "brighter [ml]"]
    ml = abs(np.linalg.det(sequences.OBLIQUE)) / 1000
    assert [table.GetValue(n, 0).ToString() for n in range(3)] == ["0.0", "40.5", "81.0"]
    for frame, value in ((0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        expected = (sequences.answer(frame) == value).sum() * ml
        assert table.GetValue(frame, value).ToDouble() == pytest.approx(expected, rel=0.2)
    assert table.GetValue(2, 1).ToDouble() < 0.3 * table.GetValue(0, 1).ToDouble()


def test_a_class_that_a_frame_lacks_is_an_empty_segment(module_host):
    from SemiGDALib.segment.frames.scene import segmentationOf

    volume = phantoms.add_volume()
    labels = np.where(phantoms.answer() == 1, 1, 0).astype(np.uint8)
    segments = [
        {"value": v, "name": n, "color": [9, 9, 9], "voxels": int((labels == v).sum())}
        for v, n in ((1, "one"), (2, "two"))
    ]
    node, ids = segmentationOf(labels, volume, segments)
    assert ids == {1: "Segment_1"}
    assert [segment.GetName() for segment in segments_of(node)] == ["one", "two"]
    assert (phantoms.mask_in(volume, phantoms.world_points(node, "Segment_1")) == labels).all()
    assert not len(phantoms.world_points(node, "Segment_2"))
    assert node.GetSegmentation().GetNumberOfLayers() == 1
    nothing, ids = segmentationOf(np.zeros_like(labels), volume, [{**segments[1], "voxels": 0}])
    assert ids == {} and len(segments_of(nothing)) == 1


def test_a_sequence_without_a_browser_gets_one(logic, bright):
    sequence, browser, volume = sequences.add_sequence(2)
    slicer.mrmlScene.RemoveNode(browser)
    slicer.mrmlScene.RemoveNode(volume)
    node = logic.segment(sequence, bright, device="cpu", allFrames=True)
    browser = slicer.modules.sequences.logic().GetFirstBrowserNodeForProxyNode(node)
    assert browser.GetProxyNode(sequence).IsA("vtkMRMLScalarVolumeNode")


def test_a_saved_scene_keeps_all_frames(logic, bright, tmp_path):
    from SemiGDALib import nodes
    from SemiGDALib.segment import views

    _sequence, _browser, volume = sequences.add_sequence(2)
    logic.segment(volume, bright, device="cpu", allFrames=True)
    path = str(tmp_path / "heart.mrb")
    assert slicer.util.saveScene(path)
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(path)
    (browser,) = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    (volume,) = nodes.images()  # the review map is none
    assert nodes.firstImage() is volume and views.reviewMapOf(node) is not None
    for frame in (1, 0):
        sequences.show(browser, frame)
        assert slicer.util.arrayFromVolume(views.reviewMapOf(node)).any()
        assert (volume,) == tuple(nodes.images())
        assert phantoms.dice(mask_of(node, volume, 1), sequences.answer(frame) == 1) > 0.9


def test_progress_counts_all_frames(logic, module_host, bright):
    _sequence, _browser, volume = sequences.add_sequence()
    told = []
    logic.start(
        volume, bright, device="cpu", allFrames=True, onProgress=lambda *now: told.append(now)
    ).wait()
    fractions = [now[0] for now in told]
    assert fractions == sorted(fractions) and fractions[-1] >= 2 / 3
    assert told[-1][1] == "Frame 3 of 3"
    assert all(now[2] is not None and now[2] >= 0 for now in told if now[0] > 1 / 3)


def test_cancel_leaves_the_scene_as_it_was(logic, module_host, bright):
    _sequence, _browser, volume = sequences.add_sequence(3, slices=20)
    told, errors, before = [], [], phantoms.scene_state()
    logic.start(
        volume,
        bright,
        device="cpu",
        allFrames=True,
        onProgress=lambda *now: told.append(now),
        onError=errors.append,
    )
    # In the second frame: one result is there, and must go.
    module_host.wait(lambda: told and told[-1][0] > 0.34, 120)
    logic.cancel()
    module_host.wait(lambda: not logic.isRunning(), 10)
    assert [error.error_class for error in errors] == ["cancelled"]
    assert phantoms.scene_state() == before and not job_folders()
    assert "torch" not in sys.modules


def test_a_frame_that_cannot_be_segmented_leaves_nothing(logic, bright):
    sequence, _browser, volume = sequences.add_sequence(2)
    flat = sequence.GetNthDataNode(1)
    slicer.util.arrayFromVolume(flat)[:] = 7
    before = phantoms.scene_state()
    with pytest.raises(SemiGDAError, match="constant"):
        logic.segment(volume, bright, device="cpu", allFrames=True)
    assert phantoms.scene_state() == before and not job_folders()


def test_a_frame_without_an_image_is_told_at_once(logic, bright):
    sequence, _browser, volume = sequences.add_sequence(3)
    sequence.GetNthDataNode(2).SetAndObserveImageData(None)
    with pytest.raises(SemiGDAError, match="Frame 3 of the sequence holds no image"):
        logic.start(volume, bright, device="cpu", allFrames=True)
    assert not logic.isRunning() and not job_folders()


def test_a_volume_alone_has_no_frames(logic, bright):
    with pytest.raises(SemiGDAError, match="not part of a sequence"):
        logic.segment(phantoms.add_volume(), bright, device="cpu", allFrames=True)


def test_an_output_is_refused(logic, bright):
    _sequence, _browser, volume = sequences.add_sequence(2)
    output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    with pytest.raises(SemiGDAError, match="new sequence"):
        logic.segment(volume, bright, output, device="cpu", allFrames=True)
    assert not job_folders()


def test_a_hidden_result_comes_back_wherever_the_slider_is(logic, bright):
    from SemiGDALib.segment import views

    _sequence, browser, volume = sequences.add_sequence(2)
    node = logic.segment(volume, bright, device="cpu", allFrames=True)
    other = phantoms.add_volume()
    assert views.hideOtherResults(other, True) == [node.GetName()]
    sequences.show(browser, 1)
    assert views.hideOtherResults(other, True) == [node.GetName()]
    assert views.hideOtherResults(volume, True) == []
    assert node.GetDisplayNode().GetVisibility()


def test_a_region_limits_every_frame(logic, bright):
    """Also of a sequence that is chosen itself: the region lies where its volume does."""
    sequence, browser, volume = sequences.add_sequence(2, ijk_to_ras=np.eye(4))
    roi = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    roi.SetCenter([12.0, 20.0, 6.0])
    roi.SetSize([24.0, 40.0, 12.0])  # the left half, where class 2 is not
    node = logic.segment(sequence, bright, device="cpu", allFrames=True, roi=roi)
    for frame in range(2):
        sequences.show(browser, frame)
        masks = [mask_of(node, volume, value) for value in (1, 2)]
        assert masks[0].any() and not (masks[0] | masks[1])[:, :, 25:].any()


def test_every_frame_has_its_review_map(logic, bright):
    """The one of *This frame*, beside the masks and with the same slider."""
    from SemiGDALib import nodes
    from SemiGDALib.segment import views

    _sequence, browser, volume = sequences.add_sequence(2)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    volume.SetAndObserveTransformNodeID(transform.GetID())
    node = logic.segment(volume, bright, device="cpu", allFrames=True)
    review = views.reviewMapOf(node)
    assert review is logic.result.reviewNode
    made = browser.GetSequenceNode(review)
    assert (made.GetName(), made.GetNumberOfDataNodes()) == ("Heart review map", 2)
    views.showReviewMap(node, True)
    for frame in (1, 0):
        sequences.show(browser, frame)
        shown, spots = slicer.util.arrayFromVolume(review).copy(), views.spotsOf(node)
        logic.segment(volume, bright, device="cpu")
        alone = logic.result
        assert (shown == slicer.util.arrayFromVolume(alone.reviewNode)).all() and shown.any()
        assert spots == alone.spots
        assert review.GetParentTransformNode() is transform
        matrices = [vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()]
        for one, matrix in zip((review, volume), matrices, strict=True):
            one.GetIJKToRASMatrix(matrix)
        of_review, of_volume = map(slicer.util.arrayFromVTKMatrix, matrices)
        assert np.allclose(of_review, of_volume)
        assert views.reviewMapOf(node) is review and review not in nodes.images()
    display = review.GetDisplayNode()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0, 100)


def test_no_review_no_maps(logic, bright):
    from SemiGDALib.segment import views

    _sequence, browser, volume = sequences.add_sequence(2)
    node = logic.segment(volume, bright, device="cpu", allFrames=True, review=False)
    assert views.reviewMapOf(node) is None and logic.result.reviewNode is None
    assert browser.GetNumberOfSynchronizedSequenceNodes(True) == 2


def test_a_sequence_that_is_no_image_for_the_model(logic, bright):
    """A sequence that is chosen itself is looked at as its volume is."""
    sequence, _browser, volume = sequences.add_sequence(2)
    assert logic.mismatch(sequence, bright) == logic.mismatch(volume, bright)


def _change_frames(sequence) -> None:
    """Each frame on a grid of its own: smaller and shifted, and with thinner slices."""
    crop, thin = (sequence.GetNthDataNode(n) for n in (1, 2))
    matrix = slicer.util.vtkMatrixFromArray(sequences.OBLIQUE)
    voxels = phantoms.image(sequences.answer(1))[1:, 3:]
    slicer.util.updateVolumeFromArray(crop, voxels.copy())
    crop.SetOrigin(matrix.MultiplyPoint([0, 3, 1, 1])[:3])
    thin.SetSpacing(0.7, 0.7, 1.5)


def test_frames_on_grids_of_their_own(panel, logic, bright):
    """Masks, review maps, sizes and spots lie where each frame does."""
    from SemiGDALib.segment import views

    sequence, browser, volume = sequences.add_sequence()
    _change_frames(sequence)
    node = logic.segment(volume, bright, device="cpu", allFrames=True)
    for frame in (2, 0, 1):
        sequences.show(browser, frame)
        labels = sequences.answer(frame)
        labels = labels[1:, 3:] if frame == 1 else labels
        assert phantoms.dice(mask_of(node, volume, 2), labels == 2) > 0.8
        review = views.reviewMapOf(node)
        assert slicer.util.arrayFromVolume(review).shape == labels.shape
        assert np.allclose(review.GetSpacing(), volume.GetSpacing())
        assert np.allclose(review.GetOrigin(), volume.GetOrigin())
        matrix = vtk.vtkMatrix4x4()
        volume.GetIJKToRASMatrix(matrix)
        ml = mask_of(node, volume, 2).sum() * abs(matrix.Determinant()) / 1000
        assert np.isclose(logic.result.frames[frame][1]["ml"], ml)
        for number, spot in enumerate(views.spotsOf(node)):
            ijk = [*spot["ijk"], 1]
            assert np.allclose(views.jumpToSpot(node, number), matrix.MultiplyPoint(ijk)[:3])
