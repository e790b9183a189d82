"""The frames of a 4-D image, unpacked once into a private file."""

from __future__ import annotations

import mmap
from typing import Any, BinaryIO

import numpy as np


class StoredFrames:
    """The frames of an image as they are stored; in memory is only the one that is asked for.

    Args:
        file: the voxels, as numbers of this computer.
        answer: the reader process's description of them, see :func:`semigda.reading.foreign.read`.

    Attributes:
        count: how many frames, or values a voxel, the image has.
        affine: (4, 4) voxel index (x, y, z) to LPS mm.
        picture: whether it is a plain picture, without a position in space.
    """

    def __init__(self, file: BinaryIO, answer: dict[str, Any]):
        self._file, self._dtype = file, answer["dtype"]
        self._shape, self._axis = answer["shape"], answer["axis"]
        self.count: int = answer["frames"]
        self.affine = np.array(answer["affine"])
        self.picture: bool = answer["picture"]

    def array(self, frame: int) -> np.ndarray:
        """One of several frames, from 0: (z, y, x)."""
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
            stored = np.frombuffer(memory, self._dtype).reshape(self._shape)
            # A copy: the memory of a map that goes is that of the file, which may be large.
            found = np.array(np.moveaxis(stored, self._axis, -1)[..., frame])
            del stored
        return found
