"""Doubtful spots: patches where the two branches disagree, worst first."""

from __future__ import annotations

import math

import torch

from semigda.data.grid import WorkingGrid
from semigda.inference.components import Components
from semigda.inference.restore import smooth

# Of the total variation distance, averaged over 3 x 3 pixels: above a half the branches mostly
# stand behind different classes.
_DOUBTFUL = 0.5


class SpotFinder:
    """Collects disagreement slice by slice, on the working grid."""

    def __init__(self, grid: WorkingGrid):
        self.grid = grid
        self._components = Components()

    def add(self, disagreement: torch.Tensor) -> None:
        """The next working slices' disagreement (n, h, w), 0 to 1."""
        for plane in smooth(disagreement).cpu().numpy():
            self._components.add(plane >= _DOUBTFUL, plane)

    def spots(self, limit: int = 20) -> list[dict]:
        """At most ``limit`` spots, those with the largest sum of disagreement first.

        Each has "ijk" (the input voxel where it is strongest), "size_voxels" (of the input grid)
        and "score" (its disagreement summed up, in voxels).
        """
        grid = self.grid
        ratio = math.prod((grid.depth, grid.rows, grid.columns)) / math.prod(
            (grid.count, *grid.content)
        )
        ranked = sorted(self._components.parts(), key=lambda part: -part.weight)[:limit]
        return [
            {
                "ijk": list(grid.input_index(*part.place)),
                "size_voxels": max(1, round(part.size * ratio)),
                "score": round(part.weight * ratio, 2),
            }
            for part in ranked
        ]
