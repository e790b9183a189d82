"""A result lies where its image lies: in every geometry, voxel type and under transforms."""

from __future__ import annotations

import sys

import numpy as np
import phantoms
import pytest
import slicer
import vtk

OBLIQUE = np.array(
    [[0.9, -0.3, 0.2, 11], [0.35, 0.85, -0.3, -7], [-0.1, 0.3, 1.4, 23], [0, 0, 0, 1]]
)
TURN, _ = np.linalg.qr(OBLIQUE[:3, :3])
GEOMETRIES = {
    "identity": np.eye(4),
    "lps": np.diag([-1.0, -1, 1, 1]),
    "oblique": np.block([[TURN * [0.7, 0.7, 3.0], np.array([[5.0], [-60], [30]])], [0, 0, 0, 1]]),
    "left-handed": np.diag([-1.0, -1, -2.5, 1]),
    "anisotropic": np.diag([0.4, 0.8, 6.0, 1]),
    "sheared": OBLIQUE,
}
GEOMETRIES = {name: np.asarray(matrix, float) for name, matrix in GEOMETRIES.items()}


def check_place(segmentation_node, volume_node, labels=None):
    """Both classes lie in the scene where the volume's own voxels of that class lie.

    Resampling blurs an edge of class 2 into a rim of class 1, so the place of both together must
    be right to the voxel: no shift of the truth fits better.
    """
    labels = phantoms.answer() if labels is None else labels
    segmentation = segmentation_node.GetSegmentation()
    ids = segmentation.GetSegmentIDs()
    assert [segmentation.GetSegment(one).GetName() for one in ids] == ["bright", "brighter"]
    found = [
        phantoms.mask_in(volume_node, phantoms.world_points(segmentation_node, one)) for one in ids
    ]
    assert phantoms.dice(found[0], labels == 1) > 0.85
    assert phantoms.dice(found[1], labels == 2) > 0.85
    both, truth = found[0] | found[1], labels > 0
    here = phantoms.dice(both, truth)
    assert here > 0.93
    shifts = [(by, axis) for by in (-1, 1) for axis in range(3) if labels.shape[axis] > 1]
    assert all(phantoms.dice(both, np.roll(truth, *shift)) < here - 0.02 for shift in shifts)


def add_transform(matrix):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.asarray(matrix, float)))
    return node


@pytest.mark.parametrize("name", GEOMETRIES)
def test_geometry(logic, bright, name):
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES[name])
    node = logic.segment(volume, bright, device="cpu")
    check_place(node, volume)
    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReference(role) is volume
    review = slicer.util.arrayFromVolume(logic.result.reviewNode)
    assert review.shape == phantoms.SHAPE
    matrices = [vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()]
    for one, matrix in zip((volume, logic.result.reviewNode), matrices, strict=True):
        one.GetIJKToRASMatrix(matrix)
    assert np.allclose(*map(slicer.util.arrayFromVTKMatrix, matrices))


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_voxel_types(logic, bright, kind):
    volume = phantoms.add_volume(phantoms.image(kind=kind), GEOMETRIES["oblique"])
    check_place(logic.segment(volume, bright, device="cpu"), volume)


def test_one_slice(logic, bright):
    labels = phantoms.answer((1, 40, 48))
    volume = phantoms.add_volume(phantoms.image(labels), GEOMETRIES["oblique"])
    check_place(logic.segment(volume, bright, device="cpu"), volume, labels)


def test_colour_image(logic, bright):
    """A vector volume's own colours reach a model that takes them."""
    colours = np.stack([phantoms.image(kind=np.uint8)] * 3, axis=-1)
    volume = phantoms.add_volume(colours, GEOMETRIES["left-handed"])
    assert volume.IsA("vtkMRMLVectorVolumeNode")
    check_place(logic.segment(volume, "bright-rgb", device="cpu"), volume)


@pytest.mark.parametrize("geometry", ["identity", "left-handed", "sheared"])
def test_linear_transform(logic, bright, geometry):
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES[geometry])
    transform = add_transform(GEOMETRIES["oblique"] @ np.diag([1, 1, 0.5, 1]))
    volume.SetAndObserveTransformNodeID(transform.GetID())
    node = logic.segment(volume, bright, device="cpu")
    assert node.GetTransformNodeID() == transform.GetID()
    assert logic.result.reviewNode.GetTransformNodeID() == transform.GetID()
    check_place(node, volume)
    # Changed afterwards: the result goes along with its image.
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(OBLIQUE))
    check_place(node, volume)


