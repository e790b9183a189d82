"""Changes of an image and its label, as images from elsewhere differ from those of a training."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch

from semigda.data.preprocess import resample
from semigda.data.volumes import Volume, read_volume

# An image and its classes uint8 (z, y, x), changed.
Pair = tuple[Volume, np.ndarray]


@dataclass(frozen=True)
class Change:
    """``words`` for the page; ``bar``: points of Dice that it may cost, None if nobody asked."""

    name: str
    words: str
    apply: Callable[[Volume, np.ndarray], Pair]
    bar: float | None = None


def bordered(top: float, left: float, value: int = 0) -> Callable[[Volume, np.ndarray], Pair]:
    """A border on both sides of each axis, as a share of the image's own height and width."""

    def change(volume: Volume, truth: np.ndarray) -> Pair:
        rows, columns = (
            round(n * share) for n, share in zip(volume.shape[1:], (top, left), strict=True)
        )
        sides = [(0, 0), (rows, rows), (columns, columns)]
        colours = [(0, 0)] * (volume.array.ndim - 3)
        affine = volume.affine.copy()
        affine[:3, 3] -= affine[:3, :3] @ (columns, rows, 0)
        array = np.pad(volume.array, sides + colours, constant_values=value)
        return replace(volume, array=array, affine=affine), np.pad(truth, sides)

    return change


def captioned(volume: Volume, truth: np.ndarray) -> Pair:
    """Black borders of a quarter on all sides with words in them, as screens of scanners have."""
    bordered_volume, moved = bordered(0.25, 0.25)(volume, truth)
    array = bordered_volume.array.copy()
    rows, columns = array.shape[1:3]
    text = np.random.default_rng(0).random((3, 24)) < 0.4  # strokes
    text = np.kron(text, np.ones((max(1, rows // 100), max(1, columns // 100)))).astype(bool)
    for row, column in ((rows // 20, columns // 20), (rows - rows // 10, columns // 2)):
        array[:, row : row + text.shape[0], column : column + text.shape[1]][:, text] = 220
    return replace(bordered_volume, array=array), moved


def stretched(down: float, across: float) -> Callable[[Volume, np.ndarray], Pair]:
    """More pixels along an axis without a word about it, as of a wrong aspect ratio."""

    def change(volume: Volume, truth: np.ndarray) -> Pair:
        size = tuple(round(n * f) for n, f in zip(volume.shape[1:], (down, across), strict=True))
        pixels = torch.from_numpy(volume.array).float()
        planes = pixels[None] if pixels.ndim == 3 else pixels.permute(3, 0, 1, 2)
        array = resample(planes, size).round().byte()
        array = array[0] if pixels.ndim == 3 else array.permute(1, 2, 3, 0)
        return replace(volume, array=array.numpy()), _resized(truth, size)

    return change


def _resized(truth: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    values = np.unique(truth)
    masks = torch.from_numpy(np.stack([truth == value for value in values])).float()
    return values[resample(masks, size).argmax(0).numpy()]


def darker(factor: float = 1.0, gamma: float = 1.0) -> Callable[[Volume, np.ndarray], Pair]:
    def change(volume: Volume, truth: np.ndarray) -> Pair:
        array = np.rint(factor * 255 * (volume.array / 255.0) ** gamma).astype(np.uint8)
        return replace(volume, array=array), truth

    return change


def stored(suffix: str, factor: int) -> Callable[[Volume, np.ndarray], Pair]:
    """Written as a file of 16 bits, values times ``factor``, and read again."""

    def change(volume: Volume, truth: np.ndarray) -> Pair:
        values = volume.array[0].astype(np.uint16) * factor
        image = sitk.GetImageFromArray(values, isVector=values.ndim == 3)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"picture{suffix}"
            sitk.WriteImage(image, str(path))
            again = read_volume(path)
            return replace(again, array=np.array(again.array)), truth

    return change


def coarser(*spacing: float, averaged: bool = True) -> Callable[[Volume, np.ndarray], Pair]:
    """Voxels of about ``spacing`` (z, y, x) mm, each of whole voxels of the image; 0: as it is.

    A voxel of a coarse scan is the mean of what it covers; without ``averaged`` it is a point,
    as after resampling without a filter. Classes go the same way, and the largest share wins.
    """

    def change(volume: Volume, truth: np.ndarray) -> Pair:
        steps = np.array(volume.spacing[::-1])
        factors = np.maximum(1, np.rint(np.array(spacing[::-1]) / steps)).astype(int).tolist()
        shrink = sitk.BinShrink if averaged else _points
        made = shrink(_image(volume, volume.array), factors)
        shares = [
            sitk.GetArrayFromImage(shrink(_image(volume, truth == value), factors))
            for value in range(int(truth.max()) + 1)
        ]
        affine = np.eye(4)
        direction = np.array(made.GetDirection()).reshape(3, 3)
        affine[:3, :3] = direction * made.GetSpacing()
        affine[:3, 3] = made.GetOrigin()
        array = sitk.GetArrayFromImage(made)
        return replace(volume, array=array, affine=affine), np.argmax(shares, 0).astype(np.uint8)

    return change


def _image(volume: Volume, array: np.ndarray) -> sitk.Image:
    image = sitk.GetImageFromArray(array.astype(np.float32))
    steps = np.linalg.norm(volume.affine[:3, :3], axis=0)
    image.SetSpacing(steps.tolist())
    image.SetDirection((volume.affine[:3, :3] / steps).ravel().tolist())
    image.SetOrigin(volume.affine[:3, 3].tolist())
    return image


def _points(image: sitk.Image, factors: list[int]) -> sitk.Image:
    """Every n-th voxel, from half a coarse voxel on."""
    start = [f // 2 for f in factors]
    return image[tuple(slice(s, None, f) for s, f in zip(start, factors, strict=True))]


PICTURES = (
    Change("black-sides", "black borders left and right, each half its width", bordered(0, 0.5), 2),
    Change(
        "black-ends", "black borders above and below, each half its height", bordered(0.5, 0), 2
    ),
    Change("black-around", "black borders all around, each half a side", bordered(0.5, 0.5), 2),
    Change("grey-around", "the same, grey", bordered(0.5, 0.5, 128)),
    Change("caption", "black borders, each a quarter of a side, with words in them", captioned),
    Change("wider", "1.5 x wider", stretched(1, 1.5), 2),
    Change("taller", "1.5 x taller", stretched(1.5, 1), 2),
    Change("dim", "half the light", darker(factor=0.5), 2),
    Change("dark", "gamma 2", darker(gamma=2.0), 2),
    Change("png-full", "PNG of 16 bits, full range", stored(".png", 257), 0),
    Change("png-12", "PNG of 12 bits in 16", stored(".png", 16), 0.5),
    Change("tiff-full", "TIFF of 16 bits, full range", stored(".tiff", 257), 0),
)
VOLUMES = (
    Change("coarse", "voxels of 2 mm", coarser(2, 2, 2), 4),
    Change("coarse-points", "voxels of 2 mm, every other one", coarser(2, 2, 2, averaged=False)),
    Change("thick-z", "2 mm from foot to head", coarser(2, 0, 0)),
    Change("thick-y", "2 mm from front to back", coarser(0, 2, 0)),
    Change("thick-x", "2 mm from left to right", coarser(0, 0, 2)),
    Change("padded", "zeros around its slices, each half a side", bordered(0.5, 0.5)),
)
