"""From a volume to the network's slices: one preprocessing for training and inference."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from semigda.data.content import Box
from semigda.data.grid import WorkingGrid, axis_weights, working_grid
from semigda.data.intensity import intensity_range
from semigda.data.volumes import Volume
from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORED
from semigda_core.models.fit import UNSAID, unit_note
from semigda_core.models.preprocessing import Preprocessing


class PreparedVolume:
    """A volume as working slices. Lazy: slices are computed on request.

    Attributes:
        grid: the position of the working slices in the volume.
        count: the number of working slices.
        notes: sentences about what was done to the image without being asked for.
    """

    def __init__(self, volume: Volume, preprocessing: Preprocessing, within: Box | None = None):
        self.preprocessing = preprocessing
        self.grid: WorkingGrid = working_grid(volume, preprocessing, within)
        self.count = self.grid.count
        array = _with_channels(volume.array, preprocessing.channels)
        self._view = self.grid.turned(array)
        rule = preprocessing.intensity
        self._low, self._high = intensity_range(self.grid.boxed(array), rule)
        scaled = rule["rule"] == "8-bit" and self._high != 255
        self.notes = [f"The picture is not of 8 bits: {self._high:g} was taken as white."] * scaled
        self.notes += [unit_note(volume.unit)] * bool(volume.unit)
        self.notes += [UNSAID[what] for what in volume.unsaid]

    def slices(self, start: int, stop: int) -> torch.Tensor:
        """Network input (n, 3, H, W) float32 in [-1, 1] of working slices start to stop."""
        if self.preprocessing.channels == "rgb":
            return self.planes(start, stop)
        first, last = max(start - 1, 0), min(stop + 1, self.count)
        planes = self.planes(first, last)[:, 0]
        return with_neighbours(planes, start, stop, first, self.count)

    def planes(self, start: int, stop: int) -> torch.Tensor:
        """Working slices (n, 1 or 3, H, W) float32 in [-1, 1], without their neighbours."""
        grid = self.grid
        first, last, weights = axis_weights(grid.depth, grid.count, start, stop)
        stack = self._view[first:last]
        pixels = torch.from_numpy(np.ascontiguousarray(stack, dtype=np.float32))
        pixels = pixels.permute(0, 3, 1, 2) if pixels.ndim == 4 else pixels[:, None]
        pixels = pixels.sub(self._low).mul_(2 / (self._high - self._low)).sub_(1).clamp_(-1, 1)
        if weights is not None:
            pixels = torch.einsum("os,schw->ochw", weights, pixels)
        # Pixels inside the image keep their whole field of view; the rest is as dark as possible.
        return grid.pad(resample_values(pixels, grid.content), value=-1.0)

    def label_planes(self, labels: np.ndarray) -> torch.Tensor:
        """Labels uint8 (z, y, x) of the volume's grid on the working grid, uint8 (count, H, W).

        Every class is resampled like the image; a working pixel takes the class with most weight,
        and "unlabelled" (:data:`IGNORED`) is one of them. Where slices lie between finished ones
        and others, see :meth:`_sources`.
        """
        view = self.grid.turned(labels)
        return torch.stack([self._padded(self._label_plane(view, n)) for n in range(self.count)])

    def _padded(self, plane: torch.Tensor) -> torch.Tensor:
        """A label plane (h, w) with its padding: background, beside a slice that has labels."""
        return self.grid.pad(plane, value=IGNORED if (plane == IGNORED).all() else 0)

    def _label_plane(self, view: np.ndarray, number: int) -> torch.Tensor:
        """Working slice ``number`` of the turned labels, uint8 (h, w) without padding."""
        first, last, weights = self._sources(view, number)
        stack = torch.from_numpy(np.ascontiguousarray(view[first:last]))
        most = result = torch.zeros(self.grid.content)
        for value in stack.unique():  # one by one: memory does not grow with their number
            weight = (stack == value).float()
            if weights is not None:
                weight = torch.einsum("os,shw->ohw", weights, weight)
            weight = resample(weight[None], self.grid.content)[0, 0]
            result = torch.where(weight > most, value, result)
            most = torch.maximum(weight, most)
        return result.to(torch.uint8)

    def _sources(self, view: np.ndarray, number: int) -> tuple[int, int, torch.Tensor | None]:
        """As :func:`axis_weights`, which slices of the turned labels make working slice ``number``.

        If some of them are unlabelled, the labels are those of one slice: the labelled one nearest
        to the middle of the working slice, if its own middle lies within it; or the source slice
        that holds this middle, where working slices are the thinner ones.
        """
        first, last, weights = axis_weights(self.grid.depth, self.count, number, number + 1)
        if weights is None:
            return first, last, None
        labelled = [n for n in range(first, last) if (view[n] != IGNORED).any()]
        if len(labelled) == last - first:
            return first, last, weights
        scale = self.grid.depth / self.count
        middle = (number + 0.5) * scale - 0.5
        near = [n for n in labelled if abs(n - middle) <= max(scale, 1) / 2]
        nearest = min(near or range(first, last), key=lambda n: abs(n - middle))
        return nearest, nearest + 1, None


def with_neighbours(
    planes: torch.Tensor, start: int, stop: int, first: int, count: int
) -> torch.Tensor:
    """Slices start to stop of ``count`` with the one before and the one after as channels (2.5-D),
    (n, 3, H, W); at an end a slice is its own neighbour.

    Args:
        planes: (m, H, W) the slices from ``first`` on.
    """
    index = torch.arange(start, stop)[:, None] + torch.tensor([-1, 0, 1])
    return planes[index.clamp(0, count - 1) - first]


def prepare(
    volume: Volume, preprocessing: Preprocessing, within: Box | None = None
) -> PreparedVolume:
    """See ``volume`` through ``preprocessing``; of a part ``within`` it only that.

    Raises:
        SemiGDAError: "bad-input" if its channels or values do not suit the model.
    """
    return PreparedVolume(volume, preprocessing, within)


def resample(planes: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Planes (n, c, h, w) over the same field of view with ``size`` pixels, bilinear.

    Pixel edges are aligned, and shrinking averages (anti-aliased), so nothing moves.
    """
    if tuple(planes.shape[-2:]) == tuple(size):
        return planes
    shrinks = size[0] < planes.shape[-2] or size[1] < planes.shape[-1]
    return F.interpolate(planes, size, mode="bilinear", align_corners=False, antialias=shrinks)


def resample_values(pixels: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Grey values in [-1, 1] with ``size`` pixels: as :func:`resample`, but cubic where they become
    finer, because linear interpolation blurs what a coarse scan still shows."""
    grows = all(new >= old for new, old in zip(size, pixels.shape[-2:], strict=True))
    if grows and tuple(size) != tuple(pixels.shape[-2:]):
        return F.interpolate(pixels, size, mode="bicubic", align_corners=False).clamp_(-1, 1)
    return resample(pixels, size)


def _with_channels(array: np.ndarray, channels: str) -> np.ndarray:
    """The grey (z, y, x) or colour (z, y, x, 3) array for the model."""
    colour = array.ndim == 4
    if channels == "rgb" and not colour:
        raise SemiGDAError(
            "bad-input",
            "The model takes colour images; this image is grey.",
            action="Choose a model for grey images, or a colour image.",
        )
    if channels == "2.5d" and colour:
        # Grey pictures are often stored as RGB.
        if all((plane == plane[..., :1]).all() for plane in array):
            return array[..., 0]
        raise SemiGDAError(
            "bad-input",
            "The model takes grey images; this image has 3 colour channels.",
            action="Choose a model for colour images, or a grey image.",
        )
    return array
