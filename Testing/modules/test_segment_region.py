"""A Markups ROI limits what is segmented: turned, under transforms, in every geometry."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import phantoms
import pytest
import slicer
import vtk
from segment_fixtures import choose, run, table
from test_segment_geometry import GEOMETRIES, OBLIQUE, add_bending, add_transform

from semigda_core.errors import SemiGDAError


def matrix_of(method, *arguments) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    method(*arguments, matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def centres(volume) -> np.ndarray:
    """Of every voxel in the scene (z, y, x, 3), RAS mm."""
    k, j, i = np.indices(slicer.util.arrayFromVolume(volume).shape[:3])
    ijk = np.stack([i, j, k], -1).reshape(-1, 3)
    points = phantoms.to_world(volume, ijk, matrix_of(volume.GetIJKToRASMatrix))
    return points.reshape(*k.shape, 3)


def in_roi(roi, volume) -> np.ndarray:
    """Which voxels (z, y, x) have their centre inside, by the node's own matrices."""
    to_world = slicer.util.arrayFromVTKMatrix(roi.GetObjectToNodeMatrix())
    if roi.GetParentTransformNode() is not None:
        to_world = matrix_of(roi.GetParentTransformNode().GetMatrixTransformToWorld) @ to_world
    inverse = np.linalg.inv(to_world)
    place = centres(volume) @ inverse[:3, :3].T + inverse[:3, 3]
    return (np.abs(place) <= np.array(roi.GetSize()) / 2).all(-1)


def turned(about_x: float, about_z: float) -> np.ndarray:
    """A rotation (3, 3), in degrees."""
    (cx, cz), (sx, sz) = (f(np.radians([about_x, about_z])) for f in (np.cos, np.sin))
    return np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]) @ [[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]


def add_roi(volume, name="R"):
    """A ROI about the middle of the volume, turned against its axes."""
    corners = centres(volume)
    lines = (corners[0, 0], corners[0, :, 0], corners[:, 0, 0])
    sides = np.array([np.linalg.norm(line[-1] - line[0]) for line in lines])
    roi = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode", name)
    place = np.eye(4)
    place[:3, :3], place[:3, 3] = turned(20, 35), corners.reshape(-1, 3).mean(0)
    roi.SetSize(*(sides * [0.6, 0.5, 0.7]).tolist())
    roi.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(place))
    return roi


def labels_of(node, volume) -> np.ndarray:
    """Labels (z, y, x) where the result's voxels lie in the scene."""
    found = np.zeros(slicer.util.arrayFromVolume(volume).shape[:3], np.uint8)
    segmentation = node.GetSegmentation()
    for segment_id in segmentation.GetSegmentIDs():
        value = segmentation.GetSegment(segment_id).GetLabelValue()
        found[phantoms.mask_in(volume, phantoms.world_points(node, segment_id))] = value
    return found


def check_region(logic, volume, roi, bright):
    node = logic.segment(volume, bright, roi=roi, device="cpu")
    inside, truth = in_roi(roi, volume), phantoms.answer()
    found = labels_of(node, volume)
    assert inside.any() and not inside.all()
    assert not (found * ~inside).any()
    review = slicer.util.arrayFromVolume(logic.result.reviewNode)
    assert review.shape == truth.shape and not (review * ~inside).any()
    assert phantoms.dice(found > 0, (truth > 0) & inside) > 0.9
    # What lies outside has been there to find.
    assert ((truth > 0) & ~inside).sum() > 100
    for row in logic.result.segments:
        assert row["voxels"] == (found == row["value"]).sum()
    for spot in logic.result.spots:
        assert inside[tuple(spot["ijk"][::-1])]
    return node


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_turned_roi(logic, bright, name):
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES[name])
    node = check_region(logic, volume, add_roi(volume), bright)
    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReference(role) is volume
    options = json.loads(node.GetAttribute("SemiGDA.Options"))
    assert len(options["roi"]["center"]) == 3
    assert "Only the region of interest was segmented." in logic.result.report["notes"]


@pytest.mark.parametrize("name", ["identity", "left-handed", "sheared"])
def test_under_transforms(logic, bright, name):
    """The volume under one, the ROI under another that also shears it."""
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES[name])
    roi = add_roi(volume)
    volume.SetAndObserveTransformNodeID(add_transform(OBLIQUE @ np.diag([1, 1, 0.5, 1])).GetID())
    outer = add_transform(OBLIQUE @ np.diag([1.1, 0.9, 0.5, 1]))
    roi.SetAndObserveTransformNodeID(outer.GetID())
    check_region(logic, volume, roi, bright)


