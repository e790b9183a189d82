"""Labels on another grid than their image: how much lies inside, and bringing them there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from semigda.data.labels import in_class_order, label_parts, read_classes, structure_mask
from semigda.data.unlabelled import finished_of, unfinished
from semigda.data.volumes import Volume, read_layer
from semigda_core.labels.finished import IGNORED, WHOLE
from semigda_core.labels.segments import read_segments

_POINTS = 500_000  # voxels that locate a label, out of perhaps many millions


def share_inside(path, like: Volume, only: Iterable[str] = ()) -> float:
    """Share (0 to 1) of a label's foreground that lies within the image, in space; 0 if empty.

    Args:
        only: see :func:`label_parts`.
    """
    inside = count = 0.0
    for mask, grid in _own_masks(Path(path), only):
        voxels = np.flatnonzero(mask)
        if not len(voxels):
            continue
        some = np.unravel_index(voxels[:: len(voxels) // _POINTS + 1], mask.shape)
        index = _index_in(like.affine, grid.affine, np.stack(some, axis=1))
        within = (index > -0.5) & (index < np.array(like.shape[::-1]) - 0.5)
        inside += len(voxels) * float(within.all(axis=1).mean())
        count += len(voxels)
    return inside / count if count else 0.0


def _own_masks(path: Path, only: Iterable[str]) -> Iterator[tuple[np.ndarray, Volume]]:
    """The foreground of a label file on its own grid; structures have one each."""
    if path.is_dir():
        yield from (structure_mask(path, name) for name in only)
        return
    grid = _own_grid(path)
    foreground = np.zeros(grid.shape, bool)
    for _, mask in label_parts(path, grid):
        foreground |= mask
    yield foreground, grid


def held_keys(path) -> list[str]:
    """The keys of a label file's parts that hold voxels, wherever it lies."""
    return [key for key, mask in label_parts(path, _own_grid(path)) if mask.any()]


def has_overlaps(path: Path | None, classes: Mapping[str, int] | None) -> bool:
    """Whether parts of different classes share voxels in a label: only one counts there.

    Slicer puts overlapping segments into different layers, and other programs each class into a map
    or a file of its own; voxels of other files are not read.
    """
    if path is None or not classes or len(set(classes.values()) - {0}) < 2:
        return False
    layers = {segment.layer for segment in read_segments(path) if not segment.ignored}
    if len(layers) < 2 and not any(key.startswith("channel ") for key in classes):
        return False
    seen: np.ndarray | None = None
    for value, mask in _on_one_grid(path, classes):
        seen = np.zeros(mask.shape, np.uint8) if seen is None else seen
        if np.isin(seen[mask], (0, value, IGNORED), invert=True).any():
            return True
        seen[mask] = value
    return False


def _on_one_grid(path: Path, classes: Mapping[str, int]) -> Iterator[tuple[int, np.ndarray]]:
    """Class and mask of every part that has a class: on the file's own grid, or on that of a
    folder's first structure."""
    if not path.is_dir():
        parts = label_parts(path, _own_grid(path), classes)
        yield from ((classes[key], mask) for key, mask in parts if classes.get(key))
        return
    first: Volume | None = None
    for value, name in in_class_order(classes):
        mask, own = structure_mask(path, name)
        first = first or own
        if mask.shape != first.shape or not np.array_equal(own.affine, first.affine):
            there = np.zeros(first.shape, np.uint8)
            _paint(there, first, mask, own.affine, 1)
            mask = there > 0
        yield value, mask


def resample_classes(
    path,
    like: Volume,
    classes: Mapping[str, int],
    label_slices: str | None = None,
    *,
    others: bool = False,
) -> np.ndarray:
    """A label file on another grid, resampled to that of ``like``: uint8 (z, y, x), nearest voxel.

    The arguments and values are those of :func:`read_classes`. Where a partly labelled file does
    not reach, nothing is known either.
    """
    if Path(path).is_dir():
        result = np.zeros(like.shape, np.uint8)
        for value, name in in_class_order(classes):
            mask, own = structure_mask(Path(path), name)
            _paint(result, like, mask, own.affine, value)
        return result
    grid = _own_grid(path)
    labels = read_classes(path, grid, classes, WHOLE, others=others)
    finished = finished_of(Path(path), label_slices)
    if partly := finished is not None:
        labels[unfinished(Path(path), grid, finished, beyond=True)] = IGNORED
    result = np.full(like.shape, IGNORED if partly else 0, np.uint8)
    for value in np.unique(labels):
        if value or partly:
            _paint(result, like, labels == value, grid.affine, value)
    return result


def _own_grid(path) -> Volume:
    """The grid of a label file itself, with its first layer."""
    path = Path(path)
    segments = read_segments(path)
    return read_layer(path, min((segment.layer for segment in segments), default=0))


def _index_in(target: np.ndarray, source: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Indices (n, zyx) of the grid ``source`` as real indices (n, xyz) of the grid ``target``."""
    relative = np.linalg.solve(target, source)
    return points[:, ::-1] @ relative[:3, :3].T + relative[:3, 3]


def _paint(result: np.ndarray, like: Volume, mask: np.ndarray, affine, value: int) -> None:
    """Give ``value`` to the voxels of ``like`` whose centre lies in ``mask``; slice by slice."""
    rows, columns = np.mgrid[: like.shape[1], : like.shape[2]]
    limits = np.array(mask.shape[::-1])
    for number, plane in enumerate(result):
        points = np.stack([np.full(rows.size, number), rows.ravel(), columns.ravel()], axis=1)
        index = np.rint(_index_in(affine, like.affine, points)).astype(int)
        inside = ((index >= 0) & (index < limits)).all(axis=1)
        x, y, z = index[inside].T
        hit = np.zeros(rows.size, bool)
        hit[inside] = mask[z, y, x]
        plane[hit.reshape(plane.shape)] = value
