"""One file of slices: an ``.npy`` array, then a line of JSON about it.

Slices are read when they are needed, and are not mapped. A file that stays mapped counts as memory
of the process, holds a descriptor (macOS allows 256), cannot be deleted on Windows, and ends the
process when its disk is gone. The system keeps what was read in memory that nobody else wants.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_atomically
from semigda_core.files.documents import Wrong, list_of, record, text, whole

MOST_PIECES = 10_000_000  # entries of pixels
_ABOUT = record(
    {"digest": text(64)},
    {"pixels": list_of(list_of(whole(0, 1 << 40), 3, least=3), MOST_PIECES)},
)
_TYPES = ("|u1", "<f2")


@dataclass(frozen=True)
class SliceFile:
    """An array on disk (n, ...), read along its first axis: ``file[3]``, ``file[3:5]``.

    Attributes:
        offset: of the first value, in bytes.
        digest: of the values, as they were written.
        pixels: of label maps, (slice, class, how many pixels) for all that is not background.
    """

    path: Path
    dtype: np.dtype
    shape: tuple[int, ...]
    offset: int
    digest: str
    pixels: tuple[tuple[int, int, int], ...] = ()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: int | slice) -> Tensor:
        """A copy of slice ``which``, or of consecutive ones.

        Raises:
            SemiGDAError: "bad-input" if the file was deleted or cut since it was opened.
        """
        if isinstance(which, int):
            return self[which : which + 1][0]
        start, stop, _ = which.indices(len(self))
        count = (stop - start) * self._size
        offset = self.offset + start * self._size * self.dtype.itemsize
        try:
            values = np.fromfile(self.path, self.dtype, count, offset=offset)
        except OSError:
            values = np.empty(0, self.dtype)
        if len(values) != count:
            raise SemiGDAError(
                "bad-input",
                "Prepared slices were deleted while they were needed.",
                action="Resume or start again: they are made anew.",
            )
        return torch.from_numpy(values.reshape(stop - start, *self.shape[1:]))

    @cached_property
    def _size(self) -> int:
        """Values of a slice."""
        return math.prod(self.shape[1:])

    @property
    def nbytes(self) -> int:
        return len(self) * self._size * self.dtype.itemsize

    def is_whole(self) -> bool:
        """Whether the values are those that were written; reads all of them."""
        digest, left = hashlib.blake2b(digest_size=16), self.nbytes
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            while left and (block := file.read(min(left, 1 << 20))):
                digest.update(block)
                left -= len(block)
        return digest.hexdigest() == self.digest


def open_slices(path: Path) -> SliceFile | None:
    """What :func:`write_slices` wrote; None if it is missing or not whole.

    Only the beginning and the end are looked at: :meth:`SliceFile.is_whole` reads everything.
    """
    try:
        with open(path, "rb") as file:
            shape, dtype = _header(file)
            offset = file.tell()
            file.seek(math.prod(shape) * dtype.itemsize, os.SEEK_CUR)
            about = json.loads(file.read())
        _ABOUT(about)
    except (OSError, ValueError, RecursionError, Wrong):
        return None
    pixels = tuple((n, value, count) for n, value, count in about.get("pixels", ()))
    return SliceFile(path, dtype, shape, offset, about["digest"], pixels)


def write_slices(path: Path, chunks: Iterable[Tensor], count: int) -> str:
    """Write ``count`` slices, a chunk (n, ...) at a time, and return the digest of their values.

    The name appears when all is there. Label maps (n, H, W) also get the number of pixels of each
    class in each slice. The disk is not waited for: the store does that for many files at once.

    Raises:
        SemiGDAError: "disk-full", and nothing is left of it.
    """
    digest = hashlib.blake2b(digest_size=16)

    def write(file: BinaryIO) -> None:
        pixels, at = [], 0
        for chunk in chunks:
            values = np.ascontiguousarray(chunk.numpy())
            if not at:
                shape = (count, *values.shape[1:])
                header = {"descr": values.dtype.str, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
            if chunk.ndim == 3:
                pixels += _pixels(chunk, at)
            at += len(values)
            digest.update(values.data)
            file.write(values.data)
        about: dict[str, Any] = {"digest": digest.hexdigest(), "pixels": pixels}
        file.write(json.dumps(about).encode("ascii"))

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, write, durable=False)
    return digest.hexdigest()


def _pixels(labels: Tensor, first: int) -> list[tuple[int, int, int]]:
    """See :attr:`SliceFile.pixels`; of the slices from number ``first`` on."""
    found = []
    for number, plane in enumerate(labels, first):
        counts = torch.bincount(plane.flatten(), minlength=1).tolist()
        found += [(number, value, n) for value, n in enumerate(counts) if value and n]
    return found


def _header(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type in an ``.npy`` header; ValueError if it is none of ours."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("version")
    shape, in_columns, dtype = np.lib.format.read_array_header_1_0(file)
    if in_columns or dtype.str not in _TYPES or len(shape) < 3 or min(shape) < 1:
        raise ValueError("array")
    return shape, dtype
