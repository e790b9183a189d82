"""Small pictures of cases for lists: one slice with its label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from semigda.data.geometry import orient, turned
from semigda.data.grid import axis_weights
from semigda.data.labels import label_parts
from semigda.data.png import png
from semigda.data.volumes import Volume, sampled, slice_axis
from semigda_core.files.atomic import write_atomically

Colour = tuple[int, int, int]
SIZE = 96
# The same as those of a new project's classes, in order.
COLOURS: tuple[Colour, ...] = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66))
_FILL = 0.25


def draw_thumbnail(
    volume: Volume,
    size: int = SIZE,
    label_path=None,
    colours: Mapping[str, Colour] | None = None,
) -> np.ndarray:
    """A slice as shown in Slicer, uint8 (size, size, 3), black outside it.

    It is the slice with most of the label, or the middle one; grey from the image's percentiles
    0.5 to 99.5. Labels have an outline and a light filling.

    Args:
        colours: by segment name or label value as text; others get colours in order.
    """

    def masks() -> Iterator[tuple[str, np.ndarray]]:
        """One at a time, for all may need more memory than there is: so they are read twice."""
        for key, mask in label_parts(label_path, volume) if label_path is not None else ():
            yield key, shown_way(volume, mask)

    counts = [mask.sum(axis=(1, 2), dtype=np.int64) for _, mask in masks()]
    number = fullest(volume, np.sum(counts, axis=0))
    parts = ((key, mask[number]) for key, mask in masks())
    return draw_slice(volume, number, parts, size, colours, fill=_FILL)


def shown_way(volume: Volume, array: np.ndarray) -> np.ndarray:
    """A view of an array (z, y, x[, channels]) on the volume's grid, as (slice, row, column)."""
    return turned(array, *orient(volume.affine, slice_axis(volume)))


def fullest(volume: Volume, counts: np.ndarray) -> int:
    """The slice with most labelled voxels, from those of each; the middle one without any."""
    return int(np.argmax(counts)) if np.any(counts) else len(shown_way(volume, volume.array)) // 2


def draw_slice(
    volume: Volume,
    number: int,
    parts: Iterable[tuple[str, np.ndarray]],
    size: int = SIZE,
    colours: Mapping[str, Colour] | None = None,
    *,
    fill: float = 0.0,
) -> np.ndarray:
    """One slice, with keys and their masks (rows, columns) in it.

    Args:
        fill: the share of a mask's colour within its outline.
    """
    picture = _grey(shown_way(volume, volume.array)[number], volume)
    order, _ = orient(volume.affine, slice_axis(volume))
    height, width = _fitted(picture.shape[:2], [volume.spacing[a] for a in order[1:]], size)
    small = np.stack([_resized(picture[..., c], (height, width)) for c in range(3)], axis=-1)
    for position, (key, mask) in enumerate(parts):
        inside = _resized(mask, (height, width)) >= 0.5
        colour = (colours or {}).get(key, COLOURS[position % len(COLOURS)])
        rim = inside & ~_eroded(inside)
        for where, share in ((inside, fill), (rim, 1.0)):
            small[where] = (1 - share) * small[where] + share * np.array(colour, np.float32)
    square = np.zeros((size, size, 3), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = small.round().clip(0, 255)
    return square


def write_png(path, picture: np.ndarray) -> None:
    """Write uint8 (H, W, 3), whole or not at all."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda file: file.write(png(picture)), durable=False)


def _grey(plane: np.ndarray, volume: Volume) -> np.ndarray:
    """A slice as float32 (rows, columns, 3), 0 to 255."""
    if plane.ndim == 3:
        if plane.dtype == np.uint8:
            return plane.astype(np.float32)
    else:
        plane = np.repeat(plane[..., None], 3, axis=2)
    low, high = np.percentile(sampled(volume.array), (0.5, 99.5))
    scaled = (plane.astype(np.float32) - low) * (255 / max(high - low, 1e-6))
    return scaled.clip(0, 255)


def _fitted(shape, steps, size: int) -> tuple[int, int]:
    """Pixels of a slice with square pixels whose longer side is ``size``."""
    extent = [n * step for n, step in zip(shape, steps, strict=True)]
    return tuple(max(1, round(size * length / max(extent))) for length in extent)


def _resized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Float32 (rows, columns) over the same field of view in ``size`` pixels, averaged."""
    rows, columns = (_weights(n, m) for n, m in zip(plane.shape, size, strict=True))
    return rows @ plane.astype(np.float32) @ columns.T


def _weights(source: int, target: int) -> np.ndarray:
    """Linear interpolation along an axis, (target, source)."""
    first, last, weights = axis_weights(source, target, 0, target)
    if weights is None:
        return np.eye(source, dtype=np.float32)
    full = np.zeros((target, source), np.float32)
    full[:, first:last] = weights.numpy()
    return full


def _eroded(mask: np.ndarray) -> np.ndarray:
    padded = np.pad(mask, 1)
    inner = padded[1:-1, 1:-1]
    return inner & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
