"""Where results are put together: an array in memory, or an .npy file that is not kept in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semigda.data.geometry import turned
from semigda.data.grid import WorkingGrid


class SliceStore:
    """A uint8 array (z, y, x), zero at first, that is written and read a few slices at a time.

    With a ``path`` it is an ``.npy`` file, mapped for as long as one access takes: pages of a
    mapping count as the process's memory until it is closed.
    """

    def __init__(self, shape: tuple[int, int, int], path: Path | None = None):
        self.path = path
        if path is None:
            self._array = np.zeros(shape, np.uint8)
        else:
            # Sparse on most file systems: what is never written takes no space.
            np.lib.format.open_memmap(path, "w+", np.uint8, shape)

    def array(self, mode: str = "r") -> np.ndarray:
        """The whole array; of a file, a mapping."""
        return self._array if self.path is None else np.load(self.path, mmap_mode=mode)

    def write(self, grid: WorkingGrid, start: int, slices: np.ndarray) -> None:
        """Put ``slices`` (m, rows, columns) of the turned grid in their place."""
        if not slices.any():
            return
        view = turned(self.array("r+"), grid.order, grid.flips)
        view[start : start + len(slices)] = slices

    def slices(self, start: int, stop: int) -> np.ndarray:
        """A copy of the stored slices z = start to stop."""
        return np.array(self.array()[start:stop])

    def replace(self, start: int, slices: np.ndarray) -> None:
        """Overwrite the stored slices from z = ``start`` on."""
        self.array("r+")[start : start + len(slices)] = slices
