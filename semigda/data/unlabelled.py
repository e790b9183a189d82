"""Where a label says nothing: slices that are not finished, and regions that are ignored.

Whoever reads a label gets the class :data:`IGNORED` there. It is neither background, nor one of
the study's classes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semigda.data.geometry import lattice_match
from semigda.data.volumes import Volume, read_layer
from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import FinishedSlices, finished_said, read_finished
from semigda_core.labels.nrrd import read_keys
from semigda_core.labels.segments import read_segments

_OFFSET = "Segmentation_ReferenceImageExtentOffset"


def finished_of(path: Path, label_slices: str | None = None) -> FinishedSlices | None:
    """Which slices of a label are finished, None for all of them: as ``label_slices`` says, or
    else as the file does.

    Raises:
        SemiGDAError: "bad-input" if that cannot be read.
    """
    if label_slices is not None:
        return read_finished(label_slices)
    return finished_said(segment.tags for segment in read_segments(path))


def unfinished(
    path: Path, like: Volume, finished: FinishedSlices, *, beyond: bool = False
) -> np.ndarray:
    """Where a label is not finished: bool (z, y, x) on the grid of ``like``.

    Args:
        beyond: whether marks may lie outside of that grid, as of a label that Slicer has cropped,
            on its own grid; else they are of another image, or mistyped.

    Raises:
        SemiGDAError: "geometry-mismatch" if the label lies on another grid; "bad-input" for a
            mark outside.
    """
    axis, numbers = _slices_of(path, like, finished)
    inside = [n for n in numbers if 0 <= n < like.shape[axis]]
    if len(inside) < len(numbers) and not beyond:
        raise SemiGDAError(
            "bad-input",
            "Slices that are marked as finished do not exist: in this direction the image has "
            f"{like.shape[axis]}, counted from 0.",
            action="Mark the finished slices of the case again.",
        )
    unknown = np.ones(like.shape, bool)
    where: list = [slice(None)] * 3
    where[axis] = inside
    unknown[tuple(where)] = False
    return unknown


def finished_axis(path: Path, like: Volume, finished: FinishedSlices) -> tuple[int, int]:
    """The array axis (z, y, x) of ``like`` that counts the slices, and how many are finished."""
    axis, numbers = _slices_of(path, like, finished)
    return axis, sum(0 <= n < like.shape[axis] for n in numbers)


def whole_slices(known: np.ndarray) -> FinishedSlices | None:
    """The finished slices of a label with voxels ``known`` (z, y, x); None if these are not whole
    slices of one direction."""
    for axis in range(3):
        others = tuple(n for n in range(3) if n != axis)
        some, all_ = known.any(axis=others), known.all(axis=others)
        if np.array_equal(some, all_):
            return FinishedSlices(2 - axis, tuple(np.flatnonzero(some).tolist()))
    return None


def _slices_of(path: Path, like: Volume, finished: FinishedSlices) -> tuple[int, list[int]]:
    """The same slices on the grid of ``like``: array axis (z, y, x) and numbers."""
    array_axis = 2 - finished.axis
    if like.two_dimensional:
        return array_axis, list(finished.indices)
    segments = read_segments(path)
    stored = read_layer(path, min((segment.layer for segment in segments), default=0))
    match = lattice_match(like, stored.shape, stored.affine)
    if match is None:
        raise SemiGDAError("geometry-mismatch")
    order, flips, start = match
    # Slicer may store only the part of its grid that holds something; it counts from the whole's.
    begin = _offset(path)[finished.axis]
    axis = order.index(array_axis)
    numbers = [n - begin for n in finished.indices]
    if flips[axis]:
        numbers = [stored.shape[array_axis] - 1 - n for n in numbers]
    return axis, [start[axis] + n for n in numbers]


def _offset(path: Path) -> tuple[int, int, int]:
    """Of the file's first voxel (i, j, k) in the grid that its segmentation refers to."""
    try:
        i, j, k = map(int, read_keys(path).get(_OFFSET, "0 0 0").split())
    except ValueError as error:
        raise SemiGDAError("bad-input", "The segmentation's header is damaged.") from error
    return i, j, k
