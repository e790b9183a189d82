"""Doubtful spots: patches that are as likely wrong as not, worst first."""

from __future__ import annotations

import math

import numpy as np
import torch

from semigda.data.components import Components
from semigda.data.grid import WorkingGrid
from semigda.inference.restore import smooth

# Of the doubt, averaged over 3 x 3 pixels: thin rims, on which any two readers differ, stay below.
_DOUBTFUL = 0.7
# A flat part: its number, its pixels, the sum of their doubt, and the largest with its
# position (slice, row, column).
_FLAT = np.dtype(
    [("number", "i8"), ("size", "i8"), ("weight", "f8"), ("peak", "f8"), ("place", "i8", 3)]
)


class SpotFinder:
    """Collects doubt slice by slice, on the working grid."""

    def __init__(self, grid: WorkingGrid):
        self.grid = grid
        self._components = Components()
        self._flat: list[np.ndarray] = []  # of every slice, of type _FLAT

    def add(self, doubt: torch.Tensor, inside: torch.Tensor | None = None) -> None:
        """The next working slices' doubt (n, h, w), 0 to 1, and where it counts, bool; on the
        CPU."""
        planes = smooth(doubt)
        for plane in (planes if inside is None else planes * inside).numpy():
            numbers = self._components.add((plane >= _DOUBTFUL).astype(np.uint8))
            self._flat.append(_measured(numbers, plane, len(self._flat)))

    def spots(self, limit: int = 20) -> list[dict]:
        """At most ``limit`` spots, those with the largest sum of doubt first.

        Each has "ijk" (the input voxel where it is strongest), "size_voxels" (of the input grid)
        and "score" (its doubt summed up, in voxels).
        """
        grid = self.grid
        ratio = math.prod((grid.depth, grid.rows, grid.columns)) / math.prod(
            (grid.count, *grid.content)
        )
        flat = np.concatenate([np.zeros(0, _FLAT), *self._flat])
        flat = flat[np.argsort(-flat["peak"], kind="stable")]
        whole = self._components.wholes()[flat["number"]]
        _, strongest, spot = np.unique(whole, return_index=True, return_inverse=True)
        size, weight = np.bincount(spot, flat["size"]), np.bincount(spot, flat["weight"])
        return [
            {
                "ijk": list(grid.input_index(*flat["place"][strongest[n]].tolist())),
                "size_voxels": max(1, round(size[n] * ratio)),
                "score": round(float(weight[n]) * ratio, 2),
            }
            for n in np.argsort(-weight, kind="stable")[:limit]
        ]


def _measured(numbers: np.ndarray, plane: np.ndarray, number: int) -> np.ndarray:
    """The flat parts of slice ``number``, whose pixels have these numbers and values (h, w)."""
    pixels = np.flatnonzero(numbers)
    if not pixels.size:
        return np.zeros(0, _FLAT)
    values, part = plane.ravel()[pixels], numbers.ravel()[pixels]
    first = part.min()  # the numbers of a slice lie close together
    part -= first
    size, peak = np.bincount(part), np.zeros(part.max() + 1, plane.dtype)
    np.maximum.at(peak, part, values)
    peaks = np.flatnonzero(values == peak[part])
    found, strongest = np.unique(part[peaks], return_index=True)
    flat = np.zeros(len(found), _FLAT)
    flat["number"], flat["size"], flat["peak"] = first + found, size[found], peak[found]
    flat["weight"] = np.bincount(part, values)[found]
    rows, columns = np.unravel_index(pixels[peaks[strongest]], plane.shape)
    flat["place"] = np.stack([np.full_like(rows, number), rows, columns], 1)
    return flat
