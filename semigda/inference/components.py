"""Connected parts of a mask in 3-D, found slice by slice: memory holds two slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk


@dataclass
class Part:
    """One connected part.

    Attributes:
        size: its pixels.
        weight: the sum of its values.
        peak: its largest value, at ``place`` (slice, row, column).
    """

    size: int = 0
    weight: float = 0.0
    peak: float = -1.0
    place: tuple[int, int, int] = (0, 0, 0)

    def absorb(self, other: Part) -> None:
        self.size += other.size
        self.weight += other.weight
        if other.peak > self.peak:
            self.peak, self.place = other.peak, other.place


class Components:
    """Joins the parts of consecutive slices that touch face to face."""

    def __init__(self) -> None:
        self._parents: list[int] = []
        self._parts: list[Part] = []
        self._offsets: list[int] = []  # number of the first part of every slice
        self._previous: np.ndarray | None = None

    def add(self, mask: np.ndarray, values: np.ndarray | None = None) -> None:
        """The next slice: ``mask`` (h, w) bool, and the ``values`` (h, w) that parts add up."""
        offset = len(self._parents)
        self._offsets.append(offset)
        numbers, count = _flat_parts(mask)
        if count == 0:
            self._previous = None
            return
        self._parents.extend(range(offset, offset + count))
        self._parts.extend(self._measure(numbers, count, values))
        numbers = np.where(numbers > 0, numbers + offset, 0)  # part number + 1, as before
        if self._previous is not None:
            both = (numbers > 0) & (self._previous > 0)
            pairs = np.unique(numbers[both] << 32 | self._previous[both])  # two in one integer
            for pair in pairs.tolist():
                self._join((pair >> 32) - 1, (pair & 0xFFFFFFFF) - 1)
        self._previous = numbers

    def _measure(self, numbers: np.ndarray, count: int, values: np.ndarray | None) -> list[Part]:
        slice_number = len(self._offsets) - 1
        inside = np.flatnonzero(numbers)
        owner = numbers.ravel()[inside] - 1
        sizes = np.bincount(owner, minlength=count)
        if values is None:
            return [Part(int(size)) for size in sizes]
        worth = values.ravel()[inside]
        weights = np.bincount(owner, worth, minlength=count)
        best = np.zeros(count, np.int64)
        rising = np.argsort(worth, kind="stable")
        best[owner[rising]] = inside[rising]  # the last, so the largest, stays
        rows, columns = np.unravel_index(best, numbers.shape)
        return [
            Part(int(s), float(w), float(values[r, c]), (slice_number, int(r), int(c)))
            for s, w, r, c in zip(sizes, weights, rows, columns, strict=True)
        ]

    def _root(self, part: int) -> int:
        while self._parents[part] != part:
            self._parents[part] = self._parents[self._parents[part]]
            part = self._parents[part]
        return part

    def _join(self, one: int, two: int) -> None:
        one, two = self._root(one), self._root(two)
        if one != two:
            self._parents[max(one, two)] = min(one, two)
            self._parts[min(one, two)].absorb(self._parts[max(one, two)])

    def parts(self) -> list[Part]:
        """All parts, in the order in which they were met."""
        return [p for n, p in enumerate(self._parts) if self._parents[n] == n]

    def largest(self, number: int, mask: np.ndarray) -> np.ndarray:
        """What of ``mask`` (h, w), given earlier as slice ``number``, is in the largest part."""
        numbers, count = _flat_parts(mask)
        if count == 0:
            return mask
        best = self._largest()
        offset = self._offsets[number]
        keep = np.array([False] + [self._root(offset + n) == best for n in range(count)])
        return keep[numbers]

    def _largest(self) -> int:
        roots = [n for n, parent in enumerate(self._parents) if n == parent]
        return max(roots, key=lambda n: self._parts[n].size)


def _flat_parts(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Connected parts of a slice numbered from 1, 0 outside (h, w) int64, and their number."""
    numbers = np.zeros(mask.shape, np.int64)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return numbers, 0
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    image = sitk.GetImageFromArray(mask[box].astype(np.uint8))
    labeller = sitk.ConnectedComponentImageFilter()
    labelled = labeller.Execute(image)  # the view does not keep it alive
    numbers[box] = sitk.GetArrayViewFromImage(labelled)
    return numbers, int(labeller.GetObjectCount())
