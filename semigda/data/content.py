"""The part of an image that shows something: without empty borders, and captions in them."""

from __future__ import annotations

import numpy as np

# Of a picture's own range: what JPEG adds to a border that was black.
_NOISE = 0.03
# Of a picture's side. Less than that alone would be a picture that is nearly empty, not one with a
# border; of what is cut off by a gap, less than that of the rest is a caption.
_LEAST = 1 / 8

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def whole_box(array: np.ndarray) -> Box:
    """The box of all voxels of (z, y, x[, channels])."""
    z, y, x = array.shape[:3]
    return (0, z), (0, y), (0, x)


def cut(array: np.ndarray, box: Box) -> np.ndarray:
    """The box of an array (z, y, x[, channels]), a view."""
    return array[tuple(slice(*ends) for ends in box)]


def moved(box: Box, outer: Box | None) -> Box:
    """A box of what ``outer`` cuts out, as a box of the whole; None cuts out everything."""
    if outer is None:
        return box
    z, y, x = ((a + start, b + start) for (a, b), (start, _) in zip(box, outer, strict=True))
    return z, y, x


def content_box(array: np.ndarray, picture: bool) -> Box:
    """First and last + 1 voxel of (z, y, x[, channels]) along each axis, without empty borders.

    A border is planes of one value at an end of an axis: exactly one in a volume, whose air is
    noise and whose padding is not; nearly one in a ``picture``, which JPEG may have stored. There,
    what stands in the border, apart from the rest, goes with it. An image that is empty by this
    rule is not cut at all.
    """
    noise = _NOISE * (float(array.max()) - float(array.min())) if picture else 0.0
    box = list(whole_box(array))
    for axis in (0, 1, 2, 1, 2):  # again: beside a caption rows were not empty
        inside = array[tuple(slice(*ends) for ends in box)]
        count = inside.shape[axis]
        if count == 1:
            continue
        planes = np.moveaxis(inside, axis, 0)
        first, last = _largest_part(planes, noise) if picture else _without_padding(planes)
        if last - first <= (_LEAST * array.shape[axis] if picture else 0):
            return whole_box(array)
        start = box[axis][0]
        box[axis] = start + first, start + last
    return box[0], box[1], box[2]


def _without_padding(planes: np.ndarray) -> tuple[int, int]:
    """First and last + 1 of (n, a, b[, channels]) that are not of one value, from the ends on."""
    first, last = 0, len(planes)
    while first < last and _is_flat(planes[first], planes[0]):
        first += 1
    while first < last and _is_flat(planes[last - 1], planes[-1]):
        last -= 1
    return first, last


def _is_flat(plane: np.ndarray, end: np.ndarray) -> bool:
    return bool((plane == end[:1, :1]).all())


def _largest_part(planes: np.ndarray, noise: float) -> tuple[int, int]:
    """First and last + 1 of (n, a, b[, channels]): the largest part between planes that are like an
    empty end, and other parts that are no captions."""
    colours = [np.median(end, axis=(0, 1)) for end in (planes[0], planes[-1])]
    colours = [c for c, n in zip(colours, (0, -1), strict=True) if _near(planes[n:][:1], c, noise)]
    if not colours:
        return 0, len(planes)
    empty = np.any([_near(planes, colour, noise) for colour in colours], axis=0)
    changes = np.flatnonzero(np.diff(np.concatenate([[True], empty, [True]])))
    parts = changes.reshape(-1, 2)  # first and last + 1 of each run that is not empty
    lengths = parts[:, 1] - parts[:, 0]
    kept = parts[lengths >= _LEAST * lengths.max(initial=0)]
    return (int(kept[0, 0]), int(kept[-1, 1])) if len(kept) else (0, 0)


def _near(planes: np.ndarray, colour: np.ndarray, noise: float) -> np.ndarray:
    """Which of (n, a, b[, channels]) are of this colour throughout."""
    low, high = planes.min((1, 2)), planes.max((1, 2))
    near = (high <= colour + noise) & (low >= colour - noise)
    return near if near.ndim == 1 else near.all(1)