def test_same_as_the_command_line(logic, bright, tmp_path):
    """A saved ROI means the same to ``--roi``, to the voxel."""
    path, out, saved = (tmp_path / n for n in ("image.nrrd", "out.seg.nrrd", "R.mrk.json"))
    made = phantoms.add_volume(ijk_to_ras=GEOMETRIES["oblique"])
    assert slicer.util.exportNode(made, str(path), {})
    roi = add_roi(made)
    assert slicer.util.exportNode(roi, str(saved), {})
    command = ["segment", path, "--model", bright, "-o", out, "--device", "cpu", "--roi", saved]
    subprocess.run([sys.executable, "-m", "semigda", *map(str, command)], check=True)
    volume = slicer.util.loadVolume(str(path), {})
    mine = labels_of(logic.segment(volume, bright, roi=roi, device="cpu"), volume)
    theirs = labels_of(slicer.util.loadSegmentation(str(out), {}), volume)
    assert mine.any() and np.array_equal(mine, theirs)


def test_the_first_box_stands_in_the_middle(logic):
    """Along the volume's own axes, half as long; of one slice the whole thickness."""
    for name, geometry in GEOMETRIES.items():
        volume = phantoms.add_volume(ijk_to_ras=geometry)
        volume.SetAndObserveTransformNodeID(add_transform(np.diag([-1, 1, 1, 1])).GetID())
        inside = in_roi(logic.placeRegion(volume), volume)
        if name != "sheared":
            expected = np.zeros(phantoms.SHAPE, bool)
            expected[3:9, 10:30, 12:36] = True
            assert np.array_equal(inside, expected), name
        assert 0.05 < inside.mean() < 0.2
    picture = phantoms.add_volume(phantoms.image()[:1], GEOMETRIES["oblique"])
    assert in_roi(logic.placeRegion(picture), picture)[0, 10:30, 12:36].all()


def test_what_cannot_be_used_is_refused(logic, bright):
    volume = phantoms.add_volume()
    unplaced = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "unplaced")
    bent, turned, far = (add_roi(volume, name=name) for name in ("bent", "turned", "far"))
    bent.SetAndObserveTransformNodeID(add_bending().GetID())
    turned.SetInsideOut(True)
    far.SetCenter(900, 0, 0)
    before = phantoms.scene_state()
    cases = ((unplaced, "not been placed"), (bent, "non-linear"), (turned, "inside out"))
    for roi, said in (*cases, (far, "outside of the image")):
        with pytest.raises(SemiGDAError, match=said) as raised:
            logic.segment(volume, bright, roi=roi, device="cpu")
        assert raised.value.error_class == "bad-input" and raised.value.action
    assert phantoms.scene_state() == before


def test_in_the_panel(panel, module_host, artifacts):
    ui, host = panel.ui, module_host
    assert not ui.placeRegionButton.enabled
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES["oblique"], name="MR of Monday")
    choose(panel, host, volume)
    assert panel.logic.getParameterNode().roi is None and ui.placeRegionButton.enabled
    host.click(ui.placeRegionButton)
    host.process()
    (roi,) = slicer.util.getNodesByClass("vtkMRMLMarkupsROINode")
    assert ui.roiSelector.currentNode() is roi
    assert roi.GetName() == "MR of Monday region"
    assert roi.GetDisplayNode().GetHandlesInteractive()
    # The user turns it; a second click shows it again and makes no other.
    matrix = slicer.util.arrayFromVTKMatrix(roi.GetObjectToNodeMatrix())
    turn = np.eye(4)
    turn[:3, :3] = turned(20, 35)
    roi.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(matrix @ turn))
    roi.GetDisplayNode().SetVisibility(False)
    host.click(ui.placeRegionButton)
    assert roi.GetDisplayNode().GetVisibility()
    assert len(slicer.util.getNodesByClass("vtkMRMLMarkupsROINode")) == 1
    run(panel, host)
    result = panel.logic.result.segmentationNode
    assert not (labels_of(result, volume) * ~in_roi(roi, volume)).any()
    assert [row[1] for row in table(panel)] == ["bright", "brighter"]
    assert "Only the region of interest was segmented." in ui.resultNoteLabel.text
    # Without one, the whole volume again.
    ui.roiSelector.setCurrentNode(None)
    host.process()
    run(panel, host)
    assert (labels_of(panel.logic.result.segmentationNode, volume) * ~in_roi(roi, volume)).any()
    ui.roiSelector.setCurrentNode(roi)
    host.click(ui.placeRegionButton)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    host.window(artifacts / "segment-region.png", panel, panel_width=360)


def test_a_saved_scene_keeps_the_choice(panel, module_host, tmp_path):
    volume = phantoms.add_volume()
    choose(panel, module_host, volume)
    module_host.click(panel.ui.placeRegionButton)
    panel.logic.getParameterNode().roi.SetName("Left side")
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert panel.logic.getParameterNode().roi is None
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    module_host.process()
    assert panel.ui.roiSelector.currentNode().GetName() == "Left side"