def test_transform_changed_during_the_run(logic, bright):
    volume = phantoms.add_volume()
    run = logic.start(volume, bright, device="cpu")
    transform = add_transform(OBLIQUE)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    run.wait()
    assert run.error is None
    check_place(run.result.segmentationNode, volume)


def test_nested_transforms(logic, bright):
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES["lps"])
    outer, inner = add_transform(OBLIQUE), add_transform(np.diag([-1, 1, 1, 1]))
    inner.SetAndObserveTransformNodeID(outer.GetID())
    volume.SetAndObserveTransformNodeID(inner.GetID())
    check_place(logic.segment(volume, bright, device="cpu"), volume)


def test_existing_segmentation_under_another_transform(logic, bright):
    volume = phantoms.add_volume()
    volume.SetAndObserveTransformNodeID(add_transform(OBLIQUE).GetID())
    output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Mine")
    other = add_transform(np.diag([1, -1, 2, 1]))
    output.SetAndObserveTransformNodeID(other.GetID())
    assert logic.segment(volume, bright, output, device="cpu") is output
    assert output.GetTransformNodeID() == other.GetID()
    check_place(output, volume)


def test_same_as_the_command_line(logic, bright, tmp_path):
    """Panel and command line put the segments of one file into the same place.

    The file is left-handed: Slicer turns its slices round when it loads it.
    """
    import subprocess

    path, out = tmp_path / "image.nrrd", tmp_path / "out.seg.nrrd"
    made = phantoms.add_volume(ijk_to_ras=GEOMETRIES["oblique"] @ np.diag([1, 1, -1, 1]))
    assert slicer.util.exportNode(made, str(path), {})
    slicer.mrmlScene.RemoveNode(made)
    command = ["segment", str(path), "--model", bright, "-o", str(out), "--device", "cpu"]
    subprocess.run([sys.executable, "-m", "semigda", *command], check=True)
    volume = slicer.util.loadVolume(str(path), {})
    node = logic.segment(volume, bright, device="cpu")
    other = slicer.util.loadSegmentation(str(out), {})
    ids = [one.GetSegmentation().GetSegmentIDs() for one in (node, other)]
    for mine, theirs in zip(*ids, strict=True):
        masks = [
            phantoms.mask_in(volume, phantoms.world_points(result, segment_id))
            for result, segment_id in ((node, mine), (other, theirs))
        ]
        # Not one: the slice before and the slice after have changed places.
        assert phantoms.dice(*masks) > 0.95


def test_what_the_volumes_file_leaves_open_is_told(logic, bright, tmp_path):
    """Slicer hands over sides as if its file had said them."""
    from semigda_core.models.fit import UNSAID

    path = tmp_path / "image.nii"
    made = phantoms.add_volume()
    assert slicer.util.exportNode(made, str(path), {})
    slicer.mrmlScene.RemoveNode(made)

    def notes(volume):
        logic.segment(volume, bright, device="cpu")
        return logic.result.report["notes"]

    assert UNSAID["sides"] not in notes(slicer.util.loadVolume(str(path), {}))
    data = bytearray(path.read_bytes())
    data[252:256] = bytes(4)  # neither of the two transforms
    path.write_bytes(data)
    volume = slicer.util.loadVolume(str(path), {})
    assert notes(volume).count(UNSAID["sides"]) == 1
    volume.SetOrigin(1, 2, 3)  # placed by the user
    assert UNSAID["sides"] not in notes(volume)
    gone = slicer.util.loadVolume(str(path), {})
    path.unlink()
    assert UNSAID["sides"] not in notes(gone)


def test_nonlinear_transform_is_refused(logic, bright):
    from semigda_core.errors import SemiGDAError

    volume = phantoms.add_volume()
    volume.SetAndObserveTransformNodeID(add_bending().GetID())
    before = phantoms.scene_state()
    with pytest.raises(SemiGDAError, match="non-linear") as raised:
        logic.segment(volume, bright, device="cpu")
    assert "Harden" in raised.value.action
    assert phantoms.scene_state() == before


def add_bending():
    """A B-spline transform that moves one control point."""
    spline = slicer.vtkOrientedBSplineTransform()
    grid = vtk.vtkImageData()
    grid.SetDimensions(5, 5, 5)
    grid.SetSpacing(15, 15, 15)
    grid.SetOrigin(-10, -10, -10)
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    vtk.util.numpy_support.vtk_to_numpy(grid.GetPointData().GetScalars())[:] = 0
    grid.SetScalarComponentFromDouble(2, 2, 2, 0, 4.0)
    spline.SetCoefficientData(grid)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLBSplineTransformNode")
    node.SetAndObserveTransformToParent(spline)
    return node
