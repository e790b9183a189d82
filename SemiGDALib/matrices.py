"""Matrices between a volume's voxels, the spaces of nodes, and the scene: vtkMatrix4x4, mm, RAS."""

from __future__ import annotations

import slicer
import vtk


def ijkToRas(volumeNode):
    """From a volume's voxels to its own space, whatever transform it is under."""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    return matrix


def spaceTo(node, other=None):
    """From a node's own space to that of another, or to the scene's; for linear transforms."""
    matrix = vtk.vtkMatrix4x4()
    target = other.GetParentTransformNode() if other is not None else None
    slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(
        node.GetParentTransformNode(), target, matrix
    )
    return matrix


def product(first, second):
    """What applies ``second``, then ``first``."""
    matrix = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Multiply4x4(first, second, matrix)
    return matrix
