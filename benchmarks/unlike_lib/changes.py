"""Images that are not of a model's kind, made from some that are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from semigda.data.volumes import Volume

_SLICES = 16  # of a volume of another set: enough for its look


def inverted(volume: Volume) -> Volume:
    """Dark is bright."""
    values = np.array(volume.array)
    top = 255 if values.dtype == np.uint8 else values.max() + values.min()
    return replace(volume, array=(top - values).astype(values.dtype))


def cropped(volume: Volume) -> Volume:
    """The middle half along each axis that has several voxels."""
    middle = [slice(n // 4, n - n // 4) if n > 1 else slice(None) for n in volume.shape]
    return replace(volume, array=np.ascontiguousarray(volume.array[tuple(middle)]))


def noise(volume: Volume) -> Volume:
    """Every voxel any value of the image's range."""
    low, high = int(volume.array.min()), int(volume.array.max())
    values = np.random.default_rng(0).integers(low, high + 1, volume.array.shape)
    return replace(volume, array=values.astype(volume.array.dtype))


def turned(volume: Volume) -> Volume:
    """By a quarter in its plane, without a word about it in the header."""
    return replace(volume, array=np.ascontiguousarray(np.rot90(volume.array, axes=(1, 2))))


CHANGES = (
    ("inverted", "dark is bright", inverted),
    ("noise", "every voxel a random value", noise),
    ("cropped", "the middle half of each side", cropped),
    ("turned", "turned by 90 degrees, as nobody said", turned),
)


def thinned(volume: Volume) -> Volume:
    """Every n-th slice of a volume, so that 16 or a few more are left."""
    step = max(1, volume.shape[0] // _SLICES)
    affine = volume.affine.copy()
    affine[:, 2] *= [step, step, step, 1]
    return replace(volume, array=np.ascontiguousarray(volume.array[::step]), affine=affine)


def as_taken(volume: Volume, channels: int, eight_bit: bool) -> Volume:
    """Grey as colours, as picture files often are, colours as grey, and any values as a picture's
    of 8 bits: the model would refuse others, and nothing could be measured."""
    array = np.asarray(volume.array)
    if eight_bit and array.dtype != np.uint8:
        low, high = np.percentile(array, (0.5, 99.5))
        array = ((array - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8)
    if volume.channels == 3 and channels == 1:
        array = array.mean(3).round().astype(array.dtype)
    elif volume.channels == 1 and channels == 3:
        array = np.repeat(array[..., None], 3, 3)
    return replace(volume, array=array)
