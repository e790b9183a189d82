"""A region of interest in a volume: the voxels to work on, and those of them that lie inside."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from semigda.data.content import Box, cut
from semigda.data.grid import WorkingGrid
from semigda.data.volumes import Volume
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.region import OUTSIDE

NOTE = "Only the region of interest was segmented."
_ROUNDING = 1e-6  # voxels, or shares of a box
# Voxels: with fewer along two axes a region shows nothing that a network could recognise.
_LEAST = 4


class Region:
    """A region (see :mod:`semigda_core.jobs.region`) in ``volume``.

    A voxel belongs to it if its middle does. Of an image of one slice it is the rectangle that it
    shows from the front, wherever that slice lies.

    Attributes:
        box: the smallest box of voxels that holds the region, as far as it lies in the volume.

    Raises:
        SemiGDAError: "bad-input" if it lies outside, or holds too little.
    """

    def __init__(self, volume: Volume, roi: dict[str, Any]):
        self._place(volume, roi)
        if not self._holds_enough():
            raise SemiGDAError(
                "bad-input",
                "The region of interest is too small: it holds hardly any voxel of the image.",
                action="Make it larger.",
            )
        self._check_values(volume)

    def _place(self, volume: Volume, roi: dict[str, Any]) -> None:
        axes = np.asarray(roi["axes"], float)
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        inverse = np.linalg.inv(volume.affine)
        # In voxel indices (i, j, k); columns are half the box's edges.
        middle = inverse[:3, :3] @ roi["center"] + inverse[:3, 3]
        edges = inverse[:3, :3] @ (axes.T * np.asarray(roi["size"], float) / 2)
        if volume.shape[0] == 1:
            middle[2], edges = 0, _seen_from_the_front(edges)
        self.box = _box(middle, edges, volume.shape)
        # Of index (z, y, x, 1): a position that lies inside if none of it is beyond 1.
        turned = np.linalg.inv(edges)
        self._position = np.column_stack([turned[:, ::-1], -turned @ middle])

    def _holds_enough(self) -> bool:
        planes, rows, columns = (np.arange(*ends, dtype=float) for ends in self.box)
        deep, high, wide = 0, np.zeros(len(rows), bool), np.zeros(len(columns), bool)
        for z in planes:  # never all of them: a lattice of numbers is larger than the image
            (plane,) = self._inside(np.array([z]), rows, columns)
            deep, high, wide = deep + plane.any(), high | plane.any(1), wide | plane.any(0)
        return sorted((deep, high.sum(), wide.sum()))[1] >= _LEAST

    def _check_values(self, volume: Volume) -> None:
        part = cut(volume.array, self.box)
        if part.min() >= part.max():
            raise SemiGDAError(
                "bad-input",
                "The image is constant inside the region of interest: all its voxels are equal.",
                action="Place it on what the image shows.",
            )

    def _inside(self, *indices: np.ndarray) -> np.ndarray:
        """Whether each voxel of a lattice lies inside, bool; ``indices`` are its three axes'
        positions in the volume, along (z, y, x)."""
        z, y, x = np.ix_(*indices)
        inside = np.ones((len(indices[0]), len(indices[1]), len(indices[2])), bool)
        for by_z, by_y, by_x, offset in self._position:
            inside &= np.abs(by_z * z + by_y * y + by_x * x + offset) <= 1 + _ROUNDING
        return inside

    def _turned(self, grid: WorkingGrid, *positions: np.ndarray) -> np.ndarray:
        """As :meth:`_inside`, for positions in the grid's turned box along (slice, row, column)."""
        stored = [np.zeros(0)] * 3
        sizes = (grid.depth, grid.rows, grid.columns)
        for axis, place, size, flip in zip(grid.order, positions, sizes, grid.flips, strict=True):
            start = grid.box[axis][0] if grid.box else 0
            stored[axis] = start + (size - 1 - place if flip else place)
        return self._inside(*stored).transpose(grid.order)

    def voxels(self, grid: WorkingGrid, start: int, count: int) -> np.ndarray:
        """Which voxels of ``count`` turned input slices from ``start`` on lie inside, bool (count,
        rows, columns)."""
        rows, columns = (np.arange(n, dtype=float) for n in (grid.rows, grid.columns))
        return self._turned(grid, np.arange(start, start + count, dtype=float), rows, columns)

    def pixels(self, grid: WorkingGrid, start: int, count: int) -> np.ndarray:
        """Which pixels of ``count`` working slices from ``start`` on lie inside, without padding,
        bool (count, h, w)."""
        through = np.arange(start, start + count)
        places = [(through + 0.5) * grid.depth / grid.count - 0.5]
        for pixels, voxels in zip(grid.content, (grid.rows, grid.columns), strict=True):
            places.append((np.arange(pixels) + 0.5) * voxels / pixels - 0.5)
        return self._turned(grid, *places)


def outside(volume: Volume, roi: dict[str, Any]) -> np.ndarray:
    """Which voxels (z, y, x) of a grid do not lie in a region, whatever the image shows there.

    Raises:
        SemiGDAError: "bad-input" if all lie outside.
    """
    region = Region.__new__(Region)
    region._place(volume, roi)
    found = np.ones(volume.shape, bool)
    rows, columns = (np.arange(n, dtype=float) for n in volume.shape[1:])
    for number, plane in enumerate(found):
        (inside,) = region._inside(np.array([float(number)]), rows, columns)
        plane[inside] = False
    return found


def _seen_from_the_front(edges: np.ndarray) -> np.ndarray:
    """The box's edges with the one that leads most out of the slice leading straight out."""
    through = int(np.argmax(np.abs(edges[2]) / np.linalg.norm(edges, axis=0)))
    flat = edges.copy()
    flat[2], flat[:, through] = 0, (0, 0, 1)
    return flat


def _box(middle: np.ndarray, edges: np.ndarray, shape: tuple[int, int, int]) -> Box:
    corners = np.array([middle + edges @ s for s in itertools.product((-1, 1), repeat=3)])
    first = np.floor(corners.min(0) + 0.5 + _ROUNDING).clip(0, None)
    last = np.ceil(corners.max(0) + 0.5 - _ROUNDING).clip(None, shape[::-1])
    if (last <= first).any():
        raise SemiGDAError(
            "bad-input",
            "The region of interest lies outside of the image.",
            action="Place it on the image.",
            detail=OUTSIDE,
        )
    x, y, z = ((int(a), int(b)) for a, b in zip(first, last, strict=True))
    return z, y, x
