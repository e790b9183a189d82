"""Connected parts of a label map in 3-D, found slice by slice: memory holds two slices.

A whole volume at once would take SimpleITK nine bytes a voxel, and it cannot be cancelled
meanwhile. For a slice, its filter takes three times as long as this.
"""

from __future__ import annotations

import numpy as np


class Components:
    """Joins the flat parts of consecutive slices that touch face to face and have one label."""

    def __init__(self) -> None:
        self.count = 0  # flat parts so far; they are numbered from 1, on from slice to slice
        self._labels: np.ndarray = np.zeros((0, 0), np.uint8)  # of the slice before
        self._numbers: np.ndarray = np.zeros((0, 0), np.int64)
        self._touching: list[np.ndarray] = []
        self._sizes: list[np.ndarray] = [np.zeros(1, np.int64)]

    def add(self, labels: np.ndarray) -> np.ndarray:
        """The next slice (h, w) uint8, 0 is background -> its flat parts' numbers (h, w) int64."""
        numbers = np.zeros(labels.shape, np.int64)
        rows, columns = np.flatnonzero(labels.any(1)), np.flatnonzero(labels.any(0))
        if rows.size:
            box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            flat = _flat_parts(labels[box])
            numbers[box] = np.where(flat > 0, flat + self.count, 0)
            self.count += int(flat.max())
            self._sizes.append(np.bincount(flat.ravel())[1:])
        if self._numbers.shape == numbers.shape:
            both = (labels > 0) & (labels == self._labels)
            pairs = numbers[both] << 32 | self._numbers[both]  # two in one integer
            # Neighbours are mostly equal, and leaving them out is cheaper than sorting.
            pairs = np.unique(pairs[np.diff(pairs, prepend=0) != 0])
            self._touching.append(np.stack([pairs >> 32, pairs & 0xFFFFFFFF]))
        self._labels, self._numbers = labels, numbers
        return numbers

    def sizes(self) -> np.ndarray:
        """Pixels of each flat part by its number, (count + 1,) int64; the first is 0."""
        return np.concatenate(self._sizes)

    def wholes(self) -> np.ndarray:
        """For each flat part the lowest number in the part that it belongs to, (count + 1,)."""
        one, two = np.concatenate([np.zeros((2, 0), np.int64), *self._touching], 1)
        return _lowest(self.count + 1, one, two)


def _lowest(count: int, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """For each of ``count`` numbers the lowest one that it is joined with, if ``one[n]`` and
    ``two[n]`` are."""
    whole = np.arange(count)
    while (apart := whole[one] != whole[two]).any():
        one, two = one[apart], two[apart]
        low, high = np.sort([whole[one], whole[two]], 0)
        np.minimum.at(whole, high, low)
        while (whole[whole] != whole).any():
            whole = whole[whole]
    return whole


def _flat_parts(labels: np.ndarray) -> np.ndarray:
    """Numbers of the connected parts of equal labels, from 1 in the order of their first pixels
    (h, w) int64; 0 for label 0."""
    height, width = labels.shape
    # Runs of equal labels; a column of zeros keeps a row's last one apart from the next row's
    # first.
    line = np.pad(labels, ((0, 0), (0, 1))).ravel()
    begins = np.flatnonzero(np.diff(line, prepend=line[:1] ^ 1))
    ends = np.append(begins[1:], line.size)
    inside = np.flatnonzero(line[begins])
    first, last, label = begins[inside], ends[inside], line[begins[inside]]
    # Of each run the runs of the next row that lie below it: from ``low`` on, so many.
    low = np.searchsorted(last, first + width + 1, "right")
    many = np.searchsorted(first, last + width + 1, "left") - low
    above = np.repeat(np.arange(len(inside)), many)
    below = np.arange(len(above)) + np.repeat(low - np.cumsum(many) + many, many)
    same = label[above] == label[below]
    whole = _lowest(len(inside), above[same], below[same])
    numbers = np.zeros(len(begins), np.int64)
    numbers[inside] = np.cumsum(whole == np.arange(len(whole)))[whole]
    return np.repeat(numbers, ends - begins).reshape(height, width + 1)[:, :width]


def largest_part(mask: np.ndarray) -> int:
    """Voxels of the largest connected part of a mask (z, y, x) bool; 0 if it is empty."""
    components = Components()
    for plane in mask:
        components.add(plane.astype(np.uint8))
    return int(np.bincount(components.wholes(), components.sizes()).max())
