"""Drawn images with known answers, and where a segmentation's voxels really lie."""

from __future__ import annotations

import numpy as np
import slicer
import vtk

SHAPE = (12, 40, 48)
OUTSIDE, BRIGHT, BRIGHTER = 0.0, 0.5, 1.0


def answer(shape=SHAPE) -> np.ndarray:
    """Labels 0, 1, 2 (z, y, x) that no flip or turn maps onto themselves."""
    z, y, x = (np.arange(n) / max(n - 1, 1) for n in shape)
    z, y, x = np.meshgrid(z, y, x, indexing="ij")
    thick = (z > 0.2) & (z < 0.9) if shape[0] > 1 else np.ones(shape, bool)
    labels = np.zeros(shape, np.uint8)
    labels[thick & (y > 0.2) & (y < 0.8) & (x > 0.15) & (x < 0.45)] = 1
    labels[thick & (z < 0.6) & (y > 0.5) & (y < 0.8) & (x > 0.6) & (x < 0.9)] = 2
    return labels


def image(labels=None, kind=np.int16) -> np.ndarray:
    """Grey values of the answer, with a little noise, in the type's range."""
    labels = answer() if labels is None else labels
    levels = np.array([OUTSIDE, BRIGHT, BRIGHTER])[labels]
    noise = np.random.default_rng(0).normal(0, 0.01, labels.shape)
    top = {np.uint8: 250, np.int16: 1000}.get(kind, 1.0)
    low, high = (np.iinfo(kind).min, np.iinfo(kind).max) if kind in (np.uint8,) else (-1e9, 1e9)
    return np.clip((levels + noise) * top, low, high).astype(kind)


def add_volume(voxels=None, ijk_to_ras=None, name="Phantom"):
    """A volume node with the image in the scene."""
    voxels = image() if voxels is None else voxels
    vector = "vtkMRMLVectorVolumeNode" if voxels.ndim == 4 else "vtkMRMLScalarVolumeNode"
    node = slicer.util.addVolumeFromArray(voxels, None, name, vector)
    if ijk_to_ras is not None:
        node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(np.asarray(ijk_to_ras, float)))
    return node


def world_points(segmentation_node, segment_id) -> np.ndarray:
    """Centres of a segment's voxels in the scene (n, 3), RAS mm, read from its own label map."""
    labelmap = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
    value = segmentation_node.GetSegmentation().GetSegment(segment_id).GetLabelValue()
    scalars = vtk.util.numpy_support.vtk_to_numpy(labelmap.GetPointData().GetScalars())
    array = scalars.reshape(labelmap.GetDimensions()[::-1])
    extent = labelmap.GetExtent()
    ijk = np.argwhere(array == value)[:, ::-1] + [extent[0], extent[2], extent[4]]
    matrix = vtk.vtkMatrix4x4()
    labelmap.GetImageToWorldMatrix(matrix)
    return to_world(segmentation_node, ijk, slicer.util.arrayFromVTKMatrix(matrix))


def to_world(node, ijk, matrix) -> np.ndarray:
    """Voxel indices through a matrix and the node's parent transforms."""
    points = ijk @ matrix[:3, :3].T + matrix[:3, 3]
    parent = node.GetParentTransformNode()
    if parent is not None:
        to_parent = vtk.vtkMatrix4x4()
        parent.GetMatrixTransformToWorld(to_parent)
        to_parent = slicer.util.arrayFromVTKMatrix(to_parent)
        points = points @ to_parent[:3, :3].T + to_parent[:3, 3]
    return points


def mask_in(volume_node, points) -> np.ndarray:
    """The voxels of a volume (z, y, x) that points of the scene lie on; they must lie on voxels."""
    k, j, i = slicer.util.arrayFromVolume(volume_node).shape[:3]
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    matrix = vtk.vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(matrix)
    origin, *axes = to_world(volume_node, corners, slicer.util.arrayFromVTKMatrix(matrix))
    index = (points - origin) @ np.linalg.inv(np.array(axes) - origin)
    assert np.abs(index - index.round()).max() < 0.01
    index = index.round().astype(int)
    mask = np.zeros((k, j, i), bool)
    mask[index[:, 2], index[:, 1], index[:, 0]] = True
    return mask


def dice(one, two) -> float:
    """Overlap of two masks."""
    return 2 * (one & two).sum() / max(1, one.sum() + two.sum())


def scene_state() -> list[tuple]:
    """What must be as it was: every node with its name, references and time of change."""
    scene = slicer.mrmlScene
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    return sorted((node.GetID(), node.GetName(), node.GetMTime()) for node in nodes)
