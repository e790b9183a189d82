"""From working slices back to the input grid: resampled probabilities become labels on the way.

Working slices arrive in order; input slices leave in order as soon as all their sources have
arrived. So memory holds a few slices, never classes x volume.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F

from semigda.data.grid import WorkingGrid, axis_weights
from semigda.data.preprocess import resample

_AT_ONCE = 16  # input slices handed on together


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
        held = maps if held is None else torch.cat([held.to(maps.device), maps])
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

    The probabilities are resampled, not the labels, so edges are smooth. If background is the
    likeliest class everywhere, it stays so under any interpolation: such slices cost nothing.
    """
    if (probabilities[1:] <= probabilities[:1]).all():
        return torch.zeros(grid.rows, grid.columns, dtype=torch.uint8)
    size = (grid.rows, grid.columns)
    return likeliest(resample(plane[None, None], size)[0, 0] for plane in probabilities).cpu()


def likeliest(planes: Iterable[torch.Tensor]) -> torch.Tensor:
    """Index of the largest plane at every pixel, uint8; of equal ones the first.

    One plane at a time, so it needs no memory per class; and on CPUs it takes a tenth of the time
    of ``argmax`` over a dimension that is not the last.
    """
    planes = iter(planes)
    best = next(planes).clone()
    labels = torch.zeros_like(best, dtype=torch.uint8)
    for number, plane in enumerate(planes, 1):
        labels.masked_fill_(plane > best, number)
        torch.maximum(best, plane, out=best)
    return labels


def to_review(disagreement: torch.Tensor, grid: WorkingGrid) -> torch.Tensor:
    """Disagreement (h, w), 0 to 1 -> review map (rows, columns) uint8, 0 to 100, on the CPU."""
    planes = resample(disagreement[None, None], (grid.rows, grid.columns))[0, 0]
    return planes.mul(100).round_().clamp_(0, 100).to(torch.uint8).cpu()


def smooth(disagreement: torch.Tensor) -> torch.Tensor:
    """Disagreement (n, h, w) averaged over 3 x 3 pixels: thin rims around an organ, on which any
    two readers differ by a pixel, fade; patches stay."""
    return F.avg_pool2d(disagreement[:, None], 3, 1, 1, count_include_pad=False)[:, 0]
