"""Connected parts of a label map in 3-D, found slice by slice: memory holds two slices.

SimpleITK numbers the parts of one slice. A whole volume at once would take it nine bytes a voxel,
and it cannot be cancelled meanwhile.
"""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk


class Components:
    """Joins the flat parts of consecutive slices that touch face to face and have one label."""

    def __init__(self) -> None:
        self.count = 0  # flat parts so far; they are numbered from 1, on from slice to slice
        self._labels: np.ndarray = np.zeros((0, 0), np.uint8)  # of the slice before
        self._numbers: np.ndarray = np.zeros((0, 0), np.int64)
        self._touching: list[np.ndarray] = []

    def add(self, labels: np.ndarray) -> np.ndarray:
        """The next slice (h, w) uint8, 0 is background -> its flat parts' numbers (h, w) int64."""
        numbers = np.zeros(labels.shape, np.int64)
        rows, columns = np.flatnonzero(labels.any(1)), np.flatnonzero(labels.any(0))
        if rows.size:
            box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            flat = _flat_parts(labels[box])
            numbers[box] = np.where(flat > 0, flat + self.count, 0)
            self.count += int(flat.max())
        if self._numbers.shape == numbers.shape:
            both = (labels > 0) & (labels == self._labels)
            pairs = numbers[both] << 32 | self._numbers[both]  # two in one integer
            # Neighbours are mostly equal, and leaving them out is cheaper than sorting.
            pairs = np.unique(pairs[np.diff(pairs, prepend=0) != 0])
            self._touching.append(np.stack([pairs >> 32, pairs & 0xFFFFFFFF]))
        self._labels, self._numbers = labels, numbers
        return numbers

    def wholes(self) -> np.ndarray:
        """For each flat part the lowest number in the part that it belongs to, (count + 1,)."""
        whole = np.arange(self.count + 1)
        if not self._touching:
            return whole
        one, two = np.concatenate(self._touching, 1)
        while (apart := whole[one] != whole[two]).any():
            one, two = one[apart], two[apart]
            low, high = np.sort([whole[one], whole[two]], 0)
            np.minimum.at(whole, high, low)
            while (whole[whole] != whole).any():
                whole = whole[whole]
        return whole


def _flat_parts(labels: np.ndarray) -> np.ndarray:
    """Numbers of the connected parts of equal labels, from 1 (h, w); 0 for label 0."""
    image = sitk.GetImageFromArray(labels)
    # By numpy: SimpleITK starts threads to compare, which takes longer than all the rest.
    inside = sitk.GetImageFromArray((labels > 0).view(np.uint8))
    same = sitk.ScalarConnectedComponentImageFilter()  # a distance of 0 between neighbours
    return sitk.GetArrayFromImage(same.Execute(image, inside))
