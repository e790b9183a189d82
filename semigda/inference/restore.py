"""From working slices back to the input grid: resampled probabilities become labels on the way.

Working slices arrive in order; input slices leave in order as soon as all their sources have
arrived. So memory holds a few slices, never classes x volume.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from math import gcd

import torch
import torch.nn.functional as F

from semigda.data.grid import WorkingGrid, axis_weights
from semigda.data.preprocess import resample

_AT_ONCE = 16  # input slices handed on together

Slices = tuple[slice, slice]  # rows, columns


class Restorer:
    """Takes (n, C, h, w) maps of consecutive working slices and yields them at the input's
    slices."""

    def __init__(self, grid: WorkingGrid):
        self.grid = grid
        self._held: torch.Tensor | None = None
        self._first = 0  # working slice that _held begins with
        self._next = 0  # next input slice to yield

    def push(self, maps: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
        """Yields ``(start, maps)``: (m, C, h, w) of the input slices from ``start`` on."""
        held = self._held
        held = maps if held is None or not len(held) else torch.cat([held.to(maps.device), maps])
        known = self._first + len(held)
        while self._next < self.grid.depth:
            start, stop = self._next, min(self._next + _AT_ONCE, self.grid.depth)
            first, last, weights = self._weights(start, stop)
            while last > known and stop > start + 1:
                stop -= 1
                first, last, weights = self._weights(start, stop)
            if last > known:
                break
            part = held[first - self._first : last - self._first]
            if weights is not None:
                part = torch.einsum("os,schw->ochw", weights.to(part.device), part)
            yield start, part
            self._next = stop
        if self._next < self.grid.depth:
            first, _, _ = self._weights(self._next, self._next + 1)
            keep = max(0, first - self._first)
            self._held, self._first = held[keep:].clone(), self._first + keep
        else:
            self._held = None

    def _weights(self, start: int, stop: int):
        return axis_weights(self.grid.count, self.grid.depth, start, stop)


def to_labels(probabilities: torch.Tensor, grid: WorkingGrid) -> torch.Tensor:
    """Probabilities (K + 1, h, w) of a slice -> labels (rows, columns) uint8 on the CPU.

    The probabilities are resampled, not the labels, so edges are smooth. A class that is nowhere
    likelier than background stays so under any interpolation, and costs nothing.
    """
    size = (grid.rows, grid.columns)
    labels = torch.zeros(size, dtype=torch.uint8, device=probabilities.device)
    ahead = probabilities[1:] > probabilities[:1]
    there = ahead.flatten(1).any(1).nonzero()[:, 0] + 1
    if len(there):
        part, place = _around(ahead.any(0), size)
        there = torch.cat([there.new_zeros(1), there])
        planes = (probabilities[number][part] for number in there)
        height, width = labels[place].shape
        planes = (resample(plane[None, None], (height, width))[0, 0] for plane in planes)
        labels[place] = likeliest(planes, there.tolist())
    return labels.cpu()


def _around(wanted: torch.Tensor, size: tuple[int, int]) -> tuple[Slices, Slices]:
    """Where pixels are wanted, with at least one that is not around them (or the edge): in
    ``wanted`` (h, w), not all False, and in the same field of view with ``size`` pixels.

    Resampling the part alone gives, to the last bit, what resampling the whole gives there.
    """
    part, place = [], []
    for axis, target in enumerate(size):
        source = wanted.shape[axis]
        blocks = _blocks(source, target)
        small, large = source // blocks, target // blocks
        at = wanted.any(1 - axis).nonzero()
        first = max(0, int(at[0]) - 1) // small
        last = -(-min(int(at[-1]) + 2, source) // small)
        part.append(slice(first * small, last * small))
        place.append(slice(first * large, last * large))
    return (part[0], part[1]), (place[0], place[1])


def _blocks(source: int, target: int) -> int:
    """Into how many blocks both axes divide, such that a position's fractions, of a power of two,
    are exact in every block. Averages (fewer targets) reach beyond a neighbour: one block."""
    blocks = gcd(source, target)
    fraction = target // blocks
    return blocks if target >= source and fraction & (fraction - 1) == 0 else 1


def likeliest(planes: Iterable[torch.Tensor], numbers: Iterable[int] | None = None) -> torch.Tensor:
    """Number of the largest plane at every pixel, uint8; of equal ones the first.

    One plane at a time, so it needs no memory per class; and on CPUs it takes a twentieth of the
    time of ``argmax`` over a dimension that is not the last.

    Args:
        numbers: of the planes, rising from 0; by default 0, 1, 2 ...
    """
    planes, numbers = iter(planes), iter(numbers or count())
    best, _ = next(planes).clone(), next(numbers)
    labels = torch.zeros_like(best, dtype=torch.uint8)
    for plane, number in zip(planes, numbers, strict=False):
        larger = (plane > best).view(torch.uint8).mul_(number)
        torch.maximum(labels, larger, out=labels)  # the numbers rise
        torch.maximum(best, plane, out=best)
    return labels


def to_review(doubt: torch.Tensor, grid: WorkingGrid) -> torch.Tensor:
    """Doubt (h, w), 0 to 1 -> review map (rows, columns) uint8, 0 to 100, on the CPU."""
    # On the smaller grid; an average stays between 0 and 1.
    limited = doubt.clamp(0, 1)
    planes = resample(limited[None, None], (grid.rows, grid.columns))[0, 0]
    return planes.mul_(100).round_().to(torch.uint8).cpu()


def smooth(doubt: torch.Tensor) -> torch.Tensor:
    """Doubt (n, h, w) averaged over 3 x 3 pixels: thin rims around an organ, on which any
    two readers differ by a pixel, fade; patches stay."""
    height, width = doubt.shape[1:]
    around = F.pad(doubt, (1, 1, 1, 1))
    # As F.avg_pool2d does, in a fifth of its time on a CPU.
    total = around[:, :height, :width].clone()
    for n in range(1, 9):
        row, column = divmod(n, 3)
        total += around[:, row : row + height, column : column + width]
    ones = F.pad(torch.ones_like(doubt[0]), (1, 1, 1, 1))
    rows, columns = (ones.amax(axis).unfold(0, 3, 1).sum(1) for axis in (1, 0))
    return total.div_(rows[:, None] * columns)
