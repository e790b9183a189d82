"""Where results are assembled: an array in memory, or an .npy file outside it."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from semigda.data.grid import WorkingGrid
from semigda_core.errors import SemiGDAError, disk_is_full


class SliceStore:
    """A uint8 array (z, y, x), initially zero, written and read a few slices at a time.

    With a ``path`` it is an ``.npy`` file, mapped for as long as one access takes: pages of a
    mapping count as the process's memory until it is closed.
    """

    def __init__(self, shape: tuple[int, int, int], path: Path | None = None):
        self.path = path
        if path is None:
            self._array = np.zeros(shape, np.uint8)
        else:
            _create(path, shape)

    def array(self, mode: Literal["r", "r+"] = "r") -> np.ndarray:
        """The whole array; of a file, a mapping."""
        return self._array if self.path is None else np.load(self.path, mmap_mode=mode)

    def write(self, grid: WorkingGrid, start: int, slices: np.ndarray) -> None:
        """Put ``slices`` (m, rows, columns) of the grid's turned box in their place."""
        if not slices.any():
            return
        view = grid.turned(self.array("r+"))
        view[start : start + len(slices)] = slices

    def slices(self, start: int, stop: int) -> np.ndarray:
        """A copy of the stored slices z = start to stop."""
        return np.array(self.array()[start:stop])

    def replace(self, start: int, slices: np.ndarray) -> None:
        """Overwrite the stored slices from z = ``start`` on."""
        self.array("r+")[start : start + len(slices)] = slices


def _create(path: Path, shape: tuple[int, int, int]) -> None:
    """An ``.npy`` file of zeros with reserved disk space.

    Without space for a page of a mapped file, the system would end the process (SIGBUS).

    Raises:
        SemiGDAError: "disk-full".
    """
    header = {"descr": "|u1", "fortran_order": False, "shape": tuple(map(int, shape))}
    try:
        with open(path, "wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            file.flush()
            _reserve(file, math.prod(shape))
    except OSError as error:
        if disk_is_full(error):
            raise SemiGDAError("disk-full") from error
        raise


def _reserve(file: BinaryIO, count: int) -> None:
    """Extend a file by ``count`` zeros that occupy disk space, instead of a hole."""
    if hasattr(os, "posix_fallocate") and count:
        try:
            os.posix_fallocate(file.fileno(), file.tell(), count)
            return
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                raise  # and these mean that the file system cannot do it
    zeros = bytes(min(count, 1 << 20))
    for start in range(0, count, 1 << 20):
        file.write(zeros[: count - start])
