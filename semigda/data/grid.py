"""The working grid: the position of the network's slices in their volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from semigda.data.content import Box, content_box, cut, moved, whole_box
from semigda.data.geometry import orient, turned
from semigda_core.errors import SemiGDAError
from semigda_core.models.preprocessing import MULTIPLE, Preprocessing

Sides = tuple[int, int]  # of a slice, (H, W)
MAX_PIXELS = 1 << 24  # of a working slice
MAX_SLICES = 20_000


@dataclass(frozen=True)
class WorkingGrid:
    """A box of the input and the working grid cover the same field of view, edge to edge, apart
    from the padding.

    Attributes:
        order, flips: turn the stored (z, y, x) axes to (slice, row, column), see ``geometry``.
        depth, rows, columns: the turned box.
        count: working slices.
        content: (h, w) pixels of a working slice that show the image.
        size: (H, W) of a working slice with its padding.
        box: first and last + 1 input voxel that is worked on, along each stored axis (z, y, x);
            None for all of them.
    """

    order: tuple[int, int, int]
    flips: tuple[bool, ...]
    depth: int
    rows: int
    columns: int
    count: int
    content: Sides
    size: Sides
    box: Box | None = None

    def boxed(self, array: np.ndarray) -> np.ndarray:
        """The box of an input array (z, y, x[, channels]), a view."""
        return array if self.box is None else cut(array, self.box)

    def turned(self, array: np.ndarray) -> np.ndarray:
        """That with its axes as (slice, row, column), a view."""
        return turned(self.boxed(array), self.order, self.flips)

    @property
    def corner(self) -> tuple[int, int]:
        """(top, left) of the content in a working slice."""
        (height, width), (rows, columns) = self.size, self.content
        return (height - rows) // 2, (width - columns) // 2

    def pad(self, planes: torch.Tensor, value: float) -> torch.Tensor:
        """Planes (..., h, w) with their padding, (..., H, W)."""
        (top, left), (height, width), (h, w) = self.corner, self.size, self.content
        if self.size == self.content:
            return planes
        return F.pad(planes, (left, width - w - left, top, height - h - top), value=value)

    def crop(self, planes: torch.Tensor) -> torch.Tensor:
        """Planes (..., H, W) without their padding, (..., h, w)."""
        (top, left), (h, w) = self.corner, self.content
        return planes[..., top : top + h, left : left + w]

    def input_index(self, number: int, row: float, column: float) -> tuple[int, int, int]:
        """The input voxel (i, j, k) that contains a point of a working slice's content."""
        turned = (
            (number + 0.5) * self.depth / self.count,
            (row + 0.5) * self.rows / self.content[0],
            (column + 0.5) * self.columns / self.content[1],
        )
        stored = [first for first, _ in self.box] if self.box else [0, 0, 0]
        sizes = (self.depth, self.rows, self.columns)
        for axis, position, size, flip in zip(self.order, turned, sizes, self.flips, strict=True):
            index = min(int(position), size - 1)
            stored[axis] += size - 1 - index if flip else index
        return stored[2], stored[1], stored[0]


def working_grid(volume, preprocessing, within: Box | None = None) -> WorkingGrid:
    """The grid of ``volume`` (a ``Volume``) under ``preprocessing`` (a ``Preprocessing``).

    Args:
        within: the part to work on, as if it were the whole image.

    Raises:
        SemiGDAError: "bad-input" if the model's spacing makes the volume too large for the memory.
    """
    order, flips = orient(volume.affine, preprocessing.slice_axis)
    box = within
    if preprocessing.crop:
        part = volume.array if within is None else cut(volume.array, within)
        box = moved(content_box(part, preprocessing.fitted), within)
    shape = [last - first for first, last in box or whole_box(volume.array)]
    depth, rows, columns = (shape[axis] for axis in order)
    steps = [volume.spacing[axis] for axis in order]
    through = preprocessing.spacing[0]
    count = depth if through is None else max(1, round(depth * steps[0] / through))
    content, size = _plane((rows * steps[1], columns * steps[2]), preprocessing)
    if size[0] * size[1] > MAX_PIXELS or count > max(depth, MAX_SLICES):
        raise SemiGDAError(
            "bad-input",
            f"In the model's spacing the image has {count} slices of {size[0]} x {size[1]} pixels, "
            "which is too much.",
            action="Crop the image, check its spacing, or choose a model of a coarser spacing.",
        )
    return WorkingGrid(order, flips, depth, rows, columns, count, content, size, box)


def _plane(extent: tuple[float, float], preprocessing: Preprocessing) -> tuple[Sides, Sides]:
    """Content and size of a working slice whose image has these sides in mm."""
    size, (_, row, column) = preprocessing.size, preprocessing.spacing
    if row is None or column is None:  # fitted: pixels become square in mm
        pixel = max(side / most for side, most in zip(extent, size, strict=True))
        height, width = (max(1, round(side / pixel)) for side in extent)
        return (min(height, size[0]), min(width, size[1])), size
    height, width = max(1, round(extent[0] / row)), max(1, round(extent[1] / column))
    high, wide = (-(-side // MULTIPLE) * MULTIPLE for side in (height, width))
    return (height, width), (max(size[0], high), max(size[1], wide))


def axis_weights(source: int, target: int, start: int, stop: int):
    """Linear interpolation along one axis of ``source`` samples resampled to ``target`` ones.

    Edges are aligned; with fewer targets than sources the triangle widens and averages, exactly as
    ``torch.nn.functional.interpolate(..., antialias=True)`` does.

    Returns ``(first, last, weights)``: targets start to stop are ``weights`` (stop - start,
    last - first) times the sources first to last; ``weights`` is ``None`` for the identity.
    """
    if source == target:
        return start, stop, None
    scale = source / target
    centres = (np.arange(start, stop) + 0.5) * scale - 0.5
    centres = centres.clip(0, source - 1)  # beyond the last sample its value is repeated
    reach = max(scale, 1.0)
    first = max(0, int(np.floor(centres[0] - reach)) + 1)
    last = min(source, int(np.ceil(centres[-1] + reach)))
    distance = np.abs(np.arange(first, last) - centres[:, None])
    weights = np.maximum(0, 1 - distance / reach)
    weights /= weights.sum(1, keepdims=True)
    return first, last, torch.from_numpy(weights.astype(np.float32))
