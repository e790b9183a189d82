"""Affine geometry of volumes: LPS millimetres, voxel index order (i, j, k) = (x, y, z)."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from semigda.data.volumes import Volume

# Directions (LPS) in which a working grid's (slice, row, column) index grows: each plane is shown
# the radiological way, rows from front to back or from top to bottom.
_VIEWS = {
    "axial": np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], float),
    "coronal": np.array([[0, 1, 0], [0, 0, -1], [1, 0, 0]], float),
    "sagittal": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float),
}

_TOLERANCE = 0.01  # of a grid on another one's lattice: voxels, over its whole size


def orient(affine: np.ndarray, slice_axis: str) -> tuple[tuple[int, int, int], tuple[bool, ...]]:
    """How to turn a (z, y, x) array so that its axes are (slice, row, column) of ``slice_axis``.

    Returns ``(order, flips)`` for :func:`turned`: the array axes in their new order, and which of
    the new axes run backwards. Oblique volumes get the nearest of the 48 orientations; nothing is
    resampled. "acquisition" keeps the stored order.
    """
    if slice_axis == "acquisition":
        return (0, 1, 2), (False, False, False)
    columns = affine[:3, :3][:, ::-1].T  # row a: the LPS step of array axis a, in mm
    cosines = _VIEWS[slice_axis] @ (columns / np.linalg.norm(columns, axis=1, keepdims=True)).T
    order = max(
        permutations((0, 1, 2), 3), key=lambda p: sum(abs(cosines[n, p[n]]) for n in range(3))
    )
    return order, tuple(bool(cosines[n, order[n]] < 0) for n in range(3))


def turned(array: np.ndarray, order, flips) -> np.ndarray:
    """A view of ``array`` (z, y, x[, channels]) with its axes in ``order``, some reversed."""
    view = array.transpose(*order, *range(3, array.ndim))
    return view[tuple(slice(None, None, -1 if flip else 1) for flip in flips)]


def lattice_match(like: Volume, shape, affine: np.ndarray):
    """Whether a grid of ``shape`` (z, y, x) lies on the voxel lattice of ``like``, axes turned or
    not.

    Returns ``None``, or ``(order, flips, start)``: ``turned(array, order, flips)`` then has the
    same axes as the grid of ``like``, and its first voxel sits at the index ``start`` (z, y, x).
    """
    affine = _as_thick(like, shape, affine)
    relative = np.linalg.solve(like.affine, affine)  # its voxel index -> this grid's voxel index
    steps = np.rint(relative[:3, :3])
    if not (np.abs(steps).sum(0) == 1).all() or not (np.abs(steps).sum(1) == 1).all():
        return None
    last = np.array(shape[::-1], float) - 1
    corners = np.array([[(n >> a & 1) * last[a] for a in range(3)] + [1] for n in range(8)])
    placed = (corners @ relative.T)[:, :3]
    start = np.rint(placed.min(0))
    wanted = corners[:, :3] @ steps.T
    if np.abs(placed - (wanted - wanted.min(0) + start)).max() > _TOLERANCE:
        return None
    source = [int(np.flatnonzero(steps[axis])[0]) for axis in range(3)]  # per x, y, z of this grid
    order = tuple(2 - source[2 - axis] for axis in range(3))
    flips = tuple(bool(steps[2 - axis, source[2 - axis]] < 0) for axis in range(3))
    return order, flips, tuple(int(n) for n in start[::-1])


def _as_thick(like: Volume, shape, affine: np.ndarray) -> np.ndarray:
    """The matrix with its slice as thick as that of ``like``, if each has but one: programs that do
    not know how thick it is, such as Slicer, take 1 mm."""
    axes = _single(shape), _single(like.shape)
    if not len(axes[0]) == len(axes[1]) == 1:
        return affine
    (own,), (other,) = axes
    affine = affine.copy()
    affine[:3, own] *= np.linalg.norm(like.affine[:3, other]) / np.linalg.norm(affine[:3, own])
    return affine


def _single(shape) -> list[int]:
    """The axes (0 is x) of a (z, y, x) array with one voxel."""
    return [axis for axis, count in enumerate(reversed(shape)) if count == 1]
